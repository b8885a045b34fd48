package pool

import "strconv"

// expected are the rows of what should have been credited.
func (c Case) expected() []Evidence {
	e := c.Line.Expected
	figure := func(name, unit, formula string, value func(Expectation) string) Evidence {
		if !e.Known {
			return Evidence{Name: name, Unit: unit, Formula: formula, Source: e.Reason()}
		}
		return Evidence{Name: name, Value: value(e.Value), Unit: unit, Formula: formula, Source: "computed"}
	}
	rows := []Evidence{
		figure("expected blocks", "blocks", "M7: sum over the stretches", func(e Expectation) string { return plain(e.Blocks) }),
		figure("gross", "sat", "M7: sum of expected blocks × (subsidy + mean fees)", func(e Expectation) string { return whole(e.Gross) }),
		figure("fee", "sat", "gross − expected", func(e Expectation) string { return whole(e.Gross - e.Expected) }),
		figure("expected", "sat", c.Terms.formula(), func(e Expectation) string { return whole(e.Expected) }),
		figure("expected of transaction fees", "sat", "M7: part of expected", func(e Expectation) string { return whole(e.Fees) }),
	}
	if c.Terms.Scheme == FPPS {
		return rows
	}
	rows = append(rows, c.found()...)
	if e.Known {
		by := satsRow("expected by the blocks found", e.Value.ByBlocks, "M7: share × rewards of the pool's blocks, less its fee")
		if c.Terms.Scheme == PPSPlus {
			by.Formula = "M7: expected subsidy, and share × fees of the pool's blocks, each less its fee"
		}
		rows = append(rows, by)
	}
	return rows
}

// formula is how the scheme's expectation is computed.
func (t Terms) formula() string {
	if t.Scheme == PPSPlus {
		return "M7: expected blocks × subsidy × (1 − fee) + expected blocks × mean fees × (1 − fee on fees)"
	}
	return "M7: gross × (1 − fee)"
}

// found are the rows of what the pool did in the span.
func (c Case) found() []Evidence {
	f := c.Found
	row := func(name, unit, value string, known bool, why string) Evidence {
		if !known {
			return Evidence{Name: name, Unit: unit, Source: why}
		}
		return Evidence{Name: name, Value: value, Unit: unit, Source: c.Counted.Source, At: c.Counted.At}
	}
	return []Evidence{
		row("pool hashrate", "H/s", plain(float64(f.PoolHashrate.Value)), f.PoolHashrate.Known, f.PoolHashrate.Reason()),
		row("blocks found", "blocks", strconv.Itoa(f.Blocks.Value), f.Blocks.Known, f.Blocks.Reason()),
		row("subsidies of the blocks found", "sat", whole(f.Subsidies), f.Blocks.Known, f.Blocks.Reason()),
		row("transaction fees of the blocks found", "sat", whole(f.Fees), f.Blocks.Known, f.Blocks.Reason()),
		row("share as stated", "fraction", plain(f.Share.Value), f.Share.Known, f.Share.Reason()),
	}
}
