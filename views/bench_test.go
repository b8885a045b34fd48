package views

import (
	"bytes"
	"testing"
	"time"

	"github.com/a-h/templ"

	"switchyard/econ/market"
)

// BenchmarkRender draws pages that have all their data; nothing is read.
func BenchmarkRender(b *testing.B) {
	for _, c := range []struct {
		name string
		page func() templ.Component
	}{
		{"overview", func() templ.Component { return Overview(sampleOverview()) }},
		{"mining", func() templ.Component { return MiningLive(sampleMining(market.Live, time.Second)) }},
		{"admin", func() templ.Component { return AdminSources(sampleAdmin()) }},
	} {
		page := c.page()
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var buf bytes.Buffer
			for b.Loop() {
				buf.Reset()
				if err := page.Render(b.Context(), &buf); err != nil {
					b.Fatal(err)
				}
			}
			if !bytes.HasSuffix(bytes.TrimSpace(buf.Bytes()), []byte("</html>")) {
				b.Fatal("not a whole page")
			}
			b.ReportMetric(float64(buf.Len()), "page-B")
		})
	}
}
