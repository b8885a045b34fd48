package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"switchyard/db"
	"switchyard/db/embedded"
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
