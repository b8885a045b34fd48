package tempdir

import (
	"os"
	"testing"
)

func TestFastRespectsTMPDIR(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if got := Fast(); got != dir {
		t.Errorf("Fast() = %s, want TMPDIR, %s", got, dir)
	}
}

func TestFastIsWritable(t *testing.T) {
	t.Setenv("TMPDIR", "")
	dir, err := os.MkdirTemp(Fast(), "switchyard-tempdir-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(dir); err != nil {
		t.Error(err)
	}
}
