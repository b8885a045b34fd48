package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

func TestWorkersAreListedWithTheirMachines(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	if text := s.page("/mining/pools/workers").text("main"); !contains(text, "No workers have been read yet") {
		t.Errorf("without workers: %s", text)
	}
	now := time.Now().UTC()
	harbour, _ := s.twoPools(now)
	p := s.page("/mining/pools/workers")
	for _, want := range []string{
		"Of 6 workers , 2 are online and 4 offline ; 1 names no machine of the register .", "6 workers listed",
		"A-0000 Harbour online A-0000 Pecos, B1 200.0 200.0 190.0 200.0 0.10 0.02", "A-0004 Harbour offline since", "– no rule reads its name",
	} {
		if !contains(p.text("main"), want) {
			t.Errorf("the page does not say %q:\n%s", want, p.text("main"))
		}
	}
	if !contains(p.body, `href="/mining/fleet/A-0000"`) || !contains(p.body, `href="/mining/pools/worker?account=1&amp;name=A-0000"`) {
		t.Error("a worker or its machine has no link")
	}
	for query, want := range map[string]struct {
		says string
		rows string // first letters of the workers
	}{
		"state=offline": {"4 of 6 workers listed", "A-0002 A-0003 A-0004 stray"}, "unmatched=1": {"1 of 6 workers listed", "stray"}, "site=1": {"5 of 6 workers", "A-0000 A-0001 A-0002 A-0003 A-0004"},
		"q=A-000": {"Workers whose name begins with A-000, of 6", "A-0000 A-0001 A-0002 A-0003 A-0004"}, "account=2": {"0 of 6 workers", ""}, "state=gone": {"lists no longer", ""},
		"site=1&state=online": {"2 of 6 workers", "A-0000 A-0001"},
	} {
		_, csv := s.get("/data/pool-workers.csv?" + query)
		if got := firstCells(csv); got != want.rows {
			t.Errorf("the file of %s holds %q, want %q", query, got, want.rows)
		}
		page := s.page("/mining/pools/workers?" + query)
		if text := page.text("main"); !contains(text, want.says) || (want.rows == "") != contains(text, "No worker matches") {
			t.Errorf("%s does not say %q: %s", query, want.says, text)
		}
	}
	for _, query := range []string{"state=lost", "site=x", "account=0", "after=3", "after=x.y", "q=" + strings.Repeat("x", 201)} {
		if res, _ := s.get("/mining/pools/workers?" + query); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", query, res.Status)
		}
	}
	if harbour != 1 {
		t.Fatalf("the account has number %d", harbour)
	}
}

// firstCells are the first cells of a file's rows, below its two heads.
func firstCells(csv string) string {
	var list []string
	for i, line := range strings.Split(strings.TrimSpace(strings.ReplaceAll(csv, "\r", "")), "\n") {
		if i >= 2 {
			cell, _, _ := strings.Cut(line, ",")
			list = append(list, cell)
		}
	}
	return strings.Join(list, " ")
}

// Pages follow one another across accounts without a gap and with their filter, and
// the file and the data page hold what passes it.
func TestPagesOfWorkersFollowOneAnother(t *testing.T) {
	s := open(t, nil)
	s.as(access.Mining)
	now := time.Now().UTC()
	first, second := s.poolAccount("One", pool.Luxor, pool.FPPS, "1"), s.poolAccount("Two", pool.F2Pool, pool.FPPS, "1")
	for account, n := range map[int64]int{first: 150, second: 400} {
		var list []pool.Worker
		var places []pool.Place
		for i := range n {
			list = append(list, worker(fmt.Sprintf("r%d.s%03d", account, i), 0, now))
			places = append(places, pool.Place{Why: string(pool.NoMachine), Nameplate: mining.Unknown[units.Hashrate]("no machine is named")})
		}
		s.workers(account, now, list, places)
	}
	seen, path := 0, "/mining/pools/workers?unmatched=1&state=offline"
	for path != "" && seen < 1000 {
		p := s.page(path)
		seen += strings.Count(p.body, `href="/mining/pools/worker?`)
		if next := strings.ReplaceAll(between(p.body, `<p class="note"><a href="`, `"`), "&amp;", "&"); next != "" {
			if !contains(next, "unmatched=1") || !contains(next, "state=offline") {
				t.Fatalf("the next page is %q", next)
			}
			path, _, _ = strings.Cut(next, "#")
			continue
		}
		path = ""
	}
	if seen != 550 {
		t.Errorf("the pages hold %d workers, want 550", seen)
	}
	if _, csv := s.get("/data/pool-workers.csv?q=r2.&after=2.r2.s100"); strings.Count(csv, "r2.s") != 400 || contains(csv, "r1.s") {
		t.Errorf("the file holds %d workers", strings.Count(csv, "r2.s"))
	}
	if text := s.page("/data/pool-workers").text("main"); !contains(text, "The first 500 of 550 rows") || !contains(text, "the register has no machine of its name") {
		t.Errorf("the data page: %.300s", text)
	}
}

func TestAWorkerHasItsFactsAndItsDays(t *testing.T) {
	clock := newClock()
	s := open(t, clock.now)
	s.fleetOfM8("48")
	account := s.poolAccount("Harbour", pool.Luxor, pool.FPPS, "2")
	name := "B1 r/3&s=é"
	list := func(ths float64) {
		s.workers(account, clock.now().UTC(), []pool.Worker{worker(name, ths, clock.now().UTC())}, []pool.Place{stands(1, "B1", 200)})
	}
	list(180)
	clock.add(24 * time.Hour)
	list(190)
	clock.add(time.Second)
	list(0)
	s.as(access.Mining)
	p := s.page("/mining/pools/worker?" + url.Values{"account": {"1"}, "name": {name}}.Encode())
	for _, want := range []string{"Offline at Harbour since", "it stands at Pecos, B1.", "Nameplate that should hash 200.0 TH/s", "so far 95.0 50.0 2", "180.0 100.0 1", "Rejected shares 0.02%"} {
		if !contains(p.text("main"), want) {
			t.Errorf("the page does not say %q:\n%s", want, p.text("main"))
		}
	}
	if !contains(p.body, `href="/mining/fleet/A-0000"`) || !contains(p.body, `class="ln m"`) {
		t.Error("there is no machine or no drawing")
	}
	_, csv := s.get("/data/worker-days.csv?" + url.Values{"account": {"1"}, "name": {name}}.Encode())
	if !contains(csv, ",95000000000000,2,1,0.5") || strings.Count(csv, "\n") != 4 {
		t.Errorf("file: %s", csv)
	}
	for query, want := range map[string]int{"account=1&name=nobody": http.StatusNotFound, "account=x&name=a": http.StatusBadRequest, "account=1": http.StatusBadRequest, "account=1&name=a%00": http.StatusBadRequest} {
		if res, _ := s.get("/mining/pools/worker?" + query); res.StatusCode != want {
			t.Errorf("%s: %s, want %d", query, res.Status, want)
		}
	}
}
