package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/catalogue"
	"switchyard/econ/mining/pool"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
	"switchyard/jobs/upstream/poolwire"
)

// wallet is where pools pay the demo's company.
const wallet = "bc1qnorthvaledemo0000000000000000000000000"

// bookedUntil is how long before the first start the last payment was booked.
const bookedUntil = 6 * 24 * time.Hour

// shortAgo is how many days before the first start Anvil paid short, and shortBy
// the fraction it withheld.
const (
	shortAgo = 12
	shortBy  = 0.08
)

// poolAccounts are the accounts of the company, and the halls that hash there.
var poolAccounts = [...]struct {
	name    string
	party   pool.Party
	account string
	finder  string
	scheme  pool.Scheme
	fee     string // percent
	feesFee string // percent, of PPS+
	rule    string
	halls   []string // site and building
	climate string
}{
	{"Harbour Pool", pool.Luxor, "northvale", "Harbour Pool", pool.FPPS, "2", "0", "{site}-{building}-{aisle}-{rack}-{slot}", []string{"Hallam A", "Hallam B", "Hallam C", "Hallam D", "Hallam E"}, "Hallam"},
	{"Anvil", pool.Foundry, "northvale-east", "Anvil", pool.FPPS, "1.5", "0", "{serial}", []string{"Hallam F", "Roane North", "Roane South", "Roane West"}, "Roane"},
	{"Longshore", pool.ViaBTC, "northvale1", "Longshore", pool.PPSPlus, "2", "2", "{building}x{aisle}x{rack}x{slot}", []string{"Tamarack 1"}, "Tamarack"},
	{"Openshare", pool.Ocean, wallet, "Openshare", pool.TIDES, "1", "0", "{building}.{aisle}.{rack}.{slot}", []string{"Tamarack 2", "Tamarack 3", "Saguenay Mill"}, "Tamarack"},
	{"House node", pool.CKPool, wallet, "", pool.Solo, "0", "0", "{serial}", []string{"Saguenay Annex"}, "Saguenay"},
}

// PoolAccounts are the accounts of the demo's company as the simulated pools know
// them. Their workers are the machines that run.
func PoolAccounts(w *simulate.World) ([]*simulate.PoolAccount, error) {
	models, err := catalogue.Models()
	if err != nil {
		return nil, err
	}
	began := w.Origin()
	list := make([]*simulate.PoolAccount, len(poolAccounts))
	for i, p := range poolAccounts {
		a := &simulate.PoolAccount{
			Party: p.party, Account: p.account, Scheme: p.scheme, Fee: mustRate(p.fee).Float64() / 100, FeesFee: mustRate(p.feesFee).Float64() / 100,
			Climate: climates[p.climate], Finder: p.finder, Address: wallet,
		}
		if f, ok := pool.FactsOf(p.party); ok && f.Key != "" {
			a.Key = pool.Secret(fmt.Sprintf("demo-key-of-%s", p.party))
			if f.Secret != "" {
				a.Secret = pool.Secret(fmt.Sprintf("demo-secret-of-%s", p.party))
			}
		}
		if p.name == "Anvil" {
			short := began.AddDate(0, 0, -shortAgo)
			a.Short = func(day time.Time) float64 {
				if day.Equal(short) {
					return shortBy
				}
				return 0
			}
		}
		for h, hall := range halls {
			if !slices.Contains(p.halls, hall.site+" "+hall.building) {
				continue
			}
			model, ok := catalogue.Find(models, hall.model)
			if !ok {
				return nil, fmt.Errorf("the catalogue has no %s", hall.model)
			}
			a.Workers = append(a.Workers, hallWorkers(h, p.rule, model.Class().Class().Nameplate().Hashrate, began)...)
		}
		a.Begin = a.Workers[0].Since
		for _, worker := range a.Workers {
			if worker.Since.Before(a.Begin) {
				a.Begin = worker.Since
			}
		}
		list[i] = a
	}
	return list, nil
}

