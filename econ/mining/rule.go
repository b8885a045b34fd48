package mining

// byRule decides the hours of a group one after the other (M10). A step runs
// only on top of the one before it; the shortest stop holds for the group.
func (p *Plan) byRule(group int, curves []curve) {
	g := p.Order.Groups[group]
	up, down := g.StartUSDPerMW/p.Options.SpellHours, g.StopUSDPerMW/p.Options.SpellHours
	var lower []uint8
	for k, i := range p.Order.byGroup[group] {
		s, row := p.Order.Steps[i], p.row(i)
		if len(row) == 0 {
			return
		}
		minimumOff, must := 0, 0
		if k == 0 {
			minimumOff, must = g.MinimumOffHours, bit(g.MustRun)
		}
		price, hashprice := curves[k].price[:len(row)], p.view.hashprice[:len(row)]
		first, off := p.start[group].steps > k, p.start[group].offHours
		if !p.start[group].known {
			first, off = s.perHashprice*hashprice[0]-g.OtherUSDPerMWh >= price[0], minimumOff
		}
		// Without branches: prices cross the thresholds as chance has it.
		on := bit(first)
		for t := range row {
			gain := s.perHashprice*hashprice[t] - g.OtherUSDPerMWh - price[t]
			on = on&bit(gain >= -down) | (1-on)&bit(gain > up)&bit(off >= minimumOff)
			if lower != nil {
				on &= int(lower[t])
			}
			on |= must
			row[t] = uint8(on)
			off = (off + 1) &^ -on // none once it runs
		}
		lower = row
	}
}

// bit is 1 for true; compilers turn it into one instruction.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
