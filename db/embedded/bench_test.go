package embedded

import (
	"fmt"
	"path/filepath"
	"testing"
)

// BenchmarkStart is what somebody waits for before the program can use its
// database, with everything that makes it durable: cold creates it first, warm
// finds it there.
func BenchmarkStart(b *testing.B) {
	in := installations(b)[0]
	durable := func(dir string) Config {
		cfg := config(b, dir, in)
		cfg.Fast = false
		return cfg
	}
	begin := func(b *testing.B, cfg Config) {
		s, err := start(b.Context(), cfg, defaults())
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		mustStop(b, s)
		b.StartTimer()
	}
	parent := publicDir(b)
	b.Run("cold", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			begin(b, durable(filepath.Join(parent, fmt.Sprintf("cold%d", i))))
		}
	})
	b.Run("warm", func(b *testing.B) {
		cfg := durable(filepath.Join(parent, "warm"))
		begin(b, cfg)
		for b.Loop() {
			begin(b, cfg)
		}
	})
}
