package handlers

import (
	"fmt"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// poolSum is the accounts together. What the pools said long ago is not in it.
type poolSum struct {
	effective, expected mining.Maybe[units.Hashrate]
	over                mining.Maybe[float64]
	online, listed      mining.Maybe[int]
	stale, rejected     mining.Maybe[float64]
	unpaid              mining.Maybe[units.Sats]
	told, watched       int // accounts whose hashrate is summed, and all that are read
	both                int // of those that are summed, accounts of which over is
	unpaidTold          int
}

// addTo adds a known value to a sum; the first one makes it known.
func addTo[T int | units.Sats | units.Hashrate | float64](sum *mining.Maybe[T], v mining.Maybe[T]) bool {
	if v.Known {
		*sum = mining.Of(sum.Value + v.Value)
	}
	return v.Known
}

// sum adds the accounts up; shares of work are weighted by hashrate, and what is
// held against what is expected is of the accounts that have both.
func (f poolStands) sum() poolSum {
	none := "no account at a pool is read"
	s := poolSum{
		effective: mining.Unknown[units.Hashrate](none), expected: mining.Unknown[units.Hashrate]("no workers have been read yet"),
		online: mining.Unknown[int](none), listed: mining.Unknown[int](none), unpaid: mining.Unknown[units.Sats](none),
	}
	var both [2]units.Hashrate
	var late, refused, of [2]float64
	for _, a := range f.list {
		if !a.account.Watched {
			continue
		}
		s.watched++
		addTo(&s.expected, a.expected)
		addTo(&s.online, a.online)
		addTo(&s.listed, a.listed)
		if addTo(&s.unpaid, a.reading.Standing.Unpaid) {
			s.unpaidTold++
		}
		if !a.fresh || !addTo(&s.effective, a.effective) {
			continue
		}
		s.told++
		h := float64(a.effective.Value)
		if a.expected.Known && a.expected.Value > 0 {
			both[0], both[1] = both[0]+a.effective.Value, both[1]+a.expected.Value
			s.both++
		}
		if v := a.reading.Standing.Stale; v.Known {
			late[0], of[0] = late[0]+h*v.Value, of[0]+h
		}
		if v := a.reading.Standing.Rejected; v.Known {
			refused[0], of[1] = refused[0]+h*v.Value, of[1]+h
		}
	}
	if s.told == 0 && s.watched > 0 {
		s.effective = mining.Unknown[units.Hashrate]("no pool has said it in the last 20 minutes")
	}
	s.over = mining.Unknown[float64]("no account has both")
	if both[1] > 0 {
		s.over = mining.Of(float64(both[0] / both[1]))
	}
	s.stale, s.rejected = weighted(late[0], of[0]), weighted(refused[0], of[1])
	return s
}

// where says of which accounts over is, if not of all.
func (s poolSum) where() string {
	if s.both == s.told {
		return ""
	}
	return " where workers are read"
}

func weighted(sum, weight float64) mining.Maybe[float64] {
	if weight == 0 {
		return mining.Unknown[float64]("no pool says it")
	}
	return mining.Of(sum / weight)
}

// dark is how many workers are dark: machines that should hash, and workers that
// name none.
func (f poolStands) darkWorkers() int { return f.dark.Total.Machines + f.dark.Unnamed }

// listed says whether any list of workers was read.
func (f poolStands) workersRead() bool {
	for _, s := range f.list {
		if s.account.Watched && !s.reading.Workers.At.IsZero() {
			return true
		}
	}
	return false
}

// sentence is the page's answer.
func (f poolStands) sentence(sum poolSum) ui.Sentence {
	var s ui.Sentence
	switch {
	case len(f.list) == 0:
		return s.Say("No account at a pool is known yet.")
	case sum.watched == 0:
		return s.Say("No account is read: nobody watches one.")
	case !sum.effective.Known:
		s = s.Say("What the pools count is not known: " + sum.effective.Reason())
	default:
		s = s.Say("The pools count ")
		if sum.told < sum.watched {
			s = s.Say("at least ")
		}
		s = s.Stress(join(format.Hashrate(float64(sum.effective.Value))))
		if sum.over.Known {
			s = s.Say(", ").Stress(percent1(sum.over.Value)).Say(" of what should hash" + sum.where())
		}
		if sum.told < sum.watched {
			s = s.Say(fmt.Sprintf("; %d of %s answer", sum.told, countOf(sum.watched, "account")))
		}
	}
	return f.darkWords(s)
}

// darkWords go on with what is dark and what it costs.
func (f poolStands) darkWords(s ui.Sentence) ui.Sentence {
	n, loss := f.darkWorkers(), f.dark.Total.USDPerHour
	switch {
	case !f.workersRead():
		return s.Say(". Their workers have not been read yet.")
	case n == 0:
		return s.Say("; ").Stress("no worker is dark").Say(".")
	case f.dark.Total.Machines == 0:
		return s.Say("; ").Stress(countOf(n, "worker")).Say(" that " + verb(n, "names", "name") + " no machine " + verb(n, "is", "are") + " dark.")
	}
	s = s.Say("; ").Stress(countOf(n, "worker")).Say(" " + verb(n, "is", "are") + " dark")
	if loss.Known {
		return s.Say(", which costs ").Stress(format.USD2(loss.Value.Float64()).Text + " an hour").Say(".")
	}
	return s.Say("; what that costs is not known, because " + loss.Reason() + ".")
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// kpis are the headline figures of the page.
func (f poolStands) kpis(sum poolSum) []ui.KPI {
	unpaid := ui.KPI{Label: "Unpaid", Unit: ui.Mining, Why: sum.unpaid.Reason()}
	if sum.unpaid.Known {
		unpaid.Value = format.BTC(sum.unpaid.Value)
		unpaid.Context = fmt.Sprintf("as %d of %s state it", sum.unpaidTold, countOf(sum.watched, "account"))
	}
	dark := ui.KPI{Label: "Dark workers", Unit: ui.Mining, Why: "no workers have been read yet"}
	if f.workersRead() {
		dark.Why, dark.Value = "", format.Value{Text: format.Count(float64(f.darkWorkers()))}
		dark.Context = f.darkCost()
	}
	return []ui.KPI{f.effectiveKPI(sum), f.onlineKPI(sum), dark, unpaid}
}

func (f poolStands) darkCost() string {
	loss := f.dark.Total.USDPerHour
	switch {
	case f.dark.Total.Machines == 0:
		return "no machine that should hash"
	case !loss.Known:
		return loss.Reason()
	}
	return format.USD2(loss.Value.Float64()).Text + " lost an hour"
}

// effectiveKPI is what the pools count, against what should hash.
func (f poolStands) effectiveKPI(sum poolSum) ui.KPI {
	k := ui.KPI{Label: "Effective hashrate", Unit: ui.Mining, Why: sum.effective.Reason()}
	if !sum.effective.Known {
		return k
	}
	k.Value = format.Hashrate(float64(sum.effective.Value))
	k.Context = "what should hash is not known"
	if sum.over.Known {
		k.Context = percent1(sum.over.Value) + " of expected" + sum.where()
	}
	if sum.told < sum.watched {
		k.Context += fmt.Sprintf("; at least, %d of %s answer", sum.told, countOf(sum.watched, "account"))
	}
	return k
}

// onlineKPI is how many workers the pools see.
func (f poolStands) onlineKPI(sum poolSum) ui.KPI {
	k := ui.KPI{Label: "Workers online", Unit: ui.Mining, Why: sum.online.Reason()}
	if !sum.online.Known {
		return k
	}
	k.Value = format.Value{Text: format.Count(float64(sum.online.Value))}
	if sum.listed.Known {
		k.Context = "of " + format.Count(float64(sum.listed.Value))
	}
	if f.workersRead() {
		k.Context += "; " + format.Count(float64(f.darkWorkers())) + " dark"
	}
	return k
}
