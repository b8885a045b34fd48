package embedded

import (
	"os"
	"path/filepath"
	"strings"
)

// Running is the address of the server that runs on a data folder, as its
// superuser, and whether there is one. It is for a command beside the server;
// whoever may read the folder may use it.
func Running(dataDir string) (string, bool) {
	dir, err := filepath.EvalSymlinks(filepath.Join(dataDir, socketName))
	if err != nil {
		return "", false
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", false
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", false
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".s.PGSQL.") && !strings.HasSuffix(e.Name(), ".lock") {
			return (&Server{socket: dir}).URL("postgres", "postgres"), true
		}
	}
	return "", false
}
