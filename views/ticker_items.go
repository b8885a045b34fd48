package views

import (
	"time"

	"switchyard/econ/market"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// BTCItem is the price of bitcoin and its change in 24 hours, a fraction.
func BTCItem(price, day ui.Num, topics ...Topic) TickerItem {
	return priced("BTC", "btc", "", price, day, format.USD0, topics)
}

// HashpriceItem is what a petahash earns in a day, in dollars, and its change
// in 24 hours, a fraction.
func HashpriceItem(price, day ui.Num, topics ...Topic) TickerItem {
	return priced("Hashprice", "hp", "/PH/d", price, day, format.USD2, topics)
}

func priced(label, id, unit string, price, day ui.Num, print func(float64) format.Value, topics []Topic) TickerItem {
	it := TickerItem{Label: label, ID: id, Topics: topics}
	if !price.OK {
		it.Why = price.Why
		return it
	}
	it.Value = print(price.V)
	if unit != "" {
		it.Value.Unit = unit
	}
	if day.OK {
		c := change(day, id+".chg")
		it.Change = &c
	}
	return it
}

// FromPeakItem is the distance of bitcoin from its highest price, a fraction.
func FromPeakItem(distance ui.Num, topics ...Topic) TickerItem {
	it := TickerItem{Label: "From peak", ID: "peak", Topics: topics}
	if !distance.OK {
		it.Why = distance.Why
		return it
	}
	it.Value = format.SignedPercent1(distance.V)
	return it
}

// NextDifficultyItem is the estimated adjustment and the time until then; why
// says what is missing when there is none.
func NextDifficultyItem(a *market.Adjustment, why string, now time.Time, topics ...Topic) TickerItem {
	it := TickerItem{Label: "Next difficulty", ID: "next", Topics: topics}
	if a == nil {
		it.Why = why
		return it
	}
	it.Value = format.SignedPercent1(a.Point)
	it.After = "in " + format.Duration(max(0, a.ETA.Sub(now)))
	return it
}

// Texts are the item's texts by id, for the live feed. A value that is missing
// sends nothing: the last one stays on screen, with its age.
func (it TickerItem) Texts() map[string]string {
	texts := map[string]string{}
	if it.Why != "" {
		return texts
	}
	texts[it.ID] = it.Value.Text
	if it.After != "" {
		texts[it.ID+".after"] = it.After
	}
	if it.Change != nil {
		addChange(texts, *it.Change)
	}
	return texts
}

// addChange adds the texts of a change that is known.
func addChange(texts map[string]string, c ui.Change) {
	if c.Why == "" && c.ID != "" {
		texts[c.ID] = c.Text
		texts[c.ID+".dir"] = string(c.Dir)
	}
}
