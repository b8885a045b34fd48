package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// npmLink is one entry of the package's list of links: both paths are relative to
// the package.
type npmLink struct {
	Source string `json:"source"`
	Target string `json:"target"`
}

// restoreLinks makes the links between shared libraries that the npm package
// lists. A package cannot carry links; its install script makes them, and install
// scripts are often switched off.
func restoreLinks(pkg string) error {
	list := filepath.Join(pkg, "native", "pg-symlinks.json")
	text, err := os.ReadFile(list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the list of links: %w", err)
	}
	var links []npmLink
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read %s: %w", list, err)
	}
	for _, link := range links {
		if err := restoreLink(pkg, link); err != nil {
			return err
		}
	}
	return nil
}

func restoreLink(pkg string, link npmLink) error {
	if !filepath.IsLocal(link.Source) || !filepath.IsLocal(link.Target) {
		return fmt.Errorf("link %q to %q leads out of the package", link.Target, link.Source)
	}
	target := filepath.Join(pkg, link.Target)
	if _, err := os.Lstat(target); err == nil {
		return nil
	}
	source, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
	if err != nil {
		return fmt.Errorf("link %q: %w", link.Target, err)
	}
	// Another process may be doing the same: what counts is that the link is there.
	if err := os.Symlink(source, target); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make a link: %w", err)
	}
	return nil
}
