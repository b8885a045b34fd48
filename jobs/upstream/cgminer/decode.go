package cgminer

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// Bounds of what a machine can be believed to say of itself.
const (
	maxHashrate = 1e17  // H/s: a hundred times the largest machine sold
	maxPower    = 1e5   // W
	maxUptime   = 1e9   // s, three decades
	maxCount    = 1e15  // shares and errors
	maxRPM      = 1e5   // of a fan
	coldest     = -60.0 // °C; below is a sensor that is not there
	hottest     = 250.0 // °C; above it the machine is a lie or on fire
)

// rate is one way to say a hashrate: a key and what one of it is in H/s.
type rate struct {
	key  string
	unit float64
}

// The keys of a hashrate now, and since the start, in the order they are
// believed. The key alone says the unit.
var (
	ratesNow = []rate{
		{"MHS 1m", 1e6}, {"GHS 5s", 1e9}, {"MHS 5s", 1e6}, {"GHS 1m", 1e9},
		{"THS 5s", 1e12}, {"THS 1m", 1e12}, {"MHS 30s", 1e6}, {"GHS 30s", 1e9},
	}
	ratesMean = []rate{{"GHS av", 1e9}, {"MHS av", 1e6}, {"THS av", 1e12}}
)

// hashrate is the first of the rates that the row has.
func (r row) hashrate(rates []rate) (mining.Maybe[units.Hashrate], error) {
	for _, rate := range rates {
		n, err := r.within(rate.key, 0, maxHashrate/rate.unit)
		if err != nil {
			return mining.Maybe[units.Hashrate]{}, err
		}
		if n.Known {
			return mining.Of(units.Hashrate(n.V * rate.unit)), nil
		}
	}
	return mining.Unknown[units.Hashrate]("the machine does not say it"), nil
}

// reader collects the mistakes of a row.
type reader struct {
	row  row
	errs []error
}

// known is a number within bounds; unknown if it is not there.
func (r *reader) known(key string, low, high float64) mining.Maybe[float64] {
	n, err := r.row.within(key, low, high)
	if err != nil {
		r.errs = append(r.errs, err)
	}
	if !n.Known {
		return mining.Unknown[float64]("the machine does not say it")
	}
	return mining.Of(n.V)
}

// count is a whole number; firmware that says it with a fraction is rounded down.
func (r *reader) count(key string) mining.Maybe[int64] {
	n := r.known(key, 0, maxCount)
	if !n.Known {
		return mining.Unknown[int64](n.Why)
	}
	return mining.Of(int64(n.Value))
}

func (r *reader) hashrate(rates []rate) mining.Maybe[units.Hashrate] {
	h, err := r.row.hashrate(rates)
	if err != nil {
		r.errs = append(r.errs, err)
	}
	return h
}

func (r *reader) uptime() mining.Maybe[time.Duration] {
	n := r.known("Elapsed", 0, maxUptime)
	if !n.Known {
		return mining.Unknown[time.Duration](n.Why)
	}
	return mining.Of(time.Duration(n.Value) * time.Second)
}

// degrees is a temperature; zero and less than any room are a sensor that is
// not there.
func (r *reader) degrees(key string) mining.Maybe[float64] {
	n := r.known(key, -1000, hottest)
	if !n.Known || n.Value == 0 || n.Value < coldest {
		return mining.Unknown[float64]("no sensor")
	}
	return n
}

func (r *reader) power(keys ...string) mining.Maybe[units.Power] {
	for _, key := range keys {
		if n := r.known(key, 0, maxPower); n.Known {
			return mining.Of(units.Power(n.Value))
		}
	}
	return mining.Unknown[units.Power]("the machine does not say it")
}

