package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDeleteTakesOnlyWhatStartMade(t *testing.T) {
	t.Parallel()
	base := publicDir(t)
	cfg := config(t, filepath.Join(base, strings.Repeat("long-folder/", 12), "data"), installations(t)[0])
	if err := copyFiles(template(t, installations(t)[0]), cfg.DataDir); err != nil {
		t.Fatal(err)
	}
	makeFiles(t, cfg.DataDir, map[string]string{"secret": "s", "pgnotes/x": "y", "pg15.incomplete-1/z": "z"})
	cmd, _ := holder(t, cfg, way{opt: defaults()})
	wantError(t, Delete(t.Context(), cfg.DataDir), ErrInUse, cfg.DataDir)
	kill(cmd)
	short, err := os.Readlink(filepath.Join(cfg.DataDir, socketName))
	if err != nil {
		t.Fatal(err)
	}
	if err := Delete(t.Context(), cfg.DataDir); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(cfg.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if got, want := strings.Join(left, " "), "pg15.incomplete-1 pgnotes postgres.lock secret switchyard.lock"; got != want {
		t.Errorf("left: %s; want: %s", got, want)
	}
	if exists(short) {
		t.Errorf("socket directory %s is left", short)
	}
	if err := Delete(t.Context(), cfg.DataDir); err != nil {
		t.Errorf("a second time: %v", err)
	}
}
