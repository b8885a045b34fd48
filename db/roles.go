package db

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Roles with a part of their own.
const (
	ownerRole  = "switchyard_owner" // migrations only
	jobsRole   = "switchyard_jobs"
	readerRole = "switchyard_reader" // shares: writes nothing
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

// setting is a default of a role's sessions.
type setting struct{ name, value string }

// roleSettings bound what a session of a role may take: a page's statement
// longer than a page may, a job's longer. Migrations take their time.
func roleSettings(role string) []setting {
	statement := "15s"
	switch role {
	case ownerRole:
		return nil
	case jobsRole:
		statement = "5min"
	}
	settings := []setting{
		{"statement_timeout", statement}, {"lock_timeout", "10s"}, {"idle_in_transaction_session_timeout", "60s"},
	}
	if role == readerRole {
		settings = append(settings, setting{"default_transaction_read_only", "on"})
	}
	return settings
}

func (s setting) statement(role string) string {
	return "ALTER ROLE " + role + " SET " + s.name + " = '" + s.value + "'"
}

// RolesSQL is what the administrator of a managed server runs once, in the
// database of the address, where its user may not create roles. It fails on an
// address that cannot be parsed.
func RolesSQL(url string, secret []byte) (string, error) {
	cc, err := pgx.ParseConfig(url)
	if err != nil {
		return "", errAddress
	}
	var b strings.Builder
	for _, role := range roleNames {
		fmt.Fprintf(&b, "CREATE ROLE %s LOGIN PASSWORD '%s';\n", role, RolePassword(secret, role))
		for _, set := range roleSettings(role) {
			b.WriteString(set.statement(role) + ";\n")
		}
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
		"REVOKE ALL ON SCHEMA public FROM PUBLIC",
		"GRANT USAGE ON SCHEMA public TO " + ownerRole, // the first migration names it
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
		return connectError(cc, err)
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
	return letIn(ctx, target)
}

const sqlLetIn = `
SELECT bool_and(has_database_privilege(r, current_database(), 'CONNECT'))
   AND has_database_privilege($2, current_database(), 'CREATE')
   AND NOT has_database_privilege('public', current_database(), 'CONNECT')
   AND NOT has_schema_privilege('public', 'public', 'USAGE')
  FROM unnest($1::text[]) AS r`

// letIn lets the roles into the database, and nobody else. It changes nothing
// where that is so already: another process may be migrating by then.
func letIn(ctx context.Context, target *pgx.Conn) error {
	var done bool
	if err := target.QueryRow(ctx, sqlLetIn, roleNames[:], ownerRole).Scan(&done); err != nil {
		return wrap(err, "look at the rights on the database")
	}
	if done {
		return nil
	}
	for _, sql := range grantStatements(target.Config().Database, target.Config().User) {
		if _, err := target.Exec(ctx, sql); err != nil && !notAllowed(err) {
			return wrap(err, "let the roles into the database")
		}
	}
	return nil
}

const sqlRole = `SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = $1`

// ensureRole makes a role, or brings its password and settings up to date. A
// role that this user may not change was made by hand and stays as it is.
func ensureRole(ctx context.Context, cfg Config, conn *pgx.Conn, role string) error {
	var config []string
	err := conn.QueryRow(ctx, sqlRole, role).Scan(&config)
	exists := err == nil
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return wrap(err, "look for role %s", role)
	}
	var statements []string
	password := ""
	if !cfg.TrustAuth {
		password = " PASSWORD '" + RolePassword(cfg.Secret, role) + "'" // hex, needs no quoting
	}
	switch {
	case !exists:
		statements = append(statements, "CREATE ROLE "+role+" LOGIN"+password)
	case password != "":
		statements = append(statements, "ALTER ROLE "+role+password)
	}
	for _, set := range roleSettings(role) {
		if !slices.Contains(config, set.name+"="+set.value) {
			statements = append(statements, set.statement(role))
		}
	}
	for _, sql := range statements {
		_, err := conn.Exec(ctx, sql)
		switch {
		case err == nil, hasCode(err, "42710"): // another process made it meanwhile
		case notAllowed(err) && exists:
			return nil
		case notAllowed(err):
			return fmt.Errorf("the database's user may not create role %s: %s", role, rolesHint)
		default:
			// Never the statement: it holds the password.
			return wrap(errors.New(pgMessage(err)), "make role %s", role)
		}
		exists = true
	}
	return nil
}

// rolesHint is the way out where roles are made by hand.
const rolesHint = "let an administrator run the output of `switchyard roles --sql`"

// explainRoles says what to do when a role cannot sign in or has no rights on
// the database, as it is on a managed server with another secret or with no
// roles made for this database.
func explainRoles(err error, role string) error {
	switch {
	case hasCode(err, "28P01"), hasCode(err, "28000"):
		return fmt.Errorf("%s may not sign in; if its password was made from another secret, set that one or %s: %w", role, rolesHint, err)
	case notAllowed(err):
		return fmt.Errorf("%s has no rights on the database; %s: %w", role, rolesHint, err)
	default:
		return wrap(err, "connect as %s", role)
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
