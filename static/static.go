// Package static holds the built client code, style sheets, fonts and icons,
// and serves them under /static/.
//
// The build (static/build.mjs) writes every file under a name that carries a
// hash of its content, a compressed copy beside it, and a manifest from
// logical to hashed names. Files are compiled into the binary; since a changed
// file has a changed name, browsers may keep each one for ever.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
)

//go:embed all:dist
var dist embed.FS

// prefix is the address under which files are served.
const prefix = "/static/"

// ErrNotBuilt says that the client code has not been built into this binary.
var ErrNotBuilt = errors.New("the client code is not built: run `make build`")

// Assets are the built files, ready to serve. They do not change after Load.
type Assets struct {
	names map[string]string // logical name to hashed name
	files map[string]file   // by hashed name
}

// file is one built file with its compressed copies.
type file struct {
	contentType string
	etag        string
	bodies      map[string][]byte // by content coding; "" is the file itself
}

// Load reads the files compiled into the binary. It fails with ErrNotBuilt if
// there are none, and with another error if the manifest names a file that is
// not there.
func Load() (*Assets, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open built files: %w", err)
	}
	return load(files)
}

func load(fsys fs.FS) (*Assets, error) {
	data, err := fs.ReadFile(fsys, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest of built files: %w", err)
	}
	a := &Assets{files: make(map[string]file)}
	if err := json.Unmarshal(data, &a.names); err != nil {
		return nil, fmt.Errorf("decode manifest of built files: %w", err)
	}
	for logical, hashed := range a.names {
		f, err := loadFile(fsys, hashed)
		if err != nil {
			return nil, fmt.Errorf("load built file %s: %w", logical, err)
		}
		a.files[hashed] = f
	}
	return a, nil
}

// codings are the content codings the build may have made, best first, with
// the ending of the file that holds them.
var codings = [...]struct{ name, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

func loadFile(fsys fs.FS, name string) (file, error) {
	body, err := fs.ReadFile(fsys, name)
	if err != nil {
		return file{}, err
	}
	sum := sha256.Sum256(body)
	f := file{
		contentType: contentType(name), etag: hex.EncodeToString(sum[:8]),
		bodies: map[string][]byte{"": body},
	}
	for _, c := range codings {
		small, err := fs.ReadFile(fsys, name+c.ending)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return file{}, err
		}
		f.bodies[c.name] = small
	}
	return f, nil
}

// contentType names the types the build makes itself, so that a machine's own
// table cannot change them.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// URL is the address of a file by its logical name, e.g. "app.js"; empty if
// the build made no such file.
func (a *Assets) URL(logical string) string {
	hashed, ok := a.names[logical]
	if !ok {
		return ""
	}
	return prefix + hashed
}
