package simulate_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"testing"
	"time"

	"switchyard/jobs/simulate"
)

func miners(t *testing.T, machine func(int64) simulate.Machine) *simulate.Miners {
	t.Helper()
	w := simulate.NewWorld(simulate.Config{Origin: origin, Seed: 11, Now: func() time.Time { return origin }})
	return simulate.NewMiners(w, machine, slog.New(slog.DiscardHandler))
}

func TestAMachineIsItsAddressOnASocketAndWithout(t *testing.T) {
	m := miners(t, nil)
	defer m.Close()
	port, err := m.Listen()
	if err != nil {
		t.Fatal(err)
	}
	say := func(conn net.Conn, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte(`{"command":"pools"}`)); err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(conn)
		return answer
	}
	id := int64(1) // 127.0.0.1, which every system has
	direct := say(m.Dial(t.Context(), "tcp", net.JoinHostPort("10.0.0.1", "4028")))
	socket := say(net.Dial("tcp4", net.JoinHostPort(simulate.MinerAddr(id).String(), strconv.Itoa(port))))
	if !bytes.Contains(direct, []byte("demo.m000001")) || !bytes.Equal(direct, socket) {
		t.Errorf("%s\n%s", direct, socket)
	}
	if runtime.GOOS == "linux" {
		id = simulate.MinerID(netip.MustParseAddr("127.1.2.3"))
		if got := say(net.Dial("tcp4", net.JoinHostPort("127.1.2.3", strconv.Itoa(port)))); !bytes.Contains(got, []byte("demo.m010203")) || id != 0x010203 {
			t.Errorf("machine %x says %s", id, got)
		}
	}
}

func TestOneMachineInTwentyHasAFaultTheSameInEveryRun(t *testing.T) {
	w := simulate.NewWorld(simulate.Config{Origin: origin, Seed: 11, Now: func() time.Time { return origin }})
	again := simulate.NewWorld(simulate.Config{Origin: origin, Seed: 11, Now: func() time.Time { return origin }})
	faults := 0
	for id := range int64(10_000) {
		m := w.Machine(id)
		if m != again.Machine(id) {
			t.Fatalf("machine %d differs", id)
		}
		if m.Fault != "" {
			faults++
		}
	}
	if faults < 400 || faults > 600 {
		t.Errorf("%d of 10,000 have a fault", faults)
	}
}

// Close ends what hangs, waits for it, and nobody is served after it.
func TestCloseEndsEveryConversationWithAMiner(t *testing.T) {
	m := miners(t, func(int64) simulate.Machine { return simulate.Machine{Fault: simulate.MinerSilent} })
	conn, err := m.Dial(t.Context(), "tcp", "10.0.0.1:4028")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(`{"command":"summary"}`)); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("a conversation goes on")
	}
	if _, err := m.Dial(t.Context(), "tcp", "10.0.0.1:4028"); err == nil {
		t.Error("a closed fleet answers")
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
