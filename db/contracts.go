package db

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/units"
)

const topicContract = "mining.contract"

type contractRow struct {
	ID                 int64
	SiteID             int64
	Name               string
	Kind               string
	Point              string
	PriceUSDPerMWh     decimal.Decimal `db:"price_usd_per_mwh"`
	LossPct            decimal.Decimal
	Adders             string
	Blocks             string
	Terms              string
	ResaleUSDPerMWh    decimal.Decimal `db:"resale_usd_per_mwh"`
	PurchaseUSDPerMWh  decimal.Decimal `db:"purchase_usd_per_mwh"`
	DemandUSDPerKW     decimal.Decimal `db:"demand_usd_per_kw"`
	CoincidentUSDPerKW decimal.Decimal `db:"coincident_usd_per_kw"`
	versionRow
}

func (r contractRow) contract() mining.ContractRecord {
	return mining.ContractRecord{
		ID: r.ID, SiteID: r.SiteID, Name: r.Name, Kind: mining.ContractKind(r.Kind), Point: r.Point, Price: units.RoundRate(r.PriceUSDPerMWh), Loss: units.RoundRate(r.LossPct),
		Adders: r.Adders, Blocks: r.Blocks, Terms: r.Terms, ResaleFee: units.RoundRate(r.ResaleUSDPerMWh), PurchaseFee: units.RoundRate(r.PurchaseUSDPerMWh),
		Demand: units.RoundRate(r.DemandUSDPerKW), CoincidentKW: units.RoundRate(r.CoincidentUSDPerKW), Version: r.version(),
	}
}

const (
	contractColumns = `id, site_id, name, kind, point, price_usd_per_mwh, loss_pct, adders, blocks, terms, resale_usd_per_mwh, purchase_usd_per_mwh, demand_usd_per_kw, coincident_usd_per_kw, valid_from, known_from, known_to, who`
	sqlContracts    = `SELECT ` + contractColumns + ` FROM mining.power_contract
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) ORDER BY lower(name), id`
	sqlContract         = `SELECT ` + contractColumns + ` FROM mining.power_contract WHERE id = $1 AND known_to IS NULL`
	sqlContractVersions = `SELECT ` + contractColumns + ` FROM mining.power_contract WHERE id = $1 ORDER BY known_from DESC`
	sqlNewContract      = `SELECT nextval('mining.power_contract_id')`
	sqlInsertContract   = `
INSERT INTO mining.power_contract (` + contractColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULL, $17)`
	sqlCloseContract = `UPDATE mining.power_contract SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

// Contracts lists the power contracts as they were known at a moment, at most one
// a site; the zero time is now.
func (s *Store) Contracts(ctx context.Context, known time.Time) ([]mining.ContractRecord, error) {
	return s.contracts(ctx, "list power contracts", sqlContracts, s.asKnown(known))
}

// ContractVersions are all versions of a contract, the newest first.
func (s *Store) ContractVersions(ctx context.Context, id int64) ([]mining.ContractRecord, error) {
	return s.contracts(ctx, "read the versions of a power contract", sqlContractVersions, id)
}

func (s *Store) contracts(ctx context.Context, what, sql string, args ...any) ([]mining.ContractRecord, error) {
	rows, err := allRows[contractRow](s.q.Query(ctx, sql, args...))
	if err != nil {
		return nil, wrap(err, "%s", what)
	}
	list := make([]mining.ContractRecord, len(rows))
	for i, r := range rows {
		list[i] = r.contract()
	}
	return list, nil
}

// Contract is a power contract as it is known now; ErrNotFound if there is none.
func (s *Store) Contract(ctx context.Context, id int64) (mining.ContractRecord, error) {
	r, err := onlyRow[contractRow](s.q.Query(ctx, sqlContract, id))
	return r.contract(), wrap(err, "read power contract %d", id)
}

// InsertContract adds a power contract and returns its id. A site that has one is
// ErrTaken.
func (s *Store) InsertContract(ctx context.Context, by access.Actor, v mining.ContractRecord) (int64, error) {
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewContract).Scan(&v.ID); err != nil {
			return wrap(err, "number a power contract")
		}
		return s.writeContract(ctx, by, v, "add power contract", "site", "kind", "point", "price", "adders", "blocks", "terms")
	})
	return v.ID, err
}

// UpdateContract adds a version of a power contract, like UpdateSite.
func (s *Store) UpdateContract(ctx context.Context, by access.Actor, v mining.ContractRecord, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlCloseContract, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit power contract %d", v.ID)
		}
		return s.writeContract(ctx, by, v, "edit power contract", fields...)
	})
}

func (s *Store) writeContract(ctx context.Context, by access.Actor, v mining.ContractRecord, action string, fields ...string) error {
	_, err := s.q.Exec(ctx, sqlInsertContract, v.ID, v.SiteID, v.Name, string(v.Kind), v.Point, v.Price.Decimal(), v.Loss.Decimal(), v.Adders, v.Blocks, v.Terms,
		v.ResaleFee.Decimal(), v.PurchaseFee.Decimal(), v.Demand.Decimal(), v.CoincidentKW.Decimal(), v.ValidFrom, s.now(), by.Name)
	if err != nil {
		return taken(err, "write power contract %d", v.ID)
	}
	if err := s.record(ctx, by, access.RoomMining, action, fmt.Sprintf("power contract %d", v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicContract: fmt.Sprint(v.ID)})
}
