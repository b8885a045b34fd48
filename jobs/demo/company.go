// Package demo writes the fictional company of the demo: its people, sites,
// customers and accounts. It goes the way everybody goes, through the store
// with the rights of the unit concerned, and into the audit log. What machines
// did is written as by the job that asks them.
package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/ai"
	"switchyard/econ/finance"
	"switchyard/econ/mining"
	"switchyard/econ/ops"
	"switchyard/econ/record"
	"switchyard/econ/units"
	"switchyard/jobs/simulate"
)

// by is who writes the demo.
func by(role access.Role) access.Actor { return access.Actor{Name: "Demo", Role: role} }

// Seed writes what is missing of the company, which mines in the simulated world
// and has accounts at its pools. What is there already stays as it is, so it may
// run at every start. seal seals the keys of the accounts.
func Seed(ctx context.Context, d *db.DB, w *simulate.World, atPools []*simulate.PoolAccount, seal Sealer) error {
	today := w.Now().Truncate(24 * time.Hour)
	if err := company(ctx, d); err != nil {
		return fmt.Errorf("write the demo company: %w", err)
	}
	for _, write := range []func(context.Context, *db.DB, time.Time) error{people, sites, machineClasses, machines, contracts, customers, accounts} {
		if err := write(ctx, d, today); err != nil {
			return fmt.Errorf("write the demo company: %w", err)
		}
	}
	if err := pools(ctx, d, atPools, seal); err != nil {
		return fmt.Errorf("write the demo company's accounts at pools: %w", err)
	}
	if err := months(ctx, d, w, atPools); err != nil {
		return fmt.Errorf("write the demo company's months: %w", err)
	}
	for _, write := range []func(context.Context, *db.DB, *simulate.World) error{powerPrices, curtailments, history} {
		if err := write(ctx, d, w); err != nil {
			return fmt.Errorf("write the demo company: %w", err)
		}
	}
	return nil
}

// missing is the error of an insert unless it says that the row is there.
func missing(err error) error {
	if errors.Is(err, db.ErrTaken) {
		return nil
	}
	return err
}

// company names the company, where nobody has named it yet.
func company(ctx context.Context, d *db.DB) error {
	s := d.As(access.Admin)
	settings, err := s.Settings(ctx)
	if _, named := settings[ops.SettingCompany]; err != nil || named {
		return err
	}
	return s.Set(ctx, by(access.Admin), map[string]string{ops.SettingCompany: "Northvale Power and Compute", ops.SettingTimeZone: "America/Chicago"})
}

func people(ctx context.Context, d *db.DB, _ time.Time) error {
	s := d.As(access.Admin)
	known, err := s.People(ctx)
	if err != nil || len(known) > 0 {
		return err
	}
	for _, p := range []access.Person{
		{Email: "m.castellane@northvale.example", Name: "M. Castellane", Role: access.Executive, Persona: "Chief executive. Sees both units and the balance sheet side by side, and decides which way the next megawatt goes."},
		{Email: "j.okonjo@northvale.example", Name: "J. Okonjo", Role: access.Mining, Persona: "Runs the machines. Watches hashprice, difficulty and the sites; sees no contract and no account."},
		{Email: "k.maddox@northvale.example", Name: "K. Maddox", Role: access.Business, Persona: "Sells compute. Keeps customers and contracts; sees no account and nothing of the machines."},
		{Email: "r.adeyemi@northvale.example", Name: "R. Adeyemi", Role: access.Finance, Persona: "Chief financial officer. Keeps the accounts, and hears from each unit what it tells."},
		{Email: "t.lindqvist@northvale.example", Name: "T. Lindqvist", Role: access.Admin, Persona: "Keeps the house: people, sources, jobs and the audit log; sees no unit's values."},
	} {
		if _, err := s.InsertPerson(ctx, by(access.Admin), p); missing(err) != nil {
			return err
		}
	}
	return nil
}

// mustRate is an exact number of the tables below.
func mustRate(text string) units.Rate {
	r, err := units.ParseRate(text)
	if err != nil {
		panic(err) // a slip of the programmer
	}
	return r
}

