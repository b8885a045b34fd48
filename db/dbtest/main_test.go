package dbtest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"switchyard/db/dbtest"
)

// inner makes a test do what the run of Main around it must notice.
const inner = "DBTEST_INNER"

func TestMainReportsWhatIsLeftRunning(t *testing.T) {
	if os.Getenv(inner) != "" {
		dbtest.NewURL(t)
		forever := make(chan struct{})
		go func() { <-forever }()
		return
	}
	temp := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMainReportsWhatIsLeftRunning$")
	cmd.Env = append(os.Environ(), inner+"=leak", "TMPDIR="+temp)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "goroutines left after the tests") {
		t.Errorf("a leaking package: %v, %s; want a failure that names the goroutine", err, out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("the run left %v, %v", left, err)
	}
}
