package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/ops"
)

const (
	// sampleDelay is how long after a full second the index of that second is
	// taken: long enough for quotes of the second to arrive.
	sampleDelay = 250 * time.Millisecond
	// maxStoreFailures is how many samples in a row may fail to be stored
	// before the run is given up, to be started afresh.
	maxStoreFailures = 10
	// refusedEvery is how often at most a venue's absurd price is kept: one
	// that goes on for hours is one fact, not thousands.
	refusedEvery = time.Minute
)

// priceWatch samples the desk once a second.
type priceWatch struct {
	env     *Env
	newest  map[string]market.Quote // last good quote of each venue
	refused map[string]time.Time    // when a venue's absurd price was last kept
	index   market.Index            // last index taken
	chain   int64                   // version of the chain the last hashprice came from
	unsaved map[string][]market.Point
	rows    int64
	fails   int // samples in a row that could not be stored
}

// watchPrice takes the index once a second, about a quarter second after it,
// and the hashprice with it, until ctx ends.
func watchPrice(ctx context.Context, env *Env) (int64, error) {
	w := &priceWatch{
		env: env, newest: map[string]market.Quote{}, refused: map[string]time.Time{},
		unsaved: map[string][]market.Point{},
	}
	var last time.Time
	for {
		due := secondOf(env.Now().Add(-sampleDelay)).Add(time.Second + sampleDelay)
		if !pause(ctx, due.Sub(env.Now())) {
			return w.rows, nil
		}
		second := secondOf(env.Now().Add(-sampleDelay))
		if second.Equal(last) {
			continue
		}
		last = second
		if err := w.sample(ctx, second); err != nil {
			return w.rows, err
		}
	}
}

// sample stores what one second brought.
func (w *priceWatch) sample(ctx context.Context, second time.Time) error {
	verdict := judge(w.newest, w.env.desk.take(), w.env.Now())
	for venue := range verdict.distrusted {
		delete(w.newest, venue)
	}
	for venue, list := range verdict.good {
		w.add(venueKey(venue), points(list)...)
		if _, bad := verdict.distrusted[venue]; !bad {
			w.newest[venue] = list[len(list)-1]
		}
	}
	w.keepRefused(ctx, verdict.refused)

	changed := len(verdict.good) > 0 && w.takeIndex(second)
	missing, err := w.takeHashprice(ctx, second, changed)
	if err == nil {
		err = w.save(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return nil //nolint:nilerr // the stream is being stopped
	case err != nil:
		if w.fails++; w.fails >= maxStoreFailures {
			return err
		}
		return nil
	}
	w.fails = 0
	w.env.Note(ctx, w.describe(second, missing), w.rows)
	return nil
}

// takeIndex computes the index of the second and says whether there is one.
func (w *priceWatch) takeIndex(second time.Time) bool {
	quotes := make([]market.Quote, 0, len(w.newest))
	for _, q := range w.newest {
		quotes = append(quotes, q)
	}
	index, ok := market.MedianOfVenues(quotes, len(w.env.Venues), w.env.Now(), market.QuoteMaxAge)
	if !ok {
		return false
	}
	index.T = second
	w.index = index
	w.add(keyIndex, market.Point{T: second, V: index.Price})
	w.add(keyVenues, market.Point{T: second, V: float64(index.Venues)})
	if index.Venues >= 2 {
		w.add(keySpread, market.Point{T: second, V: index.Spread})
	}
	return true
}

// takeHashprice computes M3 for the second if the index or the chain moved. It
// returns the reason why there is none, if there is none.
func (w *priceWatch) takeHashprice(ctx context.Context, second time.Time, indexChanged bool) (string, error) {
	basis, version, err := w.env.chain.basis(ctx, w.env.Store)
	if err != nil {
		return "", err
	}
	if basis.missing != "" {
		return basis.missing, nil
	}
	if !indexChanged && version == w.chain {
		return "", nil
	}
	w.chain = version
	if w.index.T.IsZero() || second.Sub(w.index.T) > market.QuoteMaxAge {
		sat, err := basis.satPerPHDay()
		if err != nil {
			return err.Error(), nil //nolint:nilerr // the note says why
		}
		w.add(keyHashpriceSat, market.Point{T: second, V: sat})
		return "", nil // the note says already that there is no price
	}
	hp, err := market.ComputeHashprice(basis.difficulty, basis.subsidy, basis.fees, w.index.Price)
	if err != nil {
		return err.Error(), nil //nolint:nilerr // the note says why
	}
	w.add(keyHashpriceUSD, market.Point{T: second, V: hp.USDPerPHDay})
	w.add(keyHashpriceSat, market.Point{T: second, V: hp.SatPerPHDay})
	return "", nil
}

// add keeps points for the next save, the newest maxPending of each series.
func (w *priceWatch) add(key string, points ...market.Point) {
	list := slices.Concat(w.unsaved[key], points)
	if len(list) > maxPending {
		list = list[len(list)-maxPending:]
	}
	if len(list) > 0 {
		w.unsaved[key] = list
	}
}

// save stores what has been kept, in one transaction; on failure it stays.
func (w *priceWatch) save(ctx context.Context) error {
	if len(w.unsaved) == 0 {
		return nil
	}
	n, err := w.env.Store.InsertTicks(ctx, w.unsaved)
	if err != nil {
		return fmt.Errorf("store the sample: %w", err)
	}
	w.rows += int64(n)
	clear(w.unsaved)
	return nil
}

// keepRefused puts absurd prices into quarantine, at most one per venue a
// minute.
func (w *priceWatch) keepRefused(ctx context.Context, refused map[string]refusedQuote) {
	now := w.env.Now()
	var rows []ops.Refused
	for venue, r := range refused {
		if at, ok := w.refused[venue]; ok && now.Sub(at) < refusedEvery {
			continue
		}
		w.refused[venue] = now
		rows = append(rows, ops.Refused{
			Room: roomMarket, Source: tickerSource(venue), At: now, Check: r.check, Body: quoteBody(r.quote),
		})
	}
	if len(rows) == 0 {
		return
	}
	if err := w.env.Store.Quarantine(ctx, rows); err != nil && ctx.Err() == nil {
		w.env.Log.Warn("refused prices not kept", "rows", len(rows), "error", err)
	}
}

// describe is the note of the run: what the index stands on, and what is
// missing for the hashprice.
func (w *priceWatch) describe(second time.Time, missing string) string {
	text := "no venue has a price within the last minute"
	if !w.index.T.IsZero() && second.Sub(w.index.T) <= market.QuoteMaxAge {
		text = fmt.Sprintf("index from %d of %d venues", w.index.Venues, w.index.Of)
	}
	if missing != "" {
		text += "; no hashprice: " + missing
	}
	return text
}

// quotedPrice is a refused quote as it is kept, and read again on release.
type quotedPrice struct {
	Venue string    `json:"venue"`
	Price string    `json:"price"`
	T     time.Time `json:"t"`
}

func quoteBody(q market.Quote) string {
	body, err := json.Marshal(quotedPrice{Venue: q.Venue, Price: fmt.Sprint(q.Price), T: q.T.UTC()})
	if err != nil { // a year beyond 9999
		return fmt.Sprintf("%s %v", q.Venue, q.Price)
	}
	return string(body)
}
