package cgminer_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"switchyard/econ/mining"
	"switchyard/jobs/simulate"
	"switchyard/jobs/upstream/cgminer"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// loopback are the networks that may be asked.
func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

// fleet serves simulated machines and returns how to ask them.
func fleet(t testing.TB, machine func(*simulate.World, int64) simulate.Machine) cgminer.Options {
	t.Helper()
	world := simulate.NewWorld(simulate.Config{Origin: noon, Seed: 7, Now: func() time.Time { return noon }})
	var of func(int64) simulate.Machine
	if machine != nil {
		of = func(id int64) simulate.Machine { return machine(world, id) }
	}
	miners := simulate.NewMiners(world, of, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := miners.Close(); err != nil {
			t.Error(err)
		}
	})
	return cgminer.Options{Networks: loopback(), Dial: miners.Dial, Timeout: 2 * time.Second}
}

func targets(n int) []mining.Target {
	list := make([]mining.Target, n)
	for i := range list {
		id := int64(i + 1)
		list[i] = mining.Target{UnitID: id, SiteID: 1 + id%4, ClassID: 1, State: mining.Running, Address: simulate.MinerAddr(id)}
	}
	return list
}

// healthy is a machine of a vendor with a malformation and no fault.
func healthy(vendor simulate.Vendor, quirk int) func(*simulate.World, int64) simulate.Machine {
	return func(*simulate.World, int64) simulate.Machine {
		return simulate.Machine{Vendor: vendor, Model: "Model", Mode: "Normal", Hashrate: 100e12, Power: 3000, Quirk: quirk}
	}
}

func TestEveryVendorAndMalformationIsRead(t *testing.T) {
	for _, vendor := range []simulate.Vendor{simulate.Bitmain, simulate.Whatsminer, simulate.Plain} {
		for quirk := range 7 {
			o := fleet(t, healthy(vendor, quirk))
			for _, r := range cgminer.NewPoller(o).Poll(t.Context(), targets(3)) {
				if r.Fault != "" {
					t.Errorf("%s, malformation %d: %s", vendor, quirk, r.Why)
					continue
				}
				if ths := float64(r.Hashrate.Value) / 1e12; ths < 85 || ths > 115 {
					t.Errorf("%s, malformation %d: %v TH/s", vendor, quirk, ths)
				}
				if r.Model != "Model" || r.PoolURL != "stratum+tcp://pool.example:3333" || !r.BoardC.Known || !r.ChipC.Known {
					t.Errorf("%s, malformation %d: %+v", vendor, quirk, r)
				}
				if r.Power.Known != (vendor == simulate.Whatsminer) {
					t.Errorf("%s: power %+v", vendor, r.Power)
				}
			}
		}
	}
}

func TestEveryFaultHasItsKindAndHoldsUpNobody(t *testing.T) {
	faults := map[simulate.MinerFault]mining.Fault{
		simulate.MinerDead: mining.FaultBroken, simulate.MinerSilent: mining.FaultTimeout, simulate.MinerGarbling: mining.FaultGarbled,
		simulate.MinerHalf: mining.FaultGarbled, simulate.MinerAbsurd: mining.FaultGarbled, simulate.MinerFlooding: mining.FaultTooLarge,
		simulate.MinerSlow: "",
	}
	for fault, want := range faults {
		o := fleet(t, func(_ *simulate.World, id int64) simulate.Machine {
			m := simulate.Machine{Vendor: simulate.Plain, Model: "Model", Hashrate: 1e14}
			if id == 2 {
				m.Fault = fault
			}
			return m
		})
		if fault == simulate.MinerSilent {
			o.Timeout = 50 * time.Millisecond
		}
		readings := cgminer.NewPoller(o).Poll(t.Context(), targets(3))
		if got := readings[1].Fault; got != want || (got != "") != (readings[1].Why != "") {
			t.Errorf("%s: fault %q (%s), want %q", fault, got, readings[1].Why, want)
		}
		if want != "" && (readings[1].Hashrate.Known || readings[1].Uptime.Known) {
			t.Errorf("%s: a figure is known: %+v", fault, readings[1])
		}
		for _, i := range []int{0, 2} {
			if readings[i].Fault != "" && fault != simulate.MinerSilent {
				t.Errorf("%s: machine %d: %s", fault, i, readings[i].Why)
			}
		}
	}
}

func TestAnAddressOutsideTheNetworksIsNeverCalled(t *testing.T) {
	o := fleet(t, nil)
	o.Dial = func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was made")
		return nil, io.EOF
	}
	for _, address := range []string{"169.254.169.254", "10.0.0.1", "::1", "8.8.8.8", "::ffff:10.0.0.1"} {
		target := mining.Target{UnitID: 1, Address: netip.MustParseAddr(address)}
		if r := cgminer.NewPoller(o).Poll(t.Context(), []mining.Target{target})[0]; r.Fault != mining.FaultForbidden {
			t.Errorf("%s: %q", address, r.Fault)
		}
		if _, err := o.Ask(t.Context(), target.Address, cgminer.Summary); cgminer.FaultOf(err) != mining.FaultForbidden {
			t.Errorf("%s: %v", address, err)
		}
	}
	o.Networks = nil
	if r := cgminer.NewPoller(o).Poll(t.Context(), targets(1))[0]; r.Fault != mining.FaultForbidden {
		t.Errorf("without a network somebody may be asked: %q", r.Fault)
	}
}

