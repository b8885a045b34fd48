package ercot

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// zipOf packs files of these texts.
func zipOf(t testing.TB, texts ...[]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, text := range texts {
		f, err := w.Create(fmt.Sprintf("%d.csv", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func client(t testing.TB, o upstream.Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestDocumentsOfCSVTheOldestFirst(t *testing.T) {
	got, refused, err := decodeList(upstreamtest.Answer(t, "list.json"), RealTime, upstreamtest.Now())
	if err != nil || len(refused) > 0 {
		t.Fatalf("refused %v, error %v", refused, err)
	}
	want := []Document{
		{"1302212998", RealTime, "cdr.00012301.0000000000000000.20261122.224702123.SPPHLZNP6905_retry_20261122_2245_csv.zip", time.Date(2026, 11, 23, 4, 47, 2, 0, time.UTC)},
		{"1302213002", RealTime, "cdr.00012301.0000000000000000.20261122.230203412.SPPHLZNP6905_20261122_2300_csv.zip", time.Date(2026, 11, 23, 5, 2, 3, 0, time.UTC)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents differ (want -, got +):\n%s", diff)
	}
}

func TestBadDocumentsDoNotCostTheOthers(t *testing.T) {
	got, refused, err := decodeList(upstreamtest.Answer(t, "list_bad_rows.json"), RealTime, upstreamtest.Now())
	if err != nil || len(got) != 1 || got[0].ID != "7" {
		t.Fatalf("got %v, error %v; want document 7 once", got, err)
	}
	want := []string{
		"the document has no name",
		`the document is of report "12331", not of 12301`,
		`the document's id "9&x=1" is not a number`,
		`"yesterday" is not when a document was published`,
		"the time 2027-11-23T05:02:03Z is in the future",
		"the row does not have the documented shape",
	}
	if diff := cmp.Diff(want, upstreamtest.Checks(refused)); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
}

func TestAListWithoutDocumentsIsNoError(t *testing.T) {
	got, _, err := decodeList([]byte(`{"ListDocsByRptTypeRes":{"DocumentList":[]}}`), RealTime, upstreamtest.Now())
	if err != nil || len(got) > 0 {
		t.Errorf("got %v, error %v", got, err)
	}
	for _, body := range []string{`{}`, `{"ListDocsByRptTypeRes":{}}`, `{"ListDocsByRptTypeRes":{"DocumentList":null}}`, `{"ListDocsByRptTypeRes":{"DocumentList":{}}}`, `[]`} {
		if _, _, err := decodeList([]byte(body), RealTime, upstreamtest.Now()); upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%s gave %v, want that it is malformed", body, err)
		}
	}
}

func TestAZipHoldsOneFileOfBoundedSize(t *testing.T) {
	text, err := unpack(zipOf(t, []byte("a,b\n")))
	if err != nil || string(text) != "a,b\n" {
		t.Errorf("got %q, error %v", text, err)
	}
	stored := zipOf(t, bytes.Repeat([]byte("x"), 100))
	damaged := slices.Clone(stored)
	damaged[45] ^= 0xff // within the packed bytes
	for what, c := range map[string]struct {
		body []byte
		kind upstream.Kind
		says string
	}{
		"no zip":     {[]byte("a,b\n"), upstream.Malformed, "is not a zip"},
		"no file":    {zipOf(t), upstream.Malformed, "holds 0 files"},
		"two files":  {zipOf(t, nil, nil), upstream.Malformed, "holds 2 files"},
		"damaged":    {damaged, upstream.Malformed, "is damaged"},
		"cut":        {stored[:len(stored)-10], upstream.Malformed, "is not a zip"},
		"a zip bomb": {zipOf(t, make([]byte, maxCSV+1)), upstream.TooLarge, "larger than 33554432 bytes"},
	} {
		_, err := unpack(c.body)
		if upstreamtest.Kind(err) != c.kind {
			t.Errorf("%s gave %v, want %s", what, err, c.kind)
		}
		upstreamtest.Contains(t, err, c.says)
	}
}

func TestADocumentIsAskedForByItsID(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String()+" "+r.Header.Get("Accept"))
		if r.URL.Path == "/misdownload/servlets/mirDownload" {
			_, _ = w.Write(zipOf(t, upstreamtest.Answer(t, "realtime.csv")))
			return
		}
		_, _ = w.Write(upstreamtest.Answer(t, "list.json"))
	}))
	defer server.Close()
	c := client(t, upstream.Options{BaseURL: server.URL, Now: upstreamtest.Now})
	documents, _, err := c.Documents(t.Context(), RealTime)
	if err != nil || len(documents) != 2 {
		t.Fatalf("%d documents, error %v", len(documents), err)
	}
	prices, refused, err := c.Prices(t.Context(), documents[1])
	if err != nil || len(refused) > 0 || len(prices) != 4 {
		t.Errorf("%d prices, refused %v, error %v; want four", len(prices), refused, err)
	}
	want := []string{"/misapp/servlets/IceDocListJsonWS?_=1795410030&reportTypeId=12301 application/json", "/misdownload/servlets/mirDownload?doclookupId=1302213002 */*"}
	if diff := cmp.Diff(want, asked); diff != "" || c.Name() != "ercot" {
		t.Errorf("%s asked otherwise (want -, got +):\n%s", c.Name(), diff)
	}
}

func TestFaults(t *testing.T) {
	upstreamtest.Faults(t, upstreamtest.Answer(t, "list.json"), func(o upstream.Options) error {
		c, err := New(o)
		if err != nil {
			return err
		}
		defer c.Close()
		_, _, err = c.Documents(t.Context(), RealTime)
		return err
	})
	upstreamtest.Faults(t, zipOf(t, upstreamtest.Answer(t, "realtime.csv")), func(o upstream.Options) error {
		c, err := New(o)
		if err != nil {
			return err
		}
		defer c.Close()
		_, _, err = c.Prices(t.Context(), Document{ID: "1", Report: RealTime})
		return err
	})
}

func FuzzList(f *testing.F) {
	for _, name := range []string{"list.json", "list_bad_rows.json"} {
		upstreamtest.Seeds(f, name)
	}
	f.Fuzz(func(t *testing.T, rows []byte) {
		body := fmt.Appendf(nil, `{"ListDocsByRptTypeRes":{"DocumentList":%s}}`, rows)
		list, _, err := decodeList(body, RealTime, upstreamtest.Now())
		if err != nil && upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("error is %v, want that it is malformed", err)
		}
		for i, d := range list {
			if d.ID == "" || d.Name == "" || checkTime(d.Published, upstreamtest.Now()) != nil || (i > 0 && d.Published.Before(list[i-1].Published)) {
				t.Errorf("document %d of %v is not sensible, or not in order", i, list)
			}
		}
	})
}
