package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"switchyard/jobs/upstream/cgminer"
)

// Bounds of the settings of telemetry.
const (
	mostAtOnce  = 4096
	longestWait = 30 * time.Second
)

// telemetry reads which machines may be asked and how. Without a network no
// machine is asked. The demo's machines are simulated: it takes none.
func (e *environment) telemetry(demo bool) cgminer.Options {
	o := cgminer.Options{
		Networks:    e.prefixes("TELEMETRY_NETWORKS"),
		Concurrency: e.integer("TELEMETRY_CONCURRENCY", cgminer.DefaultConcurrency, 1, mostAtOnce),
		Timeout:     e.duration("TELEMETRY_TIMEOUT", cgminer.DefaultTimeout, 100*time.Millisecond, longestWait),
	}
	if demo && len(o.Networks) > 0 {
		e.mistake("TELEMETRY_NETWORKS", "is set, but the demo's machines are simulated; set "+prefix+"DEMO=off to ask real ones")
	}
	return o
}

// integer reads a whole number between two bounds.
func (e *environment) integer(name string, fallback, low, high int) int {
	v := e.text(name, "")
	if v == "" {
		return fallback
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		e.mistake(name, fmt.Sprintf("is %q; say a whole number from %d to %d", v, low, high))
		return fallback
	}
	return n
}

// duration reads a time between two bounds.
func (e *environment) duration(name string, fallback, low, high time.Duration) time.Duration {
	v := e.text(name, "")
	if v == "" {
		return fallback
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < low || d > high {
		e.mistake(name, fmt.Sprintf("is %q; say a time from %s to %s, for example %s", v, low, high, fallback))
		return fallback
	}
	return d
}

// everywhere are all addresses. Only the demo takes them: its machines are
// reached within this process, and no connection leaves it.
func everywhere() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
}