// DecodeSummary reads the answer to summary into a reading. An answer that is
// none, says no, or says what cannot be is an error and leaves the reading as
// it was.
func DecodeSummary(raw []byte, into *mining.Reading) error {
	list, err := rows(raw, "SUMMARY")
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return malformed("its summary is empty")
	}
	r := &reader{row: list[0]}
	out := *into
	out.Hashrate, out.Average = r.hashrate(ratesNow), r.hashrate(ratesMean)
	out.Uptime = r.uptime()
	out.Accepted, out.Rejected, out.HardwareErrors = r.count("Accepted"), r.count("Rejected"), r.count("Hardware Errors")
	out.Power = r.power("Power", "Power_RT")
	out.InletC, out.BoardC = r.degrees("Env Temp"), r.degrees("Temperature")
	if factory := r.known("Factory GHS", -1, maxHashrate/1e9); factory.Known && factory.Value > 0 {
		out.Expected = mining.Of(units.Hashrate(factory.Value * 1e9))
	}
	out.Mode = text(list[0]["Power Mode"])
	out.Firmware = strings.Trim(text(list[0]["Firmware Version"]), "'\"")
	for _, key := range []string{"Fan Speed In", "Fan Speed Out"} {
		if n := r.known(key, 0, maxRPM); n.Known {
			out.FansRPM = append(slices.Clone(out.FansRPM), int(n.Value))
		}
	}
	if err := errors.Join(r.errs...); err != nil {
		return errorfRow("SUMMARY", err)
	}
	*into = out
	return nil
}

// DecodeDevs adds what the boards say: the sum of their hashrates where the
// summary had none, and the hottest of their sensors.
func DecodeDevs(raw []byte, into *mining.Reading) error {
	list, err := rows(raw, "DEVS")
	if err != nil {
		return err
	}
	out := *into
	sum, all := units.Hashrate(0), len(list) > 0
	for _, row := range list {
		r := &reader{row: row}
		h := r.hashrate(ratesNow)
		if sum, all = sum+h.Value, all && h.Known; sum > maxHashrate {
			return malformed("its boards together say %v H/s", float64(sum))
		}
		out.BoardC = hotter(out.BoardC, r.degrees("Temperature"))
		out.ChipC = hotter(out.ChipC, r.degrees("Chip Temp Max"))
		if err := errors.Join(r.errs...); err != nil {
			return errorfRow("DEVS", err)
		}
	}
	if all && !out.Hashrate.Known {
		out.Hashrate = mining.Of(sum)
	}
	*into = out
	return nil
}

// hotter is the higher of two temperatures of which either may be unknown.
func hotter(a, b mining.Maybe[float64]) mining.Maybe[float64] {
	if !a.Known || b.Known && b.Value > a.Value {
		return b
	}
	return a
}

// DecodePools adds the pool in use: the active one, else the first that is
// alive, else the first of all. User and password of its address are dropped.
func DecodePools(raw []byte, into *mining.Reading) error {
	list, err := rows(raw, "POOLS")
	if err != nil {
		return err
	}
	best, grade := row(nil), -1
	for _, r := range list {
		g := 0
		if strings.EqualFold(text(r["Status"]), "alive") {
			g = 1
			if string(r["Stratum Active"]) == "true" {
				g = 2
			}
		}
		if g > grade {
			best, grade = r, g
		}
	}
	if best == nil {
		return nil // a machine without pools, which is not an error
	}
	into.PoolURL, into.Worker = withoutUser(text(best["URL"])), text(best["User"])
	into.PoolAlive = mining.Unknown[bool]("the machine does not say it")
	if status := text(best["Status"]); status != "" {
		into.PoolAlive = mining.Of(grade > 0)
	}
	return nil
}

// withoutUser drops what stands before the host of an address; one that cannot
// be read is dropped whole, since it may hold a password.
func withoutUser(address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if u.Host == "" {
		if strings.Contains(address, "@") {
			return ""
		}
		return address
	}
	return u.Scheme + "://" + u.Host
}

// DecodeVersion adds model and firmware.
func DecodeVersion(raw []byte, into *mining.Reading) error {
	list, err := rows(raw, "VERSION")
	if err != nil {
		return err
	}
	for _, r := range list {
		into.Model = firstText(into.Model, text(r["Type"]), text(r["PROD"]), text(r["MODEL"]))
		into.Firmware = firstText(into.Firmware, text(r["Miner"]), text(r["BMMiner"]), text(r["CGMiner"]))
	}
	return nil
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// numbered are the values of keys that begin with a prefix and end in a number,
// by that number.
func (r row) numbered(prefix string) []upstream.Number {
	byIndex := map[int]upstream.Number{}
	for key := range r {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			if i, err := strconv.Atoi(rest); err == nil && i >= 0 && i < maxRows {
				byIndex[i] = r.number(key)
			}
		}
	}
	list := make([]upstream.Number, 0, len(byIndex))
	for _, i := range slices.Sorted(maps.Keys(byIndex)) {
		list = append(list, byIndex[i])
	}
	return list
}
