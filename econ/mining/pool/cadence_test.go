package pool_test

import (
	"testing"
	"time"

	"switchyard/econ/mining/pool"
)

func TestCadence(t *testing.T) {
	const min = time.Minute
	for _, c := range []struct {
		party   pool.Party
		workers int
		want    pool.Cadence
	}{
		{pool.Luxor, 0, pool.Cadence{Pages: 1, Reading: time.Second, Every: 5 * min}},
		{pool.Luxor, 100, pool.Cadence{Pages: 1, Reading: time.Second, Every: 5 * min}},
		{pool.Luxor, 101, pool.Cadence{Pages: 2, Reading: 2 * time.Second, Every: 5 * min}},
		{pool.Antpool, 7_500, pool.Cadence{Pages: 150, Reading: 150 * time.Second, Every: 5 * min}},
		{pool.Antpool, 7_501, pool.Cadence{Pages: 151, Reading: 151 * time.Second, Every: 6 * min}},
		{pool.ViaBTC, 100_000, pool.Cadence{Pages: 2_000, Reading: 2_000 * time.Second, Every: 67 * min}},
		{pool.ViaBTC, 540_000, pool.Cadence{Pages: 10_800, Reading: 3 * time.Hour, Every: 6 * time.Hour}},
		{pool.ViaBTC, 540_001, pool.Cadence{Pages: 10_801, Reading: 3*time.Hour + time.Second, Every: 6 * time.Hour, Tight: true}},
		{pool.Foundry, 100_000, pool.Cadence{Pages: 1, Reading: time.Second, Every: 5 * min}},
	} {
		got, err := pool.CadenceOf(facts(t, c.party), c.workers)
		if err != nil || got != c.want {
			t.Errorf("%s with %d workers: got %+v, %v, want %+v", c.party, c.workers, got, err, c.want)
		}
	}
}

// Every pool we know can be read, and keeps half of its calls for the rest.
func TestCadenceLeavesHalfOfTheCalls(t *testing.T) {
	for _, f := range pool.Parties() {
		for workers := 0; workers <= 200_000; workers += 997 {
			c, err := pool.CadenceOf(f, workers)
			if err != nil {
				t.Fatal(err)
			}
			if 2*c.Reading > c.Every || c.Every%time.Minute != 0 || c.Every < 5*time.Minute || c.Every > 6*time.Hour || c.Tight {
				t.Fatalf("%s with %d workers: got %+v", f.Party, workers, c)
			}
		}
	}
}

func TestCadenceRefuses(t *testing.T) {
	_, err := pool.CadenceOf(facts(t, pool.Luxor), -1)
	fails(t, "workers", err, "workers: -1")
	_, err = pool.CadenceOf(pool.Facts{Party: "new"}, 1)
	fails(t, "spacing", err, "new: spacing 0s")
	_, err = pool.CadenceOf(facts(t, pool.ViaBTC), 1<<40)
	fails(t, "too many", err, "more than one account has")
}
