package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"switchyard/db"
	"switchyard/db/embedded"
	"switchyard/econ/access"
	"switchyard/handlers/signin"
)

// migrate prepares the database and stops: for deployments that do so before
// the new version starts.
func migrate(ctx context.Context, cfg Config, out io.Writer) error {
	log := newLog(cfg)
	stop := &stopper{log: log}
	defer stop.all()
	s, err := openStore(ctx, cfg, log, stop)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "The database is ready. Its world is %s.\n", s.world.World)
	return err
}

// adminLinkLife is how long the link of the first administrator may be used.
const adminLinkLife = 24 * time.Hour

// adminLink prints a one-time link that makes an administrator: whoever can run
// this command owns the database anyway. It works beside a running server.
func adminLink(ctx context.Context, cfg Config, out io.Writer) error {
	if cfg.Demo {
		return errors.New("the demo's administrator signs in without a link; set SWITCHYARD_DEMO=off for a company of your own")
	}
	return beside(ctx, cfg, func(d *db.DB) error { return printAdminLink(ctx, cfg, d, cfg.Addr, out) })
}

// beside runs fn on the database: through the running server's where there is
// one, else after a start of its own.
func beside(ctx context.Context, cfg Config, fn func(*db.DB) error) error {
	log := newLog(cfg)
	stop := &stopper{log: log}
	defer stop.all()
	if cfg.DatabaseURL == "" {
		if url, running := embedded.Running(cfg.DataDir); running {
			d, err := db.Open(db.Config{URL: url, TrustAuth: true, Log: log, Now: time.Now})
			if err != nil {
				return err
			}
			defer d.Close()
			return fn(d)
		}
	}
	s, err := openStore(ctx, cfg, log, stop)
	if err != nil {
		return err
	}
	return fn(s.db)
}

// verifyAudit says whether the audit log is what was sealed, and names each
// place where it is not, which is an error.
func verifyAudit(ctx context.Context, cfg Config, out io.Writer) error {
	return beside(ctx, cfg, func(d *db.DB) error {
		r, err := d.Jobs().VerifyAudit(ctx)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%d entries, %d of them sealed.\n", r.Entries, r.Sealed)
		if r.Sealed > 0 {
			text += fmt.Sprintf("Head %d, %x, of %s.\n", r.Head.Ordinal, r.Head.Hash, r.SealedAt.UTC().Format(time.RFC3339))
		}
		for _, f := range r.Findings {
			text += f.String() + "\n"
		}
		if _, err := io.WriteString(out, text); err != nil {
			return err
		}
		if n := len(r.Findings); n > 0 {
			return fmt.Errorf("the audit log is not what was sealed, in %d places", n)
		}
		return nil
	})
}

// printAdminLink keeps the link's hash and prints the link.
func printAdminLink(ctx context.Context, cfg Config, d *db.DB, addr string, out io.Writer) error {
	token, hash := signin.NewToken(signin.Link)
	link := db.Link{Purpose: db.LinkAdmin, ExpiresAt: time.Now().Add(adminLinkLife)}
	if err := d.As(access.Admin).InsertLink(ctx, access.Actor{Name: "Command line", Role: access.Admin}, hash[:], link); err != nil {
		return err
	}
	where := "http://" + addr
	if cfg.PublicURL != nil {
		where = strings.TrimSuffix(cfg.PublicURL.String(), "/")
	}
	_, err := fmt.Fprintf(out, "\n  Make the administrator's account within a day, once, at\n  %s/welcome/%s\n\n", where, token)
	return err
}

// printRoles prints what a managed server's administrator must run once, where
// the connecting user may not create roles.
func printRoles(cfg Config, out io.Writer) error {
	if cfg.DatabaseURL == "" {
		return errors.New("SWITCHYARD_DATABASE_URL is not set; the embedded database makes its roles itself")
	}
	statements, err := db.RolesSQL(cfg.DatabaseURL, []byte(cfg.Secret))
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, statements)
	return err
}

// reset deletes the embedded database and the secret beside it. It deletes
// only what a start makes, so that a slip in the setting cannot empty another
// folder.
func reset(ctx context.Context, cfg Config, out io.Writer) error {
	if cfg.DatabaseURL != "" {
		return errors.New("SWITCHYARD_DATABASE_URL names an outside database; drop and create it with its own tools")
	}
	if _, err := os.Stat(cfg.DataDir); errors.Is(err, os.ErrNotExist) {
		_, err := fmt.Fprintf(out, "There is nothing in %s.\n", cfg.DataDir)
		return err
	}
	if err := embedded.Delete(ctx, cfg.DataDir); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(cfg.DataDir, secretName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("delete the secret: %w", err)
	}
	_, err := fmt.Fprintf(out, "The embedded database in %s is deleted.\n", cfg.DataDir)
	return err
}
