// Command web runs Switchyard: the dashboard of a company that mines bitcoin
// and sells AI compute from the same megawatts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones, also where the machine has none
)

const usage = `usage: switchyard [command]

  serve          start the dashboard (the default)
  migrate        prepare the database and stop
  audit verify   hold the audit log against its chain
  admin-link     print a link that makes an administrator, once
  roles --sql    print the statements that make the database roles
  reset          delete the embedded database and everything in it

Settings are read from the environment; docs/configuration.md lists them.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:], os.Environ(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "switchyard:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

// errUsage is returned for a command line that names no command.
var errUsage = errors.New("unknown command; see the usage above")

// command does what the arguments say. Tests call it in place of main.
func command(ctx context.Context, args, environ []string, out io.Writer) error {
	name := "serve"
	if len(args) > 0 {
		name = args[0]
	}
	switch {
	case name == "help" || name == "-h" || name == "--help":
		_, err := io.WriteString(out, usage)
		return err
	case name == "serve" && len(args) <= 1, name == "migrate" && len(args) == 1, name == "reset" && len(args) == 1, name == "admin-link" && len(args) == 1:
	case name == "roles" && len(args) == 2 && args[1] == "--sql":
	case name == "audit" && len(args) == 2 && args[1] == "verify":
	default:
		if _, err := io.WriteString(out, usage); err != nil {
			return err
		}
		return errUsage
	}
	cfg, err := LoadConfig(environ)
	if err != nil {
		return fmt.Errorf("the settings have mistakes:\n%w", err)
	}
	switch name {
	case "migrate":
		return migrate(ctx, cfg, out)
	case "audit":
		return verifyAudit(ctx, cfg, out)
	case "admin-link":
		return adminLink(ctx, cfg, out)
	case "roles":
		return printRoles(cfg, out)
	case "reset":
		return reset(ctx, cfg, out)
	default:
		return run(ctx, cfg, out)
	}
}
