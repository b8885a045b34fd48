// Package catalogue lists machines as their makers specify them, with the source
// of each line. It is where a class of the fleet begins; what a company measures
// on its own machines goes into the class, not here.
package catalogue

import (
	_ "embed" // the list is a file beside this one
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

//go:embed machines.csv
var machines string

// Model is a machine as it is sold: its nameplate.
type Model struct {
	Name     string
	Maker    string
	Cooling  string     // one of the ways of package mining
	Hashrate units.Rate // TH/s
	Power    units.Rate // W, at the machine
	Released int        // year
	Source   string
}

// columns of the file.
const columns = 7

// Models lists the machines by maker, the newest first. It fails on a line that
// is not sound, which a test excludes.
func Models() ([]Model, error) {
	lines, err := csv.NewReader(strings.NewReader(machines)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	list := make([]Model, 0, len(lines)-1)
	for i, l := range lines[1:] {
		m, err := model(l)
		if err != nil {
			return nil, fmt.Errorf("line %d of the catalogue: %w", i+2, err)
		}
		list = append(list, m)
	}
	return list, nil
}

func model(l []string) (Model, error) {
	if len(l) != columns {
		return Model{}, fmt.Errorf("%d columns, not %d", len(l), columns)
	}
	hashrate, err := units.ParseRate(l[3])
	if err != nil {
		return Model{}, fmt.Errorf("hashrate: %w", err)
	}
	power, err := units.ParseRate(l[4])
	if err != nil {
		return Model{}, fmt.Errorf("power: %w", err)
	}
	released, err := strconv.Atoi(l[5])
	if err != nil {
		return Model{}, fmt.Errorf("year: %w", err)
	}
	return Model{Name: l[0], Maker: l[1], Cooling: l[2], Hashrate: hashrate, Power: power, Released: released, Source: l[6]}, nil
}

// Find is the model of a name; false if the catalogue does not have it.
func Find(list []Model, name string) (Model, bool) {
	for _, m := range list {
		if m.Name == name {
			return m, true
		}
	}
	return Model{}, false
}

// Class is the model as a class of the fleet, with its nameplate alone.
func (m Model) Class() mining.ClassRecord {
	return mining.ClassRecord{
		Name: m.Name, Maker: m.Maker, Cooling: m.Cooling, Source: m.Source,
		Modes: []mining.ModeRecord{{Name: mining.Nameplate, Hashrate: m.Hashrate, Power: m.Power}},
	}
}
