package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// holderEnv makes the test binary a holder: a process that starts a server and
// waits to be killed. Its value is a holderOrder.
const holderEnv = "EMBEDDED_TEST_HOLDER"

// holderOrder is what a holder is told to do.
type holderOrder struct {
	Config           Config
	WithoutNamespace bool
	Users            []string
}

// holderReport is what it prints when the server answers.
type holderReport struct {
	URL string
	PID int // of the server
	Err string
}

func TestMain(m *testing.M) {
	if order := os.Getenv(holderEnv); order != "" {
		os.Exit(hold(order))
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := removeTemplates(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
		os.Exit(code)
	}))
}

// hold starts a server and never stops it. It ignores SIGINT: a test sends it to
// the whole process group.
func hold(order string) int {
	signal.Ignore(syscall.SIGINT)
	var o holderOrder
	if err := json.Unmarshal([]byte(order), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	opt := defaults()
	opt.withoutNamespace = o.WithoutNamespace
	if o.Users != nil {
		opt.fallbackUsers = o.Users
	}
	o.Config.Log = slog.New(slog.DiscardHandler)
	var report holderReport
	s, err := start(context.Background(), o.Config, opt)
	if err != nil {
		report.Err = err.Error()
	} else {
		report.URL, report.PID = s.URL("postgres", "postgres"), s.child.cmd.Process.Pid
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return 2
	}
	if s == nil {
		return 1
	}
	<-s.Done()
	return 3
}
