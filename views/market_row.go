package views

import (
	"switchyard/econ/units"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// measureWords names a row and says in what it is counted.
type measureWords struct{ name, sub string }

func (m Measure) words() measureWords {
	switch m {
	case MeasureBTC:
		return measureWords{"Bitcoin", "$, median of venues"}
	case MeasureHashprice:
		return measureWords{"Hashprice", "$ per PH/s per day"}
	case MeasureDifficulty:
		return measureWords{"Difficulty", "set every 2,016 blocks"}
	case MeasureHashrate:
		return measureWords{"Network hashrate", "daily estimate"}
	case MeasureFees:
		return measureWords{"Fees per block", "daily mean"}
	}
	return measureWords{name: string(m)}
}

// value prints the measure in its own precision.
func (m Measure) value(v float64) format.Value {
	switch m {
	case MeasureBTC:
		return format.USD0(v)
	case MeasureHashprice:
		return format.USD2(v)
	case MeasureDifficulty:
		return format.Difficulty(v)
	case MeasureHashrate:
		return format.Hashrate(v)
	default:
		return format.BTC(units.Sats(v))
	}
}

// id marks the row's value in the live feed.
func (m Measure) id() string { return "row." + string(m) }

// changes are the row's three spans, each with its id.
func (r MarketRow) changes() [3]ui.Change {
	id := r.Measure.id()
	return [3]ui.Change{change(r.Day, id+".day"), change(r.Week, id+".week"), change(r.Month, id+".month")}
}

// Texts are the row's texts by id, for the live feed.
func (r MarketRow) Texts() map[string]string {
	texts := map[string]string{}
	if !r.Value.OK {
		return texts
	}
	texts[r.Measure.id()] = r.Measure.value(r.Value.V).Text
	for _, c := range r.changes() {
		addChange(texts, c)
	}
	return texts
}

// reasons collects once each why something in the rows is missing.
func reasons(rows []MarketRow) string {
	seen := map[string]bool{}
	text := ""
	for _, r := range rows {
		for _, n := range [...]ui.Num{r.Value, r.Day, r.Week, r.Month} {
			if n.OK || n.Why == "" || seen[n.Why] {
				continue
			}
			seen[n.Why] = true
			if text != "" {
				text += "; "
			}
			text += n.Why
		}
	}
	if text == "" {
		return ""
	}
	return format.Missing + " means: " + text + "."
}
