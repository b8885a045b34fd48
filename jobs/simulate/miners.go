package simulate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// MinerFault is a way in which a simulated machine misbehaves.
type MinerFault string

// The faults of machines.
const (
	MinerDead     MinerFault = "dead"     // connections are cut at once
	MinerSilent   MinerFault = "silent"   // connections stay open and say nothing
	MinerSlow     MinerFault = "slow"     // answers come late
	MinerGarbling MinerFault = "garbling" // answers are no JSON
	MinerHalf     MinerFault = "half"     // answers break off in the middle
	MinerAbsurd   MinerFault = "absurd"   // well formed, and impossible
	MinerFlooding MinerFault = "flooding" // answers that do not end
)

// Vendor is whose firmware a simulated machine speaks like.
type Vendor string

// The vendors.
const (
	Bitmain    Vendor = "bitmain"    // GH/s, texts for numbers, numbered sensors
	Whatsminer Vendor = "whatsminer" // MH/s, power and mode in the summary
	Plain      Vendor = "cgminer"    // MH/s, answers end without NUL
)

// Machine is what a simulated machine is.
type Machine struct {
	Vendor   Vendor
	Model    string
	Mode     string
	Hashrate float64 // nameplate, H/s
	Power    float64 // nameplate, W
	Off      bool    // curtailed: it answers and does not hash
	Fault    MinerFault
	Quirk    int // which malformation its JSON has; 0 is none
}

// MinerID names a machine by its address: the last three bytes.
func MinerID(addr netip.Addr) int64 {
	b := addr.Unmap().As16()
	return int64(b[13])<<16 | int64(b[14])<<8 | int64(b[15])
}

// MinerAddr is the loopback address of a machine.
func MinerAddr(id int64) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(id >> 16), byte(id >> 8), byte(id)}) //nolint:gosec // three bytes are the address
}

// Miners are simulated machines that speak the cgminer API. Every address has a
// machine; nothing is kept for one that nobody asks.
type Miners struct {
	world   *World
	machine func(id int64) Machine
	log     *slog.Logger

	ctx  context.Context //nolint:containedctx // ends every conversation at Close
	stop context.CancelFunc

	mu       sync.Mutex // guards listener, closed and adding to group
	listener net.Listener
	closed   bool
	group    sync.WaitGroup // the listener's loop and every conversation
}

// NewMiners returns the machines of a world. machine says what each is;
// World.Machine if nil.
func NewMiners(world *World, machine func(id int64) Machine, log *slog.Logger) *Miners {
	if machine == nil {
		machine = world.Machine
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Miners{world: world, machine: machine, log: log, ctx: ctx, stop: stop}
}

// Listen serves all machines on one free port of 127.0.0.0/8, where the address
// that is called tells the machine, and returns the port. Linux answers on the
// whole network; elsewhere 127.0.0.1 and addresses given to the loopback
// interface by hand answer, and Dial reaches all machines.
func (m *Miners) Listen() (port int, err error) {
	// Only an unspecified address hears all of 127.0.0.0/8; a caller from
	// outside is cut before a byte is read or written.
	l, err := new(net.ListenConfig).Listen(m.ctx, "tcp4", "0.0.0.0:0")
	if err != nil {
		return 0, fmt.Errorf("serve the simulated miners: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.listener != nil {
		return 0, errors.Join(errors.New("the simulated miners listen already, or were closed"), l.Close())
	}
	m.listener = l
	m.group.Go(func() { m.accept(l) })
	return l.Addr().(*net.TCPAddr).Port, nil //nolint:errcheck,forcetypeassert // it listens on TCP
}

func (m *Miners) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			if m.ctx.Err() == nil {
				m.log.Error("the simulated miners ended", "error", err)
			}
			return
		}
		local, err := netip.ParseAddrPort(conn.LocalAddr().String())
		if err != nil || !local.Addr().Unmap().IsLoopback() || !m.converse(conn, MinerID(local.Addr())) {
			_ = conn.Close() //nolint:errcheck // nobody we talk to
		}
	}
}

// Dial connects to the machine of an address without a socket: any address,
// of which the last three bytes count, on any port and system.
func (m *Miners) Dial(_ context.Context, _, address string) (net.Conn, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial a simulated miner: %w", err)
	}
	ours, theirs := net.Pipe()
	if !m.converse(theirs, MinerID(at.Addr())) {
		return nil, errors.Join(net.ErrClosed, ours.Close(), theirs.Close())
	}
	return ours, nil
}

// converse answers one command in a goroutine of its own; false after Close.
func (m *Miners) converse(conn net.Conn, id int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.group.Go(func() {
		defer conn.Close()                                            //nolint:errcheck // the conversation is over
		defer context.AfterFunc(m.ctx, func() { _ = conn.Close() })() //nolint:errcheck // it is cut on purpose
		m.speak(conn, id)
	})
	return true
}

// Close ends every conversation and waits for it. It may be called more than
// once.
func (m *Miners) Close() error {
	m.mu.Lock()
	m.closed = true
	var err error
	if m.listener != nil {
		err = m.listener.Close()
		m.listener = nil
	}
	m.mu.Unlock()
	m.stop()
	m.group.Wait()
	return err
}

// slowBy is how late a slow machine answers.
const slowBy = 300 * time.Millisecond

// speak is one conversation: a command, an answer, the end.
func (m *Miners) speak(conn net.Conn, id int64) {
	machine := m.machine(id)
	if machine.Fault == MinerDead {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) //nolint:errcheck // a reset is all that is wanted
		}
		return
	}
	_ = conn.SetDeadline(time.Now().Add(time.Minute)) //nolint:errcheck // a client that hangs is cut, now or then
	var buffer [512]byte
	n, err := conn.Read(buffer[:])
	if err != nil {
		return
	}
	switch machine.Fault {
	case MinerSilent:
		_, _ = conn.Read(buffer[:]) //nolint:errcheck // until the client has had enough
		return
	case MinerSlow:
		select {
		case <-time.After(slowBy):
		case <-m.ctx.Done():
			return
		}
	default: // the others misbehave in what they say
	}
	answer := spoilMiner(m.world.minerAnswer(machine, id, buffer[:n]), machine.Fault)
	half := len(answer) / 2 // in two packets, as firmware does
	for _, piece := range [][]byte{answer[:half], answer[half:]} {
		if _, err := conn.Write(piece); err != nil {
			return
		}
	}
	for machine.Fault == MinerFlooding {
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}
