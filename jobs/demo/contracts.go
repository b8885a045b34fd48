package demo

import (
	"context"
	"time"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
)

// contracts writes how each site pays for power, where nobody has typed one.
func contracts(ctx context.Context, d *db.DB, today time.Time) error {
	s := d.As(access.Mining)
	known, err := s.Contracts(ctx, time.Time{})
	if err != nil || len(known) > 0 {
		return err
	}
	sites, err := s.Sites(ctx, time.Time{})
	if err != nil {
		return err
	}
	for _, site := range sites {
		v, ok := supply[site.Name]
		if !ok {
			continue // somebody has renamed it since
		}
		v.SiteID, v.Version = site.ID, record.Version{ValidFrom: today.AddDate(-1, 0, 0)}
		if _, err := s.InsertContract(ctx, by(access.Mining), v); missing(err) != nil {
			return err
		}
	}
	return nil
}

// supply is the power contract of each site. Hallam has bought its power ahead
// and may sell it back to the market; what the others pay is fixed.
var supply = map[string]mining.ContractRecord{
	"Hallam": {
		Name: "Westline blocks with resale", Kind: mining.Blocks, Point: westHub, Loss: mustRate("2.1"), Blocks: "110 MW at 37.40", ResaleFee: mustRate("0.75"), PurchaseFee: mustRate("0.60"),
		Adders: "Transmission 3.85\nAncillary services 1.20", Terms: "Emergency response: 90 MW below 130 MW, credit 95, penalty 400, hours 24", CoincidentKW: mustRate("58"),
	},
	"Tamarack": {Name: "Basin cooperative tariff", Kind: mining.Fixed, Price: mustRate("44.60"), Adders: "Franchise fee 1.15", Demand: mustRate("4.20")},
	"Roane":    {Name: "Valley interruptible service", Kind: mining.Fixed, Price: mustRate("47.90"), Adders: "Fuel adjustment 2.35", Terms: "Interruptible: 32 MW below 44 MW, credit 60, penalty 250, hours 100, firm", Demand: mustRate("5.10")},
	"Saguenay": {Name: "River hydro block rate", Kind: mining.Fixed, Price: mustRate("39.40"), Demand: mustRate("3.30")},
}
