package jobs

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db/dbtest"
	"switchyard/econ/ops"
	"switchyard/jobs/simulate"
	"switchyard/jobs/upstream/cgminer"
)

// registered puts machines into the register, at two sites.
func registered(t *testing.T, url string, machines int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `
INSERT INTO mining.unit (serial, mac, class_id, site_id, building, aisle, rack, slot, address, state, since, note, known_from, who)
SELECT 'TEST-' || i, '', 1, 1 + i % 2, 'Hall', '', '', '', host('10.0.0.0'::inet + i), 'running', now(), '', now(), 'Test' FROM generate_series(1, $1::int) AS i`, machines)
	if err != nil {
		t.Fatal(err)
	}
}

func TestTelemetryAsksTheRegisterAndStoresSums(t *testing.T) {
	s := newSimulated(t, 2*time.Second)
	d, cfg := dbtest.NewAt(t, s.clock.Now)
	s.cfg.DB, s.store = d, d.Jobs()
	registered(t, cfg.URL, 9)
	miners := simulate.NewMiners(s.world, func(id int64) simulate.Machine {
		m := simulate.Machine{Vendor: simulate.Whatsminer, Model: "Model", Hashrate: 100e12, Power: 3000}
		if id%256 == 3 {
			m.Fault = simulate.MinerGarbling
		}
		return m
	}, testLog(t))
	t.Cleanup(func() { miners.Close() })
	// The last machine is outside the network.
	s.cfg.Miners = cgminer.Options{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/29")}, Dial: miners.Dial}
	s.start(t, "mining.telemetry")
	var run ops.Run
	eventually(t, 20*time.Second, func() string {
		var ok bool
		if run, ok = lastRun(t, s.store, "mining.telemetry"); !ok || run.Status == ops.Running {
			return "no run has ended"
		}
		return ""
	})
	if run.Status != ops.Succeeded || run.Note != "6 of 9 machines answered; 2 forbidden, 1 garbled" {
		t.Fatalf("run %s: %q %q", run.Status, run.Note, run.Error)
	}
	for key, want := range map[string]float64{
		"mining.machines_count.1": 4, "mining.machines_count.2": 5, "mining.machines_hashing_count.1": 3, "mining.machines_hashing_count.2.1": 3,
	} {
		if p, err := s.store.LastPoint(t.Context(), key); err != nil || p.V != want {
			t.Errorf("%s is %v, want %v (%v)", key, p.V, want, err)
		}
	}
	if p, err := s.store.LastPoint(t.Context(), "mining.operating_hashrate_hs.1"); err != nil || p.V < 270e12 || p.V > 330e12 {
		t.Errorf("operating hashrate %v, %v", p.V, err)
	}
	if p, err := s.store.LastPoint(t.Context(), "mining.power_w.1"); err != nil || p.V < 8000 || p.V > 10000 {
		t.Errorf("power %v, %v", p.V, err)
	}
	list, err := s.store.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range list {
		if src.Name == sourceMiners && (src.SucceededAt.IsZero() || src.Room != roomMining) {
			t.Errorf("source %+v", src)
		}
	}
}

func TestTelemetryWithoutANetworkAsksNobody(t *testing.T) {
	s := newSimulated(t, 2*time.Second)
	s.start(t, "mining.telemetry")
	eventually(t, 20*time.Second, func() string {
		run, ok := lastRun(t, s.store, "mining.telemetry")
		if !ok || run.Status != ops.Succeeded || !strings.Contains(run.Note, "No network") {
			return fmt.Sprintf("run %s: %q", run.Status, run.Note)
		}
		return ""
	})
}
