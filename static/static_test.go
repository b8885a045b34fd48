package static

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

// built is what a build leaves behind.
func built(t *testing.T) *Assets {
	t.Helper()
	a, err := load(fstest.MapFS{
		"manifest.json":       {Data: []byte(`{"app.js":"app-AB12.js","inter-latin.woff2":"inter-CD34.woff2","icon.svg":"icon-EF56.svg"}`)},
		"app-AB12.js":         {Data: []byte("plain")},
		"app-AB12.js.gz":      {Data: []byte("gzipped")},
		"app-AB12.js.br":      {Data: []byte("brotli")},
		"inter-CD34.woff2":    {Data: []byte("font")},
		"icon-EF56.svg":       {Data: []byte("<svg/>")},
		"icon-EF56.svg.gz":    {Data: []byte("svgz")},
		"left-over-FF.js":     {Data: []byte("old")},
		"directory/inside.js": {Data: []byte("inside")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, a *Assets, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	req := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	a.Handler().ServeHTTP(rec, req)
	res := rec.Result()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestLoadWithOnlyThePlaceholderSaysHowToBuild(t *testing.T) {
	_, err := load(fstest.MapFS{".keep": {}})
	if !errors.Is(err, ErrNotBuilt) {
		t.Fatalf("got %v, want ErrNotBuilt", err)
	}
}

func TestLoadFailsOnABrokenManifest(t *testing.T) {
	for name, manifest := range map[string]string{
		"not JSON":       `{`,
		"names no file":  `{"app.js":"app-GONE.js"}`,
		"leaves the dir": `{"app.js":"../static.go"}`,
	} {
		_, err := load(fstest.MapFS{"manifest.json": {Data: []byte(manifest)}})
		if err == nil || errors.Is(err, ErrNotBuilt) {
			t.Errorf("%s: got %v, want an error of its own", name, err)
		}
	}
}

func TestLoadOfThisBinaryIsBuiltOrSaysNot(t *testing.T) {
	a, err := Load()
	if errors.Is(err, ErrNotBuilt) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app.js", "app.css", "icon.svg", "inter-latin.woff2", "inter-latin-ext.woff2"} {
		res, _ := get(t, a, http.MethodGet, a.URL(name))
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s at %q: got %d, want 200", name, a.URL(name), res.StatusCode)
		}
	}
}

func TestURL(t *testing.T) {
	a := built(t)
	if got, want := a.URL("app.js"), "/static/app-AB12.js"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := a.URL("nothing.js"); got != "" {
		t.Errorf("unknown name: got %q, want empty", got)
	}
}

func TestEncodingFollowsTheBrowser(t *testing.T) {
	a := built(t)
	for _, c := range []struct{ accept, coding, body string }{
		{"", "", "plain"},
		{"gzip, deflate, br, zstd", "br", "brotli"},
		{"gzip", "gzip", "gzipped"},
		{"br;q=0, gzip;q=0.5", "gzip", "gzipped"},
		{"GZIP ; q=1", "gzip", "gzipped"},
		{"*", "br", "brotli"},
		{"*;q=0", "", "plain"},
		{"br;q=0.0, *", "gzip", "gzipped"},
		{"deflate", "", "plain"},
	} {
		res, body := get(t, a, http.MethodGet, "/static/app-AB12.js", "Accept-Encoding", c.accept)
		if got := res.Header.Get("Content-Encoding"); got != c.coding || body != c.body {
			t.Errorf("Accept-Encoding %q: got %q %q, want %q %q", c.accept, got, body, c.coding, c.body)
		}
		if got := res.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("Vary: got %q", got)
		}
	}
}

func TestTypesAndCaching(t *testing.T) {
	a := built(t)
	for path, want := range map[string]string{
		"/static/app-AB12.js":      "text/javascript; charset=utf-8",
		"/static/inter-CD34.woff2": "font/woff2",
		"/static/icon-EF56.svg":    "image/svg+xml",
	} {
		res, _ := get(t, a, http.MethodGet, path)
		if got := res.Header.Get("Content-Type"); got != want {
			t.Errorf("%s: got type %q, want %q", path, got, want)
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: got caching %q", path, got)
		}
	}
}

func TestETagSavesTheBodyAndDiffersByEncoding(t *testing.T) {
	a := built(t)
	plain, _ := get(t, a, http.MethodGet, "/static/app-AB12.js")
	small, _ := get(t, a, http.MethodGet, "/static/app-AB12.js", "Accept-Encoding", "br")
	tag := plain.Header.Get("ETag")
	if tag == "" || tag == small.Header.Get("ETag") {
		t.Fatalf("got tags %q and %q, want two", tag, small.Header.Get("ETag"))
	}
	for _, header := range []string{tag, `"other", W/` + tag, "*"} {
		res, body := get(t, a, http.MethodGet, "/static/app-AB12.js", "If-None-Match", header)
		if res.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("If-None-Match %s: got %d %q, want 304 without a body", header, res.StatusCode, body)
		}
	}
	if res, _ := get(t, a, http.MethodGet, "/static/app-AB12.js", "If-None-Match", `"other"`); res.StatusCode != http.StatusOK {
		t.Errorf("other tag: got %d, want 200", res.StatusCode)
	}
}

func TestHeadHasLengthAndNoBody(t *testing.T) {
	res, body := get(t, built(t), http.MethodHead, "/static/app-AB12.js", "Accept-Encoding", "gzip")
	if res.StatusCode != http.StatusOK || body != "" || res.Header.Get("Content-Length") != "7" {
		t.Errorf("got %d %q length %s", res.StatusCode, body, res.Header.Get("Content-Length"))
	}
}

func TestNothingElseIsServed(t *testing.T) {
	a := built(t)
	for _, path := range []string{
		"/static/", "/static/directory/", "/static/directory/inside.js", "/static/manifest.json",
		"/static/app-AB12.js.gz", "/static/left-over-FF.js", "/static/app.js", "/static/../static.go",
	} {
		if res, _ := get(t, a, http.MethodGet, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, res.StatusCode)
		}
	}
	if res, _ := get(t, a, http.MethodPost, "/static/app-AB12.js"); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d, want 405", res.StatusCode)
	}
}
