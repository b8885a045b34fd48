package db

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Roles with a part of their own.
const (
	ownerRole = "switchyard_owner" // migrations only
	jobsRole  = "switchyard_jobs"
)

// roleNames are the Postgres roles of the dashboard.
var roleNames = [...]string{
	ownerRole, "switchyard_auth", jobsRole, "switchyard_executive", "switchyard_mining",
	"switchyard_business", "switchyard_finance", "switchyard_admin", "switchyard_reader",
}

// RolePassword is the password of a Postgres role: HMAC-SHA256 of its name
// under the secret, so that one secret configures all.
func RolePassword(secret []byte, role string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(role))
	return hex.EncodeToString(mac.Sum(nil))
}

// RolesSQL is what the administrator of a managed server runs once, in the
// database of the address, where its user may not create roles.
func RolesSQL(url string, secret []byte) (string, error) {
	cc, err := pgx.ParseConfig(url)
	if err != nil {
		return "", errAddress
	}
	var b strings.Builder
	for _, role := range roleNames {
		fmt.Fprintf(&b, "CREATE ROLE %s LOGIN PASSWORD '%s';\n", role, RolePassword(secret, role))
	}
	for _, s := range grantStatements(cc.Database, cc.User) {
		b.WriteString(s + ";\n")
	}
	return b.String(), nil
}

// grantStatements let the roles into the database, and the owner make schemas.
func grantStatements(database, user string) []string {
	name := pgx.Identifier{database}.Sanitize()
	return []string{
		"REVOKE ALL ON DATABASE " + name + " FROM PUBLIC",
		"GRANT CONNECT ON DATABASE " + name + " TO " + strings.Join(roleNames[:], ", "),
		"GRANT CREATE, TEMPORARY ON DATABASE " + name + " TO " + ownerRole,
		"GRANT CONNECT ON DATABASE " + name + " TO " + pgx.Identifier{user}.Sanitize(),
	}
}

// roleLock is held while roles are made: they belong to the whole cluster, and
// two databases of it may start at once.
const roleLock = 0x5377_6974_6368

// ensureRoles makes the roles that are missing and lets them into the
// database. It connects as the user of the address.
func ensureRoles(ctx context.Context, cfg Config) error {
	cc, err := connectingUser(cfg)
	if err != nil {
		return err
	}
	target, err := pgx.ConnectConfig(ctx, cc)
	if err != nil {
		return wrap(err, "connect")
	}
	defer target.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending on it
	lockCC := cc.Copy()
	lockCC.Database = "postgres"
	conn, err := pgx.ConnectConfig(ctx, lockCC)
	if err != nil {
		conn = target // no database of that name is reachable: the lock covers this one alone
	} else {
		defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending on it
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(roleLock)); err != nil {
		return wrap(err, "lock the roles")
	}
	defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(roleLock)) //nolint:errcheck // closing frees it too
	for _, role := range roleNames {
		if err := ensureRole(ctx, cfg, target, role); err != nil {
			return err
		}
	}
	for _, s := range grantStatements(cc.Database, cc.User) {
		if _, err := target.Exec(ctx, s); err != nil && !notAllowed(err) {
			return wrap(err, "let the roles into the database")
		}
	}
	return nil
}

func ensureRole(ctx context.Context, cfg Config, conn *pgx.Conn, role string) error {
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&exists); err != nil {
		return wrap(err, "look for role %s", role)
	}
	password := ""
	if !cfg.TrustAuth {
		password = " PASSWORD '" + RolePassword(cfg.Secret, role) + "'" // hex, needs no quoting
	}
	verb := "CREATE"
	if exists {
		if password == "" {
			return nil
		}
		verb = "ALTER"
	}
	_, err := conn.Exec(ctx, verb+" ROLE "+role+" LOGIN"+password)
	switch {
	case err == nil, hasCode(err, "42710"): // made meanwhile
		return nil
	case notAllowed(err) && exists:
		return nil // its password was set by hand
	case notAllowed(err):
		return fmt.Errorf("the database's user may not create role %s: let an administrator run the output of `switchyard roles --sql`", role)
	default:
		// Never the statement: it holds the password.
		return wrap(errors.New(pgMessage(err)), "make role %s", role)
	}
}

func hasCode(err error, code string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code
}

func notAllowed(err error) bool { return hasCode(err, "42501") }

func pgMessage(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Message
	}
	return "the connection was lost"
}
