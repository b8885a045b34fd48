package views

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/views/chart"
	"switchyard/views/format"
	"switchyard/views/ui"
)

// MeritPage is the merit order of the fleet: which machine earns its power.
type MeritPage struct {
	Shell  Shell
	Merit  MeritFigure
	Falls  FallsFigure
	Events string // topics after whose change the figures are fetched again
}

// MeritFigure is the merit order in the present hour. Steps are in the order
// of merit, the first to stop last.
type MeritFigure struct {
	ui.Facts
	Steps     []MeritStep
	Hashprice ui.Num  // USD per PH/s per day
	Near      float64 // fraction under which a step is close to the line
	Missing   string  // what is missing of the fleet, in a sentence; empty: nothing
}

// MeritStep is a step of the order with what it is made of.
type MeritStep struct {
	mining.Row
	Class string
	Hall  string  // site and building
	JPerT float64 // efficiency of its mode at the machine
}

// title is the machines and their mode, where there are several.
func (s MeritStep) title() string {
	if s.Mode == "" || s.Mode == "nameplate" {
		return s.Class
	}
	return s.Class + ", " + s.Mode
}

// short is the title without the maker, whose name the table beside has.
func (s MeritStep) short() string {
	if _, model, found := strings.Cut(s.title(), " "); found {
		return model
	}
	return s.title()
}

func (s MeritStep) cost() float64 {
	if !s.CostUSDPerPHDay.Known {
		return math.Inf(1)
	}
	return s.CostUSDPerPHDay.Value
}

func (s MeritStep) megawatts() float64 { return float64(s.Power / units.MW) }

// FallsFigure is what is left of the fleet if hashprice falls.
type FallsFigure struct {
	ui.Facts
	Rows []mining.Fall // the first is the present
}

// drawing is the merit order by rising cost.
func (f MeritFigure) drawing() chart.Merit {
	m := chart.Merit{ID: FigureMerit, Title: f.finding(), Hashprice: f.Hashprice.V, Near: f.Near}
	for _, s := range f.byCost() {
		m.Steps = append(m.Steps, chart.MeritStep{
			Name: s.short(), Place: s.Hall, Note: format.Fixed(s.JPerT, 1) + " J/TH", MW: s.megawatts(), Cost: s.cost(),
		})
	}
	return m
}

// byCost are the steps by rising cost per petahash. It is the order of merit
// while power has one price, and differs where sites pay different ones.
func (f MeritFigure) byCost() []MeritStep {
	steps := append([]MeritStep(nil), f.Steps...)
	sortSteps(steps)
	return steps
}

// standing sums the fleet at a hashprice.
type standing struct {
	above, all float64    // MW that earn their cost, and all
	marginal   *MeritStep // of those above water, the one closest to the line
}

func (f MeritFigure) standing() standing {
	var s standing
	for _, step := range f.byCost() {
		s.all += step.megawatts()
		if step.cost() < f.Hashprice.V {
			s.above += step.megawatts()
			s.marginal = &step
		}
	}
	return s
}

// finding says in words what the drawing shows.
func (f MeritFigure) finding() string {
	s := f.standing()
	return format.Fixed(s.above, 0) + " of " + format.Fixed(s.all, 0) + " MW cost less than a PH/s earns in a day"
}

// meritSentence is the page's answer: how much of the fleet is above water, and
// how little it takes for the next machine to go under.
func meritSentence(f MeritFigure) ui.Sentence {
	var s ui.Sentence
	switch {
	case f.Missing != "" && len(f.Steps) == 0:
		return s.Say("Which machine earns its power ").Stress("cannot be said yet").Say(": " + f.Missing + ".")
	case !f.Hashprice.OK:
		return s.Say("Which machine earns its power ").Stress("cannot be said yet").Say(": " + firstWords(f.Hashprice.Why, "hashprice is not known") + ".")
	}
	at := f.standing()
	s = s.Say("Hashprice ").Stress(plain(format.USD2(f.Hashprice.V))).Say(" leaves ").Stress(format.Fixed(at.above, 0) + " of " + format.Fixed(at.all, 0) + " MW").Say(" above water.")
	switch m := at.marginal; {
	case m == nil:
	case m.cost() <= 0:
		s = s.Say(" The marginal machine, " + m.title() + " at " + m.Hall + ", ").Stress("is paid to run").Say(": at this price of power it stays on at any hashprice.")
	default:
		clears := f.Hashprice.V - m.cost()
		s = s.Say(" The marginal machine, " + m.title() + " at " + m.Hall + ", clears by ").Stress(plain(format.USD2(clears))).
			Say(" per PH a day: a further fall of " + plain(format.Percent1(clears/f.Hashprice.V)) + " in bitcoin turns off " + format.Fixed(m.megawatts(), 0) + " MW more.")
	}
	if f.Missing != "" {
		s = s.Say(" Not counted: " + f.Missing + ".")
	}
	return s
}

// state is how the step stands at the figure's hashprice, by the rule of the
// drawing.
func (s MeritStep) state(f MeritFigure) string {
	return chart.MeritStep{MW: s.megawatts(), Cost: s.cost()}.State(f.Hashprice.V, f.Near)
}

func sortSteps(steps []MeritStep) {
	slices.SortStableFunc(steps, func(a, b MeritStep) int { return cmp.Compare(a.cost(), b.cost()) })
}
