// Package ercot asks ERCOT, the Texas grid operator, for the settlement point
// prices it publishes without a key: a list of documents of each report, and
// each document as a zip with one CSV.
package ercot

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const (
	name     = "ercot"
	timeZone = "America/Chicago" // in which its days and hours are told
	maxCSV   = 32 << 20          // bytes of one document when unpacked
)

// Report is a kind of document, by ERCOT's number of it.
type Report string

// The reports.
const (
	RealTime Report = "12301" // NP6-905-CD: one document a quarter of an hour, with its prices
	DayAhead Report = "12331" // NP4-190-CD: one document a day, with the prices of the next day's hours
)

// Document is one file of a report. The list holds those of a few days.
type Document struct {
	ID        string // digits
	Report    Report
	Name      string    // as ERCOT constructs it
	Published time.Time // UTC; in the repeated hour of autumn it may be an hour off
}

// Client asks ERCOT.
type Client struct {
	o     upstream.Options
	zone  *time.Location
	fetch *upstream.Fetcher
}

// New returns a client; zero options mean the public site. It fails if the
// machine does not know ERCOT's time zone.
func New(o upstream.Options) (*Client, error) {
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		return nil, fmt.Errorf("%s: read the time zone: %w", name, err)
	}
	o = o.Defaults(upstream.Options{Name: name, BaseURL: "https://www.ercot.com", Rate: 1, Burst: 2})
	return &Client{o: o, zone: zone, fetch: upstream.NewFetcher(o)}, nil
}

// Name is "ercot".
func (*Client) Name() string { return name }

// Close lets go of idle connections.
func (c *Client) Close() { c.fetch.Close() }

// Documents lists a report's CSV documents, the oldest first, and the entries
// it refused.
func (c *Client) Documents(ctx context.Context, report Report) ([]Document, []upstream.Refusal, error) {
	body, err := c.fetch.GetJSON(ctx, "/misapp/servlets/IceDocListJsonWS", url.Values{
		"reportTypeId": {string(report)},
		"_":            {strconv.FormatInt(c.o.Now().Unix(), 10)}, // else a cache answers
	})
	if err != nil {
		return nil, nil, err
	}
	return decodeList(body, report, c.o.Now())
}

// Prices returns the prices of a document in the order of its rows, and the
// rows it refused.
func (c *Client) Prices(ctx context.Context, d Document) ([]market.PowerPrice, []upstream.Refusal, error) {
	body, err := c.fetch.GetFile(ctx, "/misdownload/servlets/mirDownload", url.Values{"doclookupId": {d.ID}})
	if err != nil {
		return nil, nil, err
	}
	text, err := unpack(body)
	if err != nil {
		return nil, nil, err
	}
	return decodePrices(text, d.Report, c.zone, c.o.Now())
}
