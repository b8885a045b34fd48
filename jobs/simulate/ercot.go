package simulate

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What ERCOT's lists hold.
const (
	realTimeReport = "12301"
	dayAheadReport = "12331"
	listedDays     = 5
	quarter        = 15 * time.Minute
	publishedAfter = 2 * time.Minute // a quarter of an hour has ended
	dayAheadAt     = 13*time.Hour + 5*time.Minute
	dayAheadIDs    = 900_000_000 // above the numbers of quarters
)

// ercotPoints are settlement points with their types. A zone has two prices.
var ercotPoints = []struct{ name, kind string }{
	{"HB_BUSAVG", "SH"}, {"HB_HOUSTON", "HU"}, {"HB_HUBAVG", "AH"}, {"HB_NORTH", "HU"}, {"HB_PAN", "HU"}, {"HB_SOUTH", "HU"}, {"HB_WEST", "HU"},
	{"LZ_HOUSTON", "LZ"}, {"LZ_HOUSTON", "LZEW"}, {"LZ_NORTH", "LZ"}, {"LZ_NORTH", "LZEW"}, {"LZ_SOUTH", "LZ"}, {"LZ_SOUTH", "LZEW"}, {"LZ_WEST", "LZ"}, {"LZ_WEST", "LZEW"},
}

// ercotRoutes speak ERCOT's keyless documents: a list of each report with twins
// in XML, and each document as a zip with one file.
func ercotRoutes(p *party, mux *http.ServeMux) {
	mux.HandleFunc("GET /misapp/servlets/IceDocListJsonWS", p.ercotList)
	mux.HandleFunc("GET /misdownload/servlets/mirDownload", p.ercotDocument)
}

func (p *party) ercotList(w http.ResponseWriter, r *http.Request) {
	report := r.URL.Query().Get("reportTypeId")
	now := p.world.Now()
	var list []any
	add := func(id int64, name string, published time.Time) {
		at := published.In(texas())
		for i, form := range []string{"csv", "xml"} {
			full := fmt.Sprintf("cdr.000%s.0000000000000000.%s.%s_%s.zip", report, at.Format("20060102.150405000"), name, form)
			list = append(list, map[string]any{"Document": map[string]string{
				"ExpiredDate": at.AddDate(0, 0, listedDays).Format("2006-01-02T15:04:05-07:00"), "ILMStatus": "EXT", "SecurityStatus": "P", "ContentSize": "6101", "Extension": "zip",
				"ReportTypeID": report, "Prefix": "cdr", "FriendlyName": name + "_" + form, "ConstructedName": full, "DocID": strconv.FormatInt(2*id+int64(i), 10),
				"PublishDate": at.Format("2006-01-02T15:04:05-07:00"), "ReportName": "Settlement Point Prices", "DUNS": "0000000000000", "DocCount": "0",
			}})
		}
	}
	switch report {
	case realTimeReport:
		// The newest first, as the site lists them.
		for end := now.Add(-publishedAfter).Truncate(quarter); end.After(now.AddDate(0, 0, -listedDays)); end = end.Add(-quarter) {
			add(end.Unix()/900, "SPPHLZNP6905_"+end.In(texas()).Format("20060102_1504"), end.Add(publishedAfter))
		}
	case dayAheadReport:
		for back := range listedDays {
			local := now.In(texas())
			published := time.Date(local.Year(), local.Month(), local.Day()-back, 0, 0, 0, 0, texas()).Add(dayAheadAt)
			if !published.After(now) {
				add(dayAheadIDs+published.Unix()/secondsPerDay, "DAMSPNP4190", published)
			}
		}
	}
	answer(w, map[string]any{"ListDocsByRptTypeRes": map[string]any{"DocumentList": list}})
}

func (p *party) ercotDocument(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.URL.Query().Get("doclookupId"), 10, 64)
	if err != nil || id%2 != 0 {
		http.NotFound(w, r)
		return
	}
	text := p.ercotQuarter(time.Unix(id/2*900, 0).Add(-quarter))
	if id/2 >= dayAheadIDs {
		text = p.ercotDay(time.Unix((id/2-dayAheadIDs)*secondsPerDay, 0).Add(48 * time.Hour)) // the evening of the day after
	}
	body, err := zipped("cdr.prices.csv", text)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	write(w, string(body))
}

// ercotQuarter is the document of one quarter of an hour.
func (p *party) ercotQuarter(start time.Time) string {
	var b strings.Builder
	b.WriteString("DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,SettlementPointPrice,DSTFlag\n")
	local := start.In(texas())
	for _, pt := range ercotPoints {
		fmt.Fprintf(&b, "%s,%d,%d,%s,%s,%s,%s\n", local.Format("01/02/2006"), local.Hour()+1, local.Minute()/15+1, pt.name, pt.kind,
			dollars(p.world.RealTimePower(pt.name, start)), repeatedHour(start))
	}
	return b.String()
}

// ercotDay is the document of the day in Texas that holds an instant.
func (p *party) ercotDay(at time.Time) string {
	var b strings.Builder
	b.WriteString("DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n")
	local := at.In(texas())
	begin := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, texas())
	for hour := begin; hour.Before(begin.AddDate(0, 0, 1)); hour = hour.Add(time.Hour) {
		for _, pt := range ercotPoints {
			if pt.kind != "LZEW" {
				fmt.Fprintf(&b, "%s,%02d:00,%s,%s,%s\n", hour.Format("01/02/2006"), hour.Hour()+1, pt.name, dollars(p.world.DayAheadPower(pt.name, hour)), repeatedHour(hour))
			}
		}
	}
	return b.String()
}

// repeatedHour flags the second of two hours that clocks show alike.
func repeatedHour(t time.Time) string {
	_, before := t.Add(-time.Hour).In(texas()).Zone()
	_, now := t.In(texas()).Zone()
	if now < before {
		return "Y"
	}
	return "N"
}

func zipped(name, text string) ([]byte, error) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	f, err := z.Create(name)
	if err != nil {
		return nil, err
	}
	if _, err := f.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
