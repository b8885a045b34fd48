package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// makeCluster creates the database directory dir. initdb works beside it and the
// result is renamed, so that dir is complete whenever it exists.
func makeCluster(ctx context.Context, cfg Config, p programs, l *locks, dir string, locales []string) error {
	if err := clearPlace(dir, cfg.Log); err != nil {
		return err
	}
	var failed error
	for _, locale := range locales {
		failed = runInitdb(ctx, cfg, p, l, dir+partialSuffix, locale)
		if failed == nil {
			if err := moveIntoPlace(dir); err != nil {
				return folderError(dir, err)
			}
			cfg.Log.Info("database created", "directory", dir, "version", p.major,
				"programs", p.dir, "user", p.as.name, "locale", locale)
			return nil
		}
		if !errors.Is(failed, errLocale) {
			break
		}
		cfg.Log.Warn("locale is missing, trying the next", "locale", locale)
	}
	return failed
}

// errLocale marks an initdb that failed for want of the locale.
var errLocale = errors.New("locale is missing")

// runInitdb fills dir, which it makes first and gives to the user initdb runs as.
func runInitdb(ctx context.Context, cfg Config, p programs, l *locks, dir, locale string) error {
	if err := os.RemoveAll(dir); err != nil {
		return folderError(dir, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return folderError(dir, err)
	}
	if err := own(dir, p.as); err != nil {
		return err
	}
	args := []string{"--pgdata=" + dir, "--username=postgres", "--auth=trust",
		"--encoding=UTF8", "--locale=" + locale, "--no-instructions"}
	if cfg.Fast {
		args = append(args, "--no-sync", "--wal-segsize=1") // one megabyte: less to write at once
	} else {
		args = append(args, "--data-checksums")
	}
	var out strings.Builder
	cmd := exec.CommandContext(ctx, p.initdb(), args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = filepath.Dir(dir), childEnv(), &out, &out
	cmd.ExtraFiles = []*os.File{l.server}
	err := runToEnd(cmd, p.as)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return stoppedError("creating the database", ctx.Err())
	case strings.Contains(out.String(), "invalid locale"):
		err = fmt.Errorf("%w: %w", errLocale, err)
	}
	return &Error{Kind: ErrInit, Cause: err, Log: lastLines(out.String(), quotedLines), Sentence: fmt.Sprintf(
		"the database in %s could not be created by %s: %v", filepath.Dir(dir), p.initdb(), err)}
}

// moveIntoPlace gives a finished database its name, and makes the name last.
func moveIntoPlace(dir string) error {
	if err := os.Rename(dir+partialSuffix, dir); err != nil {
		return err
	}
	parent, err := os.Open(filepath.Dir(dir))
	if err != nil {
		return err
	}
	return errors.Join(parent.Sync(), parent.Close())
}