// Nothing that could change a machine is ever sent, one command for each
// connection, and never two connections to a machine at once.
func TestOnlyReadsAreSentOneAtATime(t *testing.T) {
	o := fleet(t, healthy(simulate.Plain, 0))
	var mu sync.Mutex // guards sent and open
	sent, open := map[string]int{}, map[string]int{}
	dial := o.Dial
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		open[address]++
		if open[address] > 1 {
			t.Errorf("two connections to %s", address)
		}
		mu.Unlock()
		conn, err := dial(ctx, network, address)
		return &spied{Conn: conn, said: func(text []byte) {
			var m map[string]string
			if err := json.Unmarshal(text, &m); err != nil || len(m) != 1 {
				t.Errorf("sent %s", text)
			}
			mu.Lock()
			sent[m["command"]]++
			mu.Unlock()
		}, closed: func() {
			mu.Lock()
			open[address]--
			mu.Unlock()
		}}, err
	}
	p := cgminer.NewPoller(o)
	for range 2 {
		p.Poll(t.Context(), targets(10))
	}
	for command, n := range sent {
		want, ok := map[string]int{"summary": 20, "stats": 20, "pools": 20, "devs": 20, "version": 10}[command]
		if !ok || n != want {
			t.Errorf("%q was sent %d times, want %d", command, n, want)
		}
	}
	if len(sent) != 5 {
		t.Errorf("sent %v", sent)
	}
}

type spied struct {
	net.Conn
	said   func([]byte)
	closed func()
}

func (s *spied) Write(b []byte) (int, error) { s.said(b); return s.Conn.Write(b) }
func (s *spied) Close() error                { s.closed(); return s.Conn.Close() }

func TestAMachineDeadForLongIsLeftAloneAndComesBack(t *testing.T) {
	dead, now := true, noon
	o := fleet(t, func(_ *simulate.World, id int64) simulate.Machine {
		m := simulate.Machine{Vendor: simulate.Whatsminer, Model: "Model", Hashrate: 1e14, Power: 3000}
		if dead && id == 1 {
			m.Fault = simulate.MinerDead
		}
		return m
	})
	o.Now = func() time.Time { return now }
	p := cgminer.NewPoller(o)
	var seen []mining.Fault
	for range 12 {
		seen = append(seen, p.Poll(t.Context(), targets(2))[0].Fault)
		now = now.Add(time.Minute)
	}
	asked := 0
	for _, fault := range seen {
		if fault == mining.FaultBroken {
			asked++
		}
	}
	// Five times in a row, then after 2 and after 4 minutes more.
	if asked != 7 || seen[5] != mining.FaultWaiting || seen[11] != mining.FaultWaiting {
		t.Errorf("asked %d times in twelve cycles: %v", asked, seen)
	}
	dead = false
	now = now.Add(15 * time.Minute)
	if r := p.Poll(t.Context(), targets(2))[0]; r.Fault != "" || r.Model != "Model" {
		t.Errorf("after it came back: %+v", r)
	}
	if r := p.Poll(t.Context(), targets(2))[0]; r.Fault != "" || r.Model != "Model" {
		t.Errorf("a cycle later: %+v", r)
	}
}

func TestTheEndOfACycleEndsItForAll(t *testing.T) {
	o := fleet(t, func(*simulate.World, int64) simulate.Machine { return simulate.Machine{Fault: simulate.MinerSilent} })
	o.Concurrency, o.Timeout = 4, time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	dial, calls := o.Dial, make(chan struct{}, 4)
	o.Dial = func(c context.Context, network, address string) (net.Conn, error) {
		calls <- struct{}{}
		return dial(c, network, address)
	}
	go func() {
		for range 4 {
			<-calls
		}
		cancel()
	}()
	p := cgminer.NewPoller(o)
	for i, r := range p.Poll(ctx, targets(50)) {
		if r.Fault != mining.FaultUnasked || r.Target.UnitID != int64(i+1) {
			t.Errorf("machine %d: %q", i, r.Fault)
		}
	}
}

func TestTwoUnitsAtOneAddressAreNotAskedAtOnce(t *testing.T) {
	o := fleet(t, healthy(simulate.Plain, 0))
	list := targets(2)
	list[1].Address = list[0].Address
	readings := cgminer.NewPoller(o).Poll(t.Context(), list)
	if readings[0].Fault != "" || readings[1].Fault != mining.FaultUnasked {
		t.Errorf("got %q and %q", readings[0].Fault, readings[1].Fault)
	}
}

// A real socket, and an answer in pieces of one byte.
func TestAnAnswerInManyPackets(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = bufio.NewReader(conn).ReadString('}')
		for _, b := range []byte("{\"STATUS\":\"S\"}\x00") {
			_, _ = conn.Write([]byte{b})
		}
	}()
	o := cgminer.Options{Networks: loopback(), Port: l.Addr().(*net.TCPAddr).Port}
	answer, err := o.Ask(t.Context(), netip.MustParseAddr("127.0.0.1"), cgminer.Summary)
	if err != nil || string(answer) != `{"STATUS":"S"}` {
		t.Errorf("got %q, %v", answer, err)
	}
	<-done
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Ask(t.Context(), netip.MustParseAddr("127.0.0.1"), cgminer.Summary); cgminer.FaultOf(err) != mining.FaultRefused {
		t.Errorf("nobody listens: %v", err)
	}
}
