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

const topicSite = "mining.site"

type siteRow struct {
	ID             int64
	Name           string
	Place          string
	TimeZone       string
	InterconnectMW decimal.Decimal
	PUE            decimal.Decimal
	versionRow
}

func (r siteRow) site() mining.SiteRecord {
	return mining.SiteRecord{
		ID: r.ID, Name: r.Name, Place: r.Place, TimeZone: r.TimeZone, Version: r.version(),
		Interconnect: units.RoundRate(r.InterconnectMW), PUE: units.RoundRate(r.PUE),
	}
}

const (
	siteColumns = `id, name, place, time_zone, interconnect_mw, pue, valid_from, known_from, known_to, who`
	sqlSites    = `SELECT ` + siteColumns + ` FROM mining.site
 WHERE known_from <= $1 AND (known_to IS NULL OR known_to > $1) ORDER BY lower(name)`
	sqlSite         = `SELECT ` + siteColumns + ` FROM mining.site WHERE id = $1 AND known_to IS NULL`
	sqlSiteVersions = `SELECT ` + siteColumns + ` FROM mining.site WHERE id = $1 ORDER BY known_from DESC`
	sqlNewSite      = `SELECT nextval('mining.site_id')`
	sqlInsertSite   = `
INSERT INTO mining.site (id, name, place, time_zone, interconnect_mw, pue, valid_from, known_from, who)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlCloseSite = `UPDATE mining.site SET known_to = $2 WHERE id = $1 AND known_to IS NULL AND known_from = $3`
)

// Sites lists the sites as they were known at a moment; the zero time is now.
func (s *Store) Sites(ctx context.Context, known time.Time) ([]mining.SiteRecord, error) {
	rows, err := allRows[siteRow](s.q.Query(ctx, sqlSites, s.asKnown(known)))
	if err != nil {
		return nil, wrap(err, "list sites")
	}
	list := make([]mining.SiteRecord, len(rows))
	for i, r := range rows {
		list[i] = r.site()
	}
	return list, nil
}

// Site is a site as it is known now; ErrNotFound if there is none of that id.
func (s *Store) Site(ctx context.Context, id int64) (mining.SiteRecord, error) {
	r, err := onlyRow[siteRow](s.q.Query(ctx, sqlSite, id))
	return r.site(), wrap(err, "read site %d", id)
}

// SiteVersions are all versions of a site, the newest first.
func (s *Store) SiteVersions(ctx context.Context, id int64) ([]mining.SiteRecord, error) {
	rows, err := allRows[siteRow](s.q.Query(ctx, sqlSiteVersions, id))
	if err != nil {
		return nil, wrap(err, "read the versions of site %d", id)
	}
	list := make([]mining.SiteRecord, len(rows))
	for i, r := range rows {
		list[i] = r.site()
	}
	return list, nil
}

// InsertSite adds a site and returns its id. A name that is there already is
// ErrTaken.
func (s *Store) InsertSite(ctx context.Context, by access.Actor, v mining.SiteRecord) (int64, error) {
	var id int64
	err := s.write(ctx, func(s *Store) error {
		if err := s.q.QueryRow(ctx, sqlNewSite).Scan(&id); err != nil {
			return wrap(err, "number a site")
		}
		v.ID = id
		return s.writeSite(ctx, by, v, "add site", "name", "place", "time_zone", "interconnect_mw", "pue", "valid_from")
	})
	return id, err
}

// UpdateSite adds a version of a site. v.KnownFrom is that of the version its
// editor has read: if another has come since, it is ErrChanged and nothing is
// written. fields names what changed, for the audit log.
func (s *Store) UpdateSite(ctx context.Context, by access.Actor, v mining.SiteRecord, fields []string) error {
	return s.write(ctx, func(s *Store) error {
		if err := s.closeVersion(ctx, sqlCloseSite, v.ID, v.KnownFrom); err != nil {
			return wrap(err, "edit site %d", v.ID)
		}
		return s.writeSite(ctx, by, v, "edit site", fields...)
	})
}

func (s *Store) writeSite(ctx context.Context, by access.Actor, v mining.SiteRecord, action string, fields ...string) error {
	_, err := s.q.Exec(ctx, sqlInsertSite, v.ID, v.Name, v.Place, v.TimeZone, v.Interconnect.Decimal(), v.PUE.Decimal(), v.ValidFrom, s.now(), by.Name)
	if err != nil {
		return taken(err, "write site %d", v.ID)
	}
	if err := s.record(ctx, by, access.RoomMining, action, fmt.Sprintf("site %d", v.ID), fields...); err != nil {
		return err
	}
	return s.publish(ctx, map[string]string{topicSite: fmt.Sprint(v.ID)})
}