func sites(ctx context.Context, d *db.DB, today time.Time) error {
	s := d.As(access.Mining)
	known, err := s.Sites(ctx, time.Time{})
	if err != nil || len(known) > 0 {
		return err
	}
	for _, v := range []struct {
		name, place, zone, mw, pue string
		years                      int
	}{
		{"Hallam", "West Texas, ERCOT West", "America/Chicago", "138", "1.055", 4},
		{"Tamarack", "Utah, PacifiCorp East", "America/Denver", "54", "1.04", 3},
		{"Roane", "Tennessee, TVA", "America/New_York", "46", "1.06", 3},
		{"Saguenay", "Quebec, hydro", "America/Toronto", "14", "1.03", 5},
	} {
		_, err := s.InsertSite(ctx, by(access.Mining), mining.SiteRecord{
			Name: v.name, Place: v.place, TimeZone: v.zone, Interconnect: mustRate(v.mw), PUE: mustRate(v.pue),
			Version: record.Version{ValidFrom: today.AddDate(-v.years, 0, 0)},
		})
		if missing(err) != nil {
			return err
		}
	}
	return nil
}

func customers(ctx context.Context, d *db.DB, today time.Time) error {
	s := d.As(access.Business)
	known, err := s.Customers(ctx, time.Time{})
	if err != nil || len(known) > 0 {
		return err
	}
	for i, v := range []struct {
		name, country string
		segment       ai.Segment
		contact       string
	}{
		{"Meridian Labs", "US", ai.Lab, "Head of infrastructure"},
		{"Tessellate", "US", ai.Lab, "Chief technology officer"},
		{"Corvid Robotics", "US", ai.Enterprise, "Platform lead"},
		{"Foundry Nine", "CA", ai.Enterprise, "Procurement"},
		{"Public Health Compute", "CA", ai.Public, "Programme office"},
		{"Halden Bio", "NO", ai.Research, "Computing group"},
		{"Pallas Quant", "US", ai.Enterprise, "Research desk"},
		{"Lyra Search", "SE", ai.Cloud, "Capacity planning"},
		{"Northmoor University", "GB", ai.Research, "Research computing"},
		{"Ostrava Media", "CZ", ai.Enterprise, "Rendering"},
		{"Sable Games", "US", ai.Enterprise, "Online services"},
	} {
		_, err := s.InsertCustomer(ctx, by(access.Business), ai.Customer{
			Name: v.name, Country: v.country, Segment: v.segment, Contact: v.contact,
			Version: record.Version{ValidFrom: today.AddDate(0, -24+2*i, 0)},
		})
		if missing(err) != nil {
			return err
		}
	}
	return nil
}

func accounts(ctx context.Context, d *db.DB, today time.Time) error {
	s := d.As(access.Finance)
	known, err := s.Holdings(ctx, time.Time{})
	if err != nil {
		return err
	}
	there := make(map[string]finance.Holding, len(known))
	for _, h := range known {
		there[h.Account.Name] = h
	}
	for _, v := range []struct {
		account finance.Account
		usd     units.USD
		sats    units.Sats
	}{
		{finance.Account{Name: "Operating", Kind: finance.Cash, Institution: "First Prairie Bank"}, units.Cents(31_482_917_44), 0},
		{finance.Account{Name: "Reserve", Kind: finance.Cash, Institution: "Treasury bills, Copperline Trust"}, units.Cents(64_000_000_00), 0},
		{finance.Account{Name: "Debt service", Kind: finance.Cash, Institution: "First Prairie Bank", Restricted: true}, units.Cents(9_250_000_00), 0},
		{finance.Account{Name: "Treasury", Kind: finance.Bitcoin, Institution: "Keystone Custody"}, units.USD{}, 1_182_40_000_000},
		{finance.Account{Name: "Loan collateral", Kind: finance.Bitcoin, Institution: "Ledgerline Custody", Restricted: true}, units.USD{}, 1_430_00_000_000},
	} {
		h, known := there[v.account.Name]
		if known && h.Balance != nil {
			continue
		}
		id := h.Account.ID
		if !known {
			v.account.ValidFrom = today.AddDate(-2, 0, 0)
			if id, err = s.InsertAccount(ctx, by(access.Finance), v.account); err != nil {
				return err
			}
		}
		if err := s.SetBalance(ctx, by(access.Finance), finance.Balance{Account: id, AsOf: today.AddDate(0, 0, -1), USD: v.usd, Sats: v.sats}); err != nil {
			return err
		}
	}
	return nil
}
