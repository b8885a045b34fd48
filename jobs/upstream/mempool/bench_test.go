package mempool

import (
	"encoding/json"
	"testing"

	"switchyard/jobs/upstream/upstreamtest"
)

// BenchmarkDecode is a page of blocks; the reference only parses it.
func BenchmarkDecode(b *testing.B) {
	body := upstreamtest.Answer(b, "blocks.json")
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			blocks, refused, err := decodeBlocks(body, upstreamtest.Now())
			if err != nil || len(blocks) == 0 || len(refused) > 0 {
				b.Fatal(len(blocks), refused, err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			var v any
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
