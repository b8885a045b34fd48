package fleet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/table"
)

var (
	now    = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	march1 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
)

func known(units ...fleet.Unit) fleet.Known {
	k := fleet.Known{
		Classes: map[string]fleet.Named{"antminer s21": {ID: 1, Name: "Antminer S21"}, "whatsminer m60s": {ID: 2, Name: "Whatsminer M60S"}},
		Sites:   map[string]fleet.Named{"hallam": {ID: 1, Name: "Hallam"}, "tamarack": {ID: 2, Name: "Tamarack"}},
		Units:   map[string]fleet.Unit{}, Now: now,
	}
	for _, u := range units {
		k.Units[u.Serial] = u
	}
	return k
}

func fileOf(lines ...string) table.Table {
	var t table.Table
	for i, l := range lines {
		row := table.Row{Number: i + 1}
		for _, text := range strings.Split(l, "|") {
			row.Cells = append(row.Cells, table.Cell{Text: strings.TrimPrefix(text, "="), Formula: strings.HasPrefix(text, "=")})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// The measure: ten thousand rows of which three have a bad cell.
func TestOfTenThousandRowsTheThreeBadCellsAreNamed(t *testing.T) {
	lines := []string{"serial|class|site|state|building|aisle|rack|slot|address|mac|since|note"}
	for i := range 10_000 {
		lines = append(lines, fmt.Sprintf("UNIT-%05d|Antminer S21|Hallam|running|B1|A|%d|%d|10.1.%d.%d|02:00:00:00:%02x:%02x|2026-03-01|", i, i/40, i%40, i/250, i%250, i/256, i%256))
	}
	lines[17] = strings.Replace(lines[17], "Antminer S21", "Antminer S12", 1)
	lines[5000] = strings.Replace(lines[5000], "running", "runninq", 1)
	lines[10_000] = strings.Replace(lines[10_000], "2026-03-01", "1.3.2026", 1)
	plan, problems, count := fleet.Check(fileOf(lines...), known())
	want := []table.Problem{
		{Row: 18, Column: "class", Value: "Antminer S12", What: "There is no class of this name.", Likely: "Antminer S21"},
		{Row: 5001, Column: "state", Value: "runninq", What: "This is not a state of a machine: received, deployed, running, curtailed, repair, retired, sold.", Likely: "running"},
		{Row: 10_001, Column: "since", Value: "1.3.2026", What: "A date is needed, for example 2026-06-01.", Likely: "2026-03-01"},
	}
	if diff := cmp.Diff(want, problems); diff != "" || count != 3 || !plan.Empty() {
		t.Errorf("%d problems, plan %v (-want +got):\n%s", count, !plan.Empty(), diff)
	}
	lines[17], lines[5000], lines[10_000] = strings.Replace(lines[17], "S12", "S21", 1), strings.Replace(lines[5000], "runninq", "running", 1), strings.Replace(lines[10_000], "1.3.2026", "2026-03-01", 1)
	if plan, _, count := fleet.Check(fileOf(lines...), known()); count != 0 || len(plan.Add) != 10_000 || plan.Add[9999].Slot != "39" || !plan.Add[0].Since.Equal(march1) {
		t.Errorf("mended: %d problems, %d units", count, len(plan.Add))
	}
}

func TestEachBadCellSaysWhatIsWrongAndWhatWasLikelyMeant(t *testing.T) {
	const head = "serial|class|site|state|address|mac|since|note"
	there := fleet.Unit{ID: 7, Serial: "OLD-1", Class: 1, Site: 1, State: mining.Sold, Since: march1}
	running := fleet.Unit{ID: 8, Serial: "OLD-2", Class: 1, Site: 1, State: mining.Running, Since: march1}
	for _, c := range []struct{ line, column, says, likely string }{
		{"|Antminer S21|Hallam|running", "serial", "needs its serial", ""},
		{"UN IT#1|Antminer S21|Hallam|running", "serial", "Four to forty", "UNIT1"},
		{"1.23E+15|Antminer S21|Hallam|running", "serial", "power of ten", ""},
		{"=UNIT-1|Antminer S21|Hallam|running", "serial", "formula", "UNIT-1"},
		{"UNIT-1||Hallam|running", "class", "needs its class", ""},
		{"UNIT-1|Toaster|Hallam|running", "class", "no class of this name", ""},
		{"UNIT-1|=Antminer S21|Hallam|running", "class", "formula", "Antminer S21"},
		{"UNIT-1|Antminer S21|Halam|running", "site", "no site of this name", "Hallam"},
		{"UNIT-1|Antminer S21|Hallam|", "state", "not a state", ""},
		{"UNIT-1|Antminer S21|Hallam|running|10,1.2.3", "address", "not an IP address", "10.1.2.3"},
		{"UNIT-1|Antminer S21|Hallam|running|fe80::1%eth0", "address", "without a zone", "fe80::1"},
		{"UNIT-1|Antminer S21|Hallam|running||o2:00:00:00:00:01", "mac", "Six pairs", "02:00:00:00:00:01"},
		{"UNIT-1|Antminer S21|Hallam|running|||46082", "since", "A date is needed", ""}, // a day number is one in a workbook alone
		{"UNIT-1|Antminer S21|Hallam|running|||2026-06-02", "since", "not in the future", ""},
		{"UNIT-1|Antminer S21|Hallam|running||||a\tb\x00", "note", "cannot be printed", ""},
		{"UNIT-1|Antminer S21|Hallam|running||||" + strings.Repeat("x", 501), "note", "At most 500 characters; these are 501.", ""},
		{"old-1|Antminer S21|Hallam|running", "state", "cannot become running", "sold"},
		{"OLD-2|Antminer S21|Hallam|repair|||2026-02-28", "since", "which is later", ""},
		{"OLD-2|Antminer S21|Hallam|running|||2026-02-28", "since", "since 2026-03-01 already", "2026-03-01"},
	} {
		plan, problems, count := fleet.Check(fileOf(head, c.line), known(there, running))
		if count != 1 || !plan.Empty() || problems[0].Column != c.column || problems[0].Row != 2 || !strings.Contains(problems[0].What, c.says) || problems[0].Likely != c.likely {
			t.Errorf("%q: %+v", c.line, problems)
		}
	}
}

func TestAFileAsAWhole(t *testing.T) {
	for _, c := range []struct {
		lines []string
		says  string
	}{
		{nil, "No line names the columns"},
		{[]string{"a|b", "c|d"}, "No line names the columns"},
		{[]string{"serial|class|site|state"}, "no unit under the head"},
		{[]string{"serial|class|state", "UNIT-1|Antminer S21|running"}, "column is missing"},
		{[]string{"serial|class|site|state|rak", "UNIT-1|Antminer S21|Hallam|running|1"}, "no such column"},
		{[]string{"serial|class|site|state|serial", "UNIT-1|Antminer S21|Hallam|running|UNIT-1"}, "there twice"},
		{[]string{"serial|class|site|state", "UNIT-1|Antminer S21|Hallam|running", "", "unit-1|Antminer S21|Hallam|running"}, "Row 2 has this serial number too."},
		{[]string{"serial|class|site|state|mac", "UNIT-1|Antminer S21|Hallam|running|020000000001", "UNIT-2|Antminer S21|Hallam|running|02-00-00-00-00-01"}, "Row 2 has this address too."},
	} {
		if _, problems, count := fleet.Check(fileOf(c.lines...), known()); count != 1 || !strings.Contains(problems[0].What, c.says) {
			t.Errorf("%q: %+v", c.lines, problems)
		}
	}
	lines := []string{"serial|class|site|state"}
	for i := range 600 {
		lines = append(lines, fmt.Sprintf("UNIT-%d|Antminer S21|Nowhere at all|running", i))
	}
	if _, problems, count := fleet.Check(fileOf(lines...), known()); count != 600 || len(problems) != table.MaxProblems {
		t.Errorf("%d problems of which %d are named", count, len(problems))
	}
}

// What the register writes it reads again, and finds nothing to do.
func TestAFileOfTheRegisterChangesNothing(t *testing.T) {
	u := fleet.Unit{
		ID: 7, Serial: "UNIT-1", MAC: "02:00:00:00:00:01", Class: 1, Site: 2, Building: "B1", Aisle: "A", Rack: "3", Slot: "4", Address: "10.1.2.3",
		State: mining.Running, Since: march1.Add(8*time.Hour + 1234*time.Microsecond), Note: "new fan", At: march1, Who: "Somebody",
	}
	file := fileOf("Fleet. The register.", "Serial|Class|Site|State|Building|Aisle|Rack|Slot|Address|MAC|Since (UTC)|Note|Last changed (UTC)|By",
		"UNIT-1|Antminer S21|Tamarack|running|B1|A|3|4|10.1.2.3|02:00:00:00:00:01|"+u.Since.Format(time.RFC3339Nano)+"|new fan|2026-03-01T00:00:00Z|Somebody")
	plan, problems, count := fleet.Check(file, known(u))
	if count != 0 || !plan.Empty() || plan.Unchanged != 1 {
		t.Errorf("%+v, %+v", plan, problems)
	}
	// A workbook keeps the date alone, as days since the end of 1899.
	days := fileOf("serial|class|site|state|since", "UNIT-1|Antminer S21|Tamarack|repair|46082.5")
	days.DayNumbers = true
	plan, problems, _ = fleet.Check(days, known(u))
	if len(plan.Change) != 1 || !plan.Change[0].After.Since.Equal(march1.Add(12*time.Hour)) || plan.Change[0].After.Note != "new fan" || plan.Change[0].After.State != mining.Repair {
		t.Errorf("%+v, %+v", plan, problems)
	}
}
