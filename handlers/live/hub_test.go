package live

import (
	"fmt"
	"sync"
	"testing"

	"switchyard/econ/access"
)

func TestPublishReachesFollowersOfTheRoleOnly(t *testing.T) {
	h := NewHub()
	defer h.Close()
	exec, mining := h.Join(access.Executive, ""), h.Join(access.Mining, "")
	exec.Follow("finance.cash")
	exec.Follow("market.btc_usd")
	mining.Follow("market.btc_usd")

	if n := h.Publish("finance.cash", access.Executive, []byte("a")); n != 1 {
		t.Errorf("got %d receivers, want 1", n)
	}
	if n := h.Publish("finance.cash", access.Mining, []byte("b")); n != 0 {
		t.Errorf("got %d receivers of another role, want 0", n)
	}
	if got := string(<-exec.Messages()); got != "a" {
		t.Errorf("got %q, want a", got)
	}
	if n := len(mining.queue); n != 0 {
		t.Errorf("mining has %d messages, want none", n)
	}
	if got := len(h.Roles("market.btc_usd")); got != 2 {
		t.Errorf("got %d roles, want 2", got)
	}
}

func TestFullQueueDropsThatClientAlone(t *testing.T) {
	h := NewHub()
	defer h.Close()
	slow, quick := h.Join(access.Executive, ""), h.Join(access.Executive, "")
	slow.Follow("x")
	quick.Follow("x")
	for i := range queueLen + 1 {
		h.Publish("x", access.Executive, fmt.Appendf(nil, "%d", i))
		<-quick.Messages()
	}
	if got := slow.Why(); got != TooSlow {
		t.Errorf("slow client: got %v, want TooSlow", got)
	}
	if got := quick.Why(); got != Here {
		t.Errorf("quick client: got %v, want Here", got)
	}
	if n, dropped := h.Stats(); n != 1 || dropped != 1 {
		t.Errorf("got %d clients and %d dropped, want 1 and 1", n, dropped)
	}
	got := 0
	for range slow.Messages() {
		got++
	}
	if got != queueLen {
		t.Errorf("slow client could still read %d, want %d", got, queueLen)
	}
}

func TestCloseEndsEveryClientAndRefusesNewOnes(t *testing.T) {
	h := NewHub()
	c := h.Join(access.Executive, "")
	c.Follow("x")
	h.Close()
	h.Close()
	if _, open := <-c.Messages(); open {
		t.Error("queue still open after Close")
	}
	if h.Join(access.Executive, "") != nil {
		t.Error("joined after Close")
	}
	c.Follow("y")
	c.Send([]byte("late"))
	c.Leave()
	if len(h.Roles("y")) != 0 {
		t.Error("a client that left follows a topic")
	}
}

func TestHubUnderRace(t *testing.T) {
	h := NewHub()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 200 {
				c := h.Join(access.Executive, "")
				c.Follow("x")
				if i%2 == 0 {
					h.Publish("x", access.Executive, []byte("m"))
				} else {
					h.Broadcast([]byte("b"))
				}
				c.Unfollow("x")
				c.Leave()
			}
		})
	}
	wg.Wait()
	if n, _ := h.Stats(); n != 0 {
		t.Errorf("%d clients left behind", n)
	}
	h.Close()
}
