package pool_test

import (
	"strings"
	"testing"
	"time"

	"switchyard/econ/mining/pool"
)

func TestConditions(t *testing.T) {
	when := func(at time.Time) string { return at.Format("15:04") }
	hour := func(h int) time.Time { return begin.Add(time.Duration(h) * time.Hour) }
	failed := func(kind string) pool.Reads {
		return pool.Reads{Keyed: true, Kind: kind, Since: hour(8), Retry: hour(10), Last: hour(7)}
	}
	const times = " since 08:00. It was last read at 07:00. It is tried again at 10:00."
	for _, c := range []struct {
		party pool.Party
		reads pool.Reads
		want  pool.Condition
	}{
		{pool.Luxor, pool.Reads{}, pool.Condition{
			State: pool.NoKey, What: "There is no API key for Luxor.", Do: "Make one at Luxor that may only read, and type it here.",
		}},
		{pool.Luxor, pool.Reads{Keyed: true}, pool.Condition{State: pool.NeverRead, What: "Luxor has not been read yet."}},
		{pool.Ocean, pool.Reads{}, pool.Condition{State: pool.NeverRead, What: "OCEAN has not been read yet."}},
		{pool.Luxor, pool.Reads{Keyed: true, Last: hour(9)}, pool.Condition{State: pool.Working, What: "Luxor was read at 09:00."}},
		{pool.Braiins, failed("denied"), pool.Condition{
			State: pool.KeyRefused, What: "Braiins Pool has refused the access token" + times,
			Do: "It has expired or was withdrawn, or lacks a right. Type a new one.",
		}},
		{pool.Antpool, failed("denied"), pool.Condition{
			State: pool.KeyRefused, What: "Antpool has refused the API key or API secret" + times,
			Do: "It has expired or was withdrawn, or lacks a right. Type a new one.",
		}},
		{pool.Ocean, failed("denied"), pool.Condition{
			State: pool.KeyRefused, What: "OCEAN has refused our calls" + times, Do: "Check the payout address.",
		}},
		{pool.Luxor, failed("rate_limited"), pool.Condition{State: pool.Throttled, What: "Luxor has asked us to call less often" + times}},
		{pool.Antpool, failed("clock"), pool.Condition{
			State: pool.ClockOff, What: "Antpool has taken the time of our calls for wrong" + times, Do: "Set the clock of this server by a time service.",
		}},
		{pool.ViaBTC, failed("blocked"), pool.Condition{
			State: pool.AddressBlocked, What: "ViaBTC has taken no calls from our network address" + times,
			Do: "Add the address of this server to those that ViaBTC lets in, or ask its support.",
		}},
		{pool.CKPool, failed("no_account"), pool.Condition{
			State: pool.AccountUnknown, What: "ckpool solo has not known the payout address" + times,
			Do: "Check how the payout address is written at ckpool solo.",
		}},
		{pool.F2Pool, pool.Reads{Keyed: true, Kind: "timeout", Since: hour(8)}, pool.Condition{
			State: pool.Unreachable, What: "F2Pool has given no usable answer since 08:00. It has never been read.",
			Do: "If F2Pool works in a browser, check that this server may call it.",
		}},
	} {
		if got := pool.ConditionOf(facts(t, c.party), c.reads, when); got != c.want {
			t.Errorf("%s %+v:\ngot  %+v\nwant %+v", c.party, c.reads, got, c.want)
		}
	}
}

// Whatever goes wrong at whatever pool, there is a state of its own and a whole
// sentence; and all but what passes by itself says what to do.
func TestEveryErrorHasACondition(t *testing.T) {
	kinds := map[string]pool.State{
		"refused": pool.Unreachable, "timeout": pool.Unreachable, "status": pool.Unreachable, "too_large": pool.FormatChanged,
		"decode": pool.FormatChanged, "rate_limited": pool.Throttled, "denied": pool.KeyRefused, "clock": pool.ClockOff,
		"blocked": pool.AddressBlocked, "no_account": pool.AccountUnknown, "of tomorrow": pool.Unreachable,
	}
	for _, f := range pool.Parties() {
		for kind, want := range kinds {
			c := pool.ConditionOf(f, pool.Reads{Keyed: true, Kind: kind}, time.Time.String)
			same(t, kind, c.State, want)
			if !strings.HasSuffix(c.What, ".") || !strings.HasPrefix(c.What, f.Title) || strings.Contains(c.What, "0001") {
				t.Errorf("%s, %s: %q", f.Party, kind, c.What)
			}
			if (c.Do == "") != (want == pool.Throttled) {
				t.Errorf("%s, %s: to do %q", f.Party, kind, c.Do)
			}
		}
	}
}
