package cgminer_test

import (
	"log/slog"
	"runtime"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/jobs/simulate"
	"switchyard/jobs/upstream/cgminer"
)

// BenchmarkCycle asks 2,000 machines on loopback addresses, of which one in
// twenty is dead or garbles, as a poller that has just started does: it
// identifies all and leaves none alone.
func BenchmarkCycle(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("only Linux answers on all of 127.0.0.0/8")
	}
	world := simulate.NewWorld(simulate.Config{Origin: noon, Seed: 7, Now: func() time.Time { return noon }})
	miners := simulate.NewMiners(world, nil, slog.New(slog.DiscardHandler))
	b.Cleanup(func() { miners.Close() })
	port, err := miners.Listen()
	if err != nil {
		b.Fatal(err)
	}
	o := cgminer.Options{Networks: loopback(), Port: port, Timeout: 2 * time.Second}
	list := targets(2000)
	for b.Loop() {
		cycle(b, o, list)
	}
}

// cycle is one cycle of a new poller.
func cycle(b *testing.B, o cgminer.Options, list []mining.Target) {
	good, bad := 0, 0
	for _, r := range cgminer.NewPoller(o).Poll(b.Context(), list) {
		switch {
		case r.Fault == "" && r.Hashrate.Known:
			good++
		case r.Fault.Failed():
			bad++
		}
	}
	if good+bad != len(list) || bad < 70 || bad > 130 {
		b.Fatalf("%d machines answered and %d failed", good, bad)
	}
}
