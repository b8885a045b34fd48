package units

import "time"

// Hashrate is hashes per second.
type Hashrate float64

// Hashrates as machines, fleets and the network are quoted.
const (
	TH Hashrate = 1e12
	PH Hashrate = 1e15
	EH Hashrate = 1e18
)

// Power is watts.
type Power float64

// Powers as machines and sites are quoted.
const (
	Watt Power = 1
	KW   Power = 1e3
	MW   Power = 1e6
)

// Over is the energy of a constant power over a time.
func (p Power) Over(d time.Duration) Energy { return Energy(float64(p/MW) * d.Hours()) }

// Energy is megawatt-hours, at the utility meter unless its name says "IT".
type Energy float64

// Energies as meters show them.
const (
	KWh Energy = 1e-3
	MWh Energy = 1
)

// Efficiency is joules per terahash, which is watts per TH/s.
type Efficiency float64

// EfficiencyOf is the power a hashrate draws for each TH/s. Without hashrate it
// is undefined, and false.
func EfficiencyOf(p Power, h Hashrate) (Efficiency, bool) {
	if h <= 0 {
		return 0, false
	}
	return Efficiency(float64(p) / float64(h/TH)), true
}

// Draw is the power machines of this efficiency need for a hashrate: 1 PH/s at
// e J/TH draws e kW.
func (e Efficiency) Draw(h Hashrate) Power { return Power(float64(e) * float64(h/TH)) }

// Difficulty is how many times harder a block is than the easiest one.
type Difficulty float64

// Trillion is the difficulty "1 T".
const Trillion Difficulty = 1e12

// HoursPerYear is what annual rates are spread over.
const HoursPerYear = 8_760

// HoursPerMonth is a normalised month, for figures that compare months.
const HoursPerMonth = HoursPerYear / 12

// HoursIn are the real hours of a billing month: 744, 720, 696 or 672.
func HoursIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day() * 24
}
