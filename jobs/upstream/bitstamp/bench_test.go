package bitstamp

import (
	"bytes"
	"encoding/json"
	"testing"

	"switchyard/jobs/upstream/upstreamtest"
)

// BenchmarkDecode is the whole recorded stream; the reference only parses it.
func BenchmarkDecode(b *testing.B) {
	lines := bytes.Split(bytes.TrimSpace(upstreamtest.Answer(b, "stream.jsonl")), []byte("\n"))
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			quotes := 0
			for _, line := range lines {
				m, err := decodeMessage(line)
				if err != nil {
					continue // a line that must be refused
				}
				if _, ok, err := m.trade(upstreamtest.Now()); ok && err == nil {
					quotes++
				}
			}
			if quotes == 0 {
				b.Fatal("no quote in the stream")
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			for _, line := range lines {
				var v any
				if err := json.Unmarshal(line, &v); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
