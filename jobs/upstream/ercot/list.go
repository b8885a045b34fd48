package ercot

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"switchyard/jobs/upstream"
)

// decodeList reads the list of a report's documents. Every document is there as
// CSV and as XML; the XML ones are left out.
func decodeList(body []byte, report Report, now time.Time) ([]Document, []upstream.Refusal, error) {
	var answer struct {
		List struct {
			Entries []json.RawMessage `json:"DocumentList"`
		} `json:"ListDocsByRptTypeRes"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.List.Entries == nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the list of documents is not the documented object")
	}
	list, refused := upstream.Rows(answer.List.Entries, func(row json.RawMessage) (Document, bool, error) {
		return decodeDocument(row, report, now)
	})
	slices.SortFunc(list, func(a, b Document) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return slices.CompactFunc(list, func(a, b Document) bool { return a.ID == b.ID }), refused, nil
}

func decodeDocument(row json.RawMessage, report Report, now time.Time) (Document, bool, error) {
	var v struct {
		Document struct {
			ReportTypeID, ConstructedName, DocID, PublishDate string
		}
	}
	if err := upstream.Shape(row, &v); err != nil {
		return Document{}, false, err
	}
	d := v.Document
	published, err := time.Parse(time.RFC3339, d.PublishDate)
	switch {
	case d.ConstructedName == "":
		return Document{}, false, errors.New("the document has no name")
	case !strings.HasSuffix(d.ConstructedName, "csv.zip"):
		return Document{}, false, nil
	case d.ReportTypeID != string(report):
		return Document{}, false, fmt.Errorf("the document is of report %.20q, not of %s", d.ReportTypeID, report)
	case d.DocID == "" || len(d.DocID) > 20 || strings.Trim(d.DocID, "0123456789") != "":
		return Document{}, false, fmt.Errorf("the document's id %.40q is not a number", d.DocID)
	case err != nil:
		return Document{}, false, fmt.Errorf("%.40q is not when a document was published", d.PublishDate)
	}
	if err := checkTime(published, now); err != nil {
		return Document{}, false, err
	}
	return Document{ID: d.DocID, Report: report, Name: d.ConstructedName, Published: published.UTC()}, true, nil
}

// unpack takes the one CSV out of a zip.
func unpack(body []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, upstream.Errorf(name, upstream.Malformed, "the document is not a zip")
	}
	if len(archive.File) != 1 {
		return nil, upstream.Errorf(name, upstream.Malformed, "the zip holds %d files, not one", len(archive.File))
	}
	file, err := archive.File[0].Open()
	if err != nil {
		return nil, upstream.Errorf(name, upstream.Malformed, "the file in the zip cannot be opened")
	}
	text, err := io.ReadAll(io.LimitReader(file, maxCSV+1))
	err = errors.Join(err, file.Close())
	switch {
	case err != nil:
		return nil, upstream.Errorf(name, upstream.Malformed, "the file in the zip is damaged")
	case len(text) > maxCSV:
		return nil, upstream.Errorf(name, upstream.TooLarge, "the file in the zip is larger than %d bytes", maxCSV)
	}
	return text, nil
}
