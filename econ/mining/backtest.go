package mining

// BackTest is the same hours decided in three ways (M10).
type BackTest struct {
	AlwaysOn, Curtailed, Foresight *Plan

	// Position is what does not depend on the load, in USD: blocks at their
	// price less their value at spot. It is the same for all three; a margin
	// after it is what the hours brought.
	Position float64
	Hours    []BackTestHour
}

// BackTestHour is one hour of a back-test: margins in USD after the position.
type BackTestHour struct {
	AlwaysOn, Curtailed, Foresight float64
	CurtailedMW                    float64 // drawn by the curtailed plan
}

// BackTest decides the hours of a horizon by rule and compares with running
// always and with the best that could have been done. Without start and stop
// costs and shortest stops, curtailed is never below always on in any hour;
// foresight is never below either over the whole. It fails like Plan.
func (o *Order) BackTest(h Horizon, options PlanOptions) (BackTest, error) {
	var b BackTest
	var err error
	for policy, to := range map[Policy]**Plan{AlwaysOn: &b.AlwaysOn, ByRule: &b.Curtailed, WithForesight: &b.Foresight} {
		options.Policy = policy
		if *to, err = o.Plan(h, options); err != nil {
			return BackTest{}, err
		}
	}
	b.Hours = make([]BackTestHour, len(b.AlwaysOn.Hours))
	for t := range b.Hours {
		position := b.AlwaysOn.position(t)
		b.Position += position
		b.Hours[t] = BackTestHour{
			AlwaysOn:    b.AlwaysOn.Hours[t].Margin() - position,
			Curtailed:   b.Curtailed.Hours[t].Margin() - position,
			Foresight:   b.Foresight.Hours[t].Margin() - position,
			CurtailedMW: b.Curtailed.Hours[t].PowerMW,
		}
	}
	return b, nil
}

// Gain is what curtailing by rule brought over running always, in USD.
func (b BackTest) Gain() float64 { return b.Curtailed.Total().Margin() - b.AlwaysOn.Total().Margin() }

// Captured is the fraction of the gain with foresight that the rule brought. If
// there was nothing to gain it is undefined.
func (b BackTest) Captured() Maybe[float64] {
	best := b.Foresight.Total().Margin() - b.AlwaysOn.Total().Margin()
	return ratio(b.Gain(), best, "there was nothing to gain by curtailing")
}