// hallWorkers are the machines of a hall that run, by the names that a rule reads.
func hallWorkers(h int, rule string, nameplate units.Hashrate, today time.Time) []simulate.PoolWorker {
	hall := halls[h]
	since := today.AddDate(0, -hall.age, 0)
	named := strings.NewReplacer("{site}", strings.ToLower(hall.site), "{building}", strings.ToLower(hall.building)).Replace(rule)
	list := make([]simulate.PoolWorker, 0, hall.count)
	for i := range hall.count {
		if state, _ := stateOf(i, since, today); state != mining.Running {
			continue
		}
		name := strings.ReplaceAll(named, "{serial}", serialOf(h, i))
		for field, n := range map[string]int{"{aisle}": i/perAisle + 1, "{rack}": i%perAisle/perRack + 1, "{slot}": i%perRack + 1} {
			name = strings.ReplaceAll(name, field, fmt.Sprintf("%02d", n))
		}
		list = append(list, simulate.PoolWorker{Name: name, Nominal: nameplate, Group: int64(h*100 + i/perAisle), Since: since})
	}
	return list
}

// pools writes the accounts at pools with their keys, where nobody has one yet.
// seal seals what opens an account.
func pools(ctx context.Context, d *db.DB, accounts []*simulate.PoolAccount, seal Sealer) error {
	s := d.As(access.Mining)
	known, err := s.PoolAccounts(ctx, time.Time{})
	if err != nil || len(known) > 0 {
		return err
	}
	for i, p := range poolAccounts {
		id, err := s.InsertPoolAccount(ctx, by(access.Mining), pool.Account{
			Name: p.name, Party: p.party, Account: p.account, Scheme: p.scheme, Fee: mustRate(p.fee), FeesFee: mustRate(p.feesFee), Tolerance: mustRate("1"),
			Finder: p.finder, Rules: p.rule, Watched: true, Version: record.Version{ValidFrom: accounts[i].Begin.Truncate(day)},
		})
		if err != nil {
			return err
		}
		if accounts[i].Key == "" {
			continue
		}
		key, err := seal(id, pool.Opening{Key: accounts[i].Key, Secret: accounts[i].Secret})
		if err != nil {
			return err
		}
		if err := s.SetPoolKey(ctx, by(access.Mining), id, key); err != nil {
			return err
		}
	}
	return nil
}

// Sealer seals what opens an account at a pool.
type Sealer func(account int64, o pool.Opening) (pool.SealedKey, error)

// Ledger books the payments that came until some days before the first start, as
// somebody who reads the pools' statements does; where anything is booked, nothing
// is written. client makes the client of an account.
func Ledger(ctx context.Context, d *db.DB, w *simulate.World, client func(pool.Account) (poolwire.Client, error)) error {
	s := d.As(access.Mining)
	accounts, err := s.PoolAccounts(ctx, time.Time{})
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if err := bookAccount(ctx, s, w, a, client); err != nil {
			return fmt.Errorf("book the payments of %s: %w", a.Name, err)
		}
	}
	return nil
}

func bookAccount(ctx context.Context, s *db.Store, w *simulate.World, a pool.Account, client func(pool.Account) (poolwire.Client, error)) error {
	booked, err := s.PoolBookings(ctx, a.ID, time.Time{})
	if err != nil || len(booked) > 0 {
		return err
	}
	c, err := client(a)
	if err != nil {
		return err
	}
	defer c.Close()
	until := w.Origin().Add(-bookedUntil)
	payouts, _, err := c.Payouts(ctx, until.AddDate(-1, 0, 0), until)
	if errors.Is(err, poolwire.ErrNotTold) || err == nil && len(payouts) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	var list []pool.Booked
	for _, p := range payouts {
		if p.State == pool.Sent {
			list = append(list, pool.Booked{Ref: p.Ref, Sats: p.Sats, Note: "Arrived in the treasury wallet.", Version: record.Version{ValidFrom: p.At.Truncate(day)}})
		}
	}
	return s.BookPayouts(ctx, by(access.Mining), a.ID, list)
}
