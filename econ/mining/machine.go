package mining

import (
	"errors"
	"fmt"

	"switchyard/econ/units"
)

// Mode is a way to run a machine: how much it hashes and draws.
type Mode struct {
	Name     string
	Hashrate units.Hashrate // of one machine
	Power    units.Power    // of one machine, at the machine
}

// Efficiency is W/(TH/s), in J/TH (M8). The mode of a valid class has one.
func (m Mode) Efficiency() Maybe[units.Efficiency] {
	e, ok := units.EfficiencyOf(m.Power, m.Hashrate)
	if !ok {
		return Unknown[units.Efficiency]("a mode without hashrate has no efficiency")
	}
	return Of(e)
}

// MachineClass is a model of machine with its power modes. The first mode is
// the nameplate.
type MachineClass struct {
	Name  string
	Modes []Mode
}

// Nameplate is the mode the class is sold by.
func (c MachineClass) Nameplate() Mode { return c.Modes[0] }

// Validate says what is wrong with the class. A mode without hashrate or power
// is an error: nothing can be computed from it.
func (c MachineClass) Validate() error {
	err := named("a machine class", c.Name)
	if len(c.Modes) == 0 {
		err = errors.Join(err, errors.New("it needs at least one power mode"))
	}
	seen := map[string]bool{}
	for _, m := range c.Modes {
		err = errors.Join(err, named("a power mode", m.Name),
			positive("hashrate of mode "+m.Name, float64(m.Hashrate)), positive("power of mode "+m.Name, float64(m.Power)))
		if seen[m.Name] {
			err = errors.Join(err, fmt.Errorf("two modes are named %q", m.Name))
		}
		seen[m.Name] = true
	}
	if err != nil {
		return fmt.Errorf("machine class %q: %w", c.Name, err)
	}
	return nil
}

// Group is machines of one class at one site that are switched together.
type Group struct {
	Name    string
	Site    string // name of the site
	Class   MachineClass
	Count   int
	PoolFee float64 // fraction of the pay
	Uptime  float64 // fraction of the hours in which a machine that should run does; hash and power stop together

	OtherUSDPerMWh  float64 // variable cost besides power
	StartUSDPerMW   float64 // to start a megawatt
	StopUSDPerMW    float64 // to stop a megawatt
	MinimumOffHours int     // once stopped, it stays so
	MustRun         bool    // never stopped, whatever power costs
}

// longestRest is a week: a group that has to stay off for longer is not
// switched by the hour.
const longestRest = 168

// Validate says what is wrong with the group, everything at once.
func (g Group) Validate() error {
	err := errors.Join(named("a group of machines", g.Name), named("its site", g.Site), g.Class.Validate(),
		fraction("uptime", g.Uptime), notNegative("start cost", g.StartUSDPerMW), notNegative("stop cost", g.StopUSDPerMW))
	if g.Count < 0 {
		err = errors.Join(err, fmt.Errorf("%d machines are fewer than none", g.Count))
	}
	if !(g.PoolFee >= 0 && g.PoolFee < 1) {
		err = errors.Join(err, fmt.Errorf("the pool fee is %v; it must be at least 0 and below 1", g.PoolFee))
	}
	if !finite(g.OtherUSDPerMWh) {
		err = errors.Join(err, errors.New("the other cost is not a number"))
	}
	if g.MinimumOffHours < 0 || g.MinimumOffHours > longestRest {
		err = errors.Join(err, fmt.Errorf("the shortest stop of %d hours is not between 0 and %d", g.MinimumOffHours, longestRest))
	}
	if err != nil {
		return fmt.Errorf("group %q: %w", g.Name, err)
	}
	return nil
}
