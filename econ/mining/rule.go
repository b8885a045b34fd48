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
		minimumOff, must := 0, false
		if k == 0 {
			minimumOff, must = g.MinimumOffHours, g.MustRun
		}
		price, hashprice := curves[k].price[:len(row)], p.view.hashprice[:len(row)]
		on, off := p.start[group].steps > k, p.start[group].offHours
		if !p.start[group].known {
			on, off = s.perHashprice*hashprice[0]-g.OtherUSDPerMWh >= price[0], minimumOff
		}
		for t := range row {
			gain := s.perHashprice*hashprice[t] - g.OtherUSDPerMWh - price[t]
			if on {
				on = gain >= -down
			} else {
				on = gain > up && off >= minimumOff
			}
			if lower != nil && lower[t] == 0 {
				on = false
			}
			if must {
				on = true
			}
			if on {
				row[t], off = 1, 0
			} else {
				off++
			}
		}
		lower = row
	}
}
