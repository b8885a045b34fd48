package db_test

import (
	"fmt"
	"testing"
	"time"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// poolWorkers is how many workers the list is measured with, in so many accounts.
const (
	poolWorkers     = 100_000
	poolAccounts    = 20
	perPoolAccount  = poolWorkers / poolAccounts
	bareUpsertTable = `CREATE TABLE mining.bare (account_id bigint, name text, pool_id text, state text, now_hs float8, hour_hs float8, day_hs float8, stale float4,
 rejected float4, share timestamptz, seen timestamptz, unit bigint, site bigint, building text, nameplate float8, why text, PRIMARY KEY (account_id, name)) WITH (fillfactor = 60)`
	bareUpsert = `INSERT INTO mining.bare
SELECT $1, x.name, x.pool_id, x.state, x.now_hs, x.hour_hs, x.day_hs, x.stale, x.rejected, x.share, $2, x.unit, x.site, x.building, x.nameplate, x.why
  FROM unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[], $9::float4[], $10::float4[], $11::timestamptz[],
       $12::bigint[], $13::bigint[], $14::text[], $15::float8[], $16::text[])
    AS x(name, pool_id, state, now_hs, hour_hs, day_hs, stale, rejected, share, unit, site, building, nameplate, why)
ON CONFLICT (account_id, name) DO UPDATE SET pool_id = EXCLUDED.pool_id, state = EXCLUDED.state, now_hs = EXCLUDED.now_hs, hour_hs = EXCLUDED.hour_hs,
 day_hs = EXCLUDED.day_hs, stale = EXCLUDED.stale, rejected = EXCLUDED.rejected, share = EXCLUDED.share, seen = EXCLUDED.seen, unit = EXCLUDED.unit,
 site = EXCLUDED.site, building = EXCLUDED.building, nameplate = EXCLUDED.nameplate, why = EXCLUDED.why`
)

// manyWorkers are the lists of all accounts at a moment, a hundredth of them dark.
func manyWorkers(at time.Time) []db.WorkerList {
	lists := make([]db.WorkerList, poolAccounts)
	for a := range lists {
		l := db.WorkerList{Account: int64(a + 1), At: at, Took: time.Minute, Every: 10 * time.Minute}
		for i := range perPoolAccount {
			w := pool.Worker{
				ID: fmt.Sprint(a*perPoolAccount + i), Name: fmt.Sprintf("b%02d-r%03d-s%02d", i/1000, i/48, i%48), State: pool.Online, Now: mining.Of(units.Hashrate(190+at.Minute()+i%20) * units.TH),
				Hour: mining.Of(200 * units.TH), Day: mining.Of(199 * units.TH), Stale: mining.Of(0.001), Rejected: mining.Of(0.0004), LastShare: mining.Of(at),
			}
			if i%100 == 0 {
				w.State, w.Now = pool.Offline, mining.Of(units.Hashrate(0))
			}
			l.Workers = append(l.Workers, w)
			l.Places = append(l.Places, pool.Place{Unit: int64(a*perPoolAccount + i + 1), Site: int64(1 + i%4), Building: fmt.Sprintf("B%d", i%9), Nameplate: mining.Of(200 * units.TH)})
		}
		lists[a] = l
	}
	return lists
}

// BenchmarkPoolWorkers stores whole lists of 100,000 workers again and again, and
// bare upserts of the same columns in the same portions.
func BenchmarkPoolWorkers(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		d, _ := dbtest.New(b)
		s, at := d.Jobs(), tenOClock
		store := func() {
			at = at.Add(10 * time.Minute)
			for _, l := range manyWorkers(at) {
				if n, err := s.StorePoolWorkers(b.Context(), l); err != nil || n != perPoolAccount {
					b.Fatal(n, err)
				}
			}
		}
		store()
		for b.Loop() {
			store()
		}
		b.ReportMetric(poolWorkers, "rows/op")
	})
	b.Run("bare", func(b *testing.B) {
		_, cfg := dbtest.New(b)
		conn, at := connect(b, cfg.URL), tenOClock
		exec(b, conn, bareUpsertTable)
		store := func() {
			at = at.Add(10 * time.Minute)
			for _, l := range manyWorkers(at) {
				tx, err := conn.Begin(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				tag, err := tx.Exec(b.Context(), bareUpsert, db.WorkerColumns(l)...)
				if err != nil || tag.RowsAffected() != perPoolAccount {
					b.Fatal(tag, err)
				}
				if err := tx.Commit(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}
		store()
		for b.Loop() {
			store()
		}
		b.ReportMetric(poolWorkers, "rows/op")
	})
}

// BenchmarkPoolPages is what the pages of pools read, of 20 accounts with 100,000
// workers.
func BenchmarkPoolPages(b *testing.B) {
	d, cfg := dbtest.New(b)
	j := d.Jobs()
	for _, l := range manyWorkers(tenOClock) {
		if _, err := j.StorePoolWorkers(b.Context(), l); err != nil {
			b.Fatal(err)
		}
		if err := j.StorePoolStanding(b.Context(), l.Account, pool.Standing{At: tenOClock, Day: mining.Of(units.EH)}); err != nil {
			b.Fatal(err)
		}
	}
	m := d.As(access.Mining)
	for a := range poolAccounts {
		if _, err := m.InsertPoolAccount(b.Context(), actor(access.Mining), samplePool(b, fmt.Sprintf("Pool %02d", a))); err != nil {
			b.Fatal(err)
		}
	}
	exec(b, connect(b, cfg.URL), `VACUUM ANALYZE mining.pool_worker`)
	b.Run("accounts", func(b *testing.B) {
		warmLoop(b, func() {
			accounts, err := m.PoolAccounts(b.Context(), time.Time{})
			if err != nil || len(accounts) != poolAccounts {
				b.Fatal(len(accounts), err)
			}
			readings, err := m.PoolReadings(b.Context())
			if err != nil || len(readings) != poolAccounts {
				b.Fatal(len(readings), err)
			}
			if counts, err := m.PoolWorkerCounts(b.Context()); err != nil || len(counts) < poolAccounts {
				b.Fatal(len(counts), err)
			}
			if _, err := m.LastPoolPayouts(b.Context()); err != nil {
				b.Fatal(err)
			}
		})
	})
	for _, c := range []struct {
		name string
		f    db.PoolWorkerFilter
	}{
		{"workers", db.PoolWorkerFilter{}}, {"dark", db.PoolWorkerFilter{State: pool.Offline}}, {"far", db.PoolWorkerFilter{AfterAccount: 18, After: "b04"}},
		{"site", db.PoolWorkerFilter{Site: 1, State: pool.Offline}}, {"search", db.PoolWorkerFilter{Search: "b03-r07"}},
	} {
		c.f.Limit = 100
		b.Run(c.name, func(b *testing.B) {
			warmLoop(b, func() {
				if list, err := m.PoolWorkers(b.Context(), c.f); err != nil || len(list) != 100 {
					b.Fatal(len(list), err)
				}
			})
		})
	}
}
