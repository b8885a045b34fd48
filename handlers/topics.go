package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/handlers/live"
	"switchyard/views"
	"switchyard/views/ui"
)

// Live topics that are not series keys.
const (
	topicBlock    = "market.block"
	topicSite     = "mining.site"
	topicFleet    = "mining.fleet"
	topicMeasured = "mining.telemetry" // a cycle of readings is stored
	// topicPowerPrice says that a price of power is new or corrected.
	topicPowerPrice = "mining.power_price"
	topicCustomer   = "ai.customer"
	topicBalance    = "finance.balance"
	topicSource     = "core.source"
	topicJob        = "core.job"
	topicPeople     = "core.people"
	// topicSession is followed by no browser: the sockets of a session end with it.
	topicSession = "core.session"
)

// recentPoints is how far back the points of an event reach: longer than the
// pump ever holds a topic back, so that no tick falls between two events.
const recentPoints = 10 * time.Second

// topic is one line of the topic table: the room whose readers may follow it,
// or what else they must be allowed, and the texts it carries.
type topic struct {
	name   string
	need   rule
	points bool // it is a series, whose points are sent
	text   func(ctx context.Context, s *db.Store, now time.Time) (map[string]string, error)
}

// topicTable lists the topics that carry texts, and those that are no series.
// Every other series key is a topic too: it carries points alone. A topic
// without either tells the browser to fetch the figures that name it.
func topicTable() []topic {
	market, mining := may(access.RoomMarket, access.Read), may(access.RoomMining, access.Read)
	return []topic{
		{keyBTC, market, true, btcText},
		{keyHashprice, market, true, hashpriceText},
		{topicBlock, market, false, blockText},
		{topicSite, may(access.RoomMining, access.Headline), false, nil}, // whoever hears the unit hears that it changed
		{topicFleet, mining, false, nil},
		{topicContract, mining, false, nil},
		{topicPractice, mining, false, nil},
		{topicMonth, mining, false, nil},
		{topicMeasured, mining, false, nil},
		{topicPowerPrice, mining, false, nil},
		{topicPool, mining, false, nil},
		{topicPoolWorkers, mining, false, nil},
		{topicPoolPay, mining, false, nil},
		{topicCurtailment, mining, false, nil},
		{topicCustomer, may(access.RoomAI, access.Headline), false, nil},
		{topicBalance, may(access.RoomFinance, access.Headline), false, nil},
		{topicSource, may(access.RoomCore, access.Read), false, sourceText},
		{topicJob, may(access.RoomCore, access.Read), false, nil},
		{topicAlert, signedIn, false, alertText},
		{topicPeople, may(access.RoomCore, access.Manage), false, nil},
	}
}

// findTopic returns the topic of a name; a series key needs no line of its own.
func findTopic(name string) topic {
	for _, t := range topicTable() {
		if t.name == name {
			return t
		}
	}
	room, _, _ := strings.Cut(name, ".")
	return topic{name: name, need: may(access.Room(room), access.Read), points: room != string(access.RoomCore)}
}

// mayFollow says whether a subject may follow a topic.
func mayFollow(who access.Subject, name string) bool {
	need := findTopic(name).need
	return need.allows(who) && (who.Role != access.Share || who.MayFollow(need.room))
}

// encodeTopic reads a topic's present state through the pool of role, in one
// snapshot, so that the number and the texts belong together.
func (a *App) encodeTopic(ctx context.Context, name string, role access.Role) (event, error) {
	now := a.now().UTC()
	ev := event{V: 1, Topic: name, T: now.UnixMilli()}
	def := findTopic(name)
	err := a.db.As(role).Snapshot(ctx, func(s *db.Store) error {
		seqs, err := s.TopicSeqs(ctx, []string{name})
		if err != nil {
			return err
		}
		ev.Seq = seqs[name]
		if def.text != nil {
			if ev.Text, err = def.text(ctx, s, now); err != nil {
				return err
			}
		}
		if !def.points {
			return nil
		}
		points, err := s.Ticks(ctx, name, now.Add(-recentPoints), now.Add(time.Second), 64)
		ev.Points = pairs(points)
		return err
	})
	return ev, err
}

// merge joins texts; ids are unique, so the order does not matter.
func merge(texts ...map[string]string) map[string]string {
	all := make(map[string]string)
	for _, t := range texts {
		maps.Copy(all, t)
	}
	return all
}

func btcText(ctx context.Context, s *db.Store, now time.Time) (map[string]string, error) {
	f, err := readPrice(ctx, s, now)
	if err != nil {
		return nil, err
	}
	row, err := readRow(ctx, s, rowBTC, now)
	if err != nil {
		return nil, err
	}
	venues, err := readVenues(ctx, s, now)
	if err != nil {
		return nil, err
	}
	blocks, err := sourceText(ctx, s, now)
	if err != nil {
		return nil, err
	}
	return merge(btcItem(f).Texts(), peakItem(f).Texts(), row.Texts(), venues.Texts(), blocks), nil
}

func hashpriceText(ctx context.Context, s *db.Store, now time.Time) (map[string]string, error) {
	f, err := readPrice(ctx, s, now)
	if err != nil {
		return nil, err
	}
	row, err := readRow(ctx, s, rowHashprice, now)
	if err != nil {
		return nil, err
	}
	chain, err := readChain(ctx, s, now)
	if err != nil {
		return nil, err
	}
	mining := views.MiningLivePage{
		Hashprice: row.Value, HashpriceDay: fraction(change(f.HP, f.HPDay), ""), BTCDay: fraction(change(f.BTC, f.BTCDay), ""),
		Network: views.NetworkFigure{Adjustment: chain.Adjustment},
	}
	overview := views.OverviewPage{
		Market:     views.MarketFigure{Rows: []views.MarketRow{row}},
		Adjustment: views.AdjustmentFigure{Adjustment: chain.Adjustment},
	}
	return merge(hashpriceItem(f).Texts(), row.Texts(), mining.SentenceTexts(), overview.SentenceTexts()), nil
}

func blockText(ctx context.Context, s *db.Store, now time.Time) (map[string]string, error) {
	f, err := readChain(ctx, s, now)
	if err != nil {
		return nil, err
	}
	if err := f.readWindows(ctx, s); err != nil {
		return nil, err
	}
	return merge(difficultyItem(f, now).Texts(), networkFigure(f, now).Texts()), nil
}

// sourceText is when the blocks' source last answered: figures of the chain are
// judged by that, because blocks come at random.
func sourceText(ctx context.Context, s *db.Store, _ time.Time) (map[string]string, error) {
	src, err := readSource(ctx, s, blockSource)
	if err != nil || src.SucceededAt.IsZero() {
		return nil, err
	}
	return map[string]string{topicBlock + ".at": ui.Stamp(src.SucceededAt)}, nil
}

// serveLive answers GET /live with a socket. An error after the upgrade has
// been answered already, so none is returned.
func (a *App) serveLive(c echo.Context) error {
	who := subjectOf(c)
	err := a.sockets.Serve(c.Response(), c.Request(), live.Subject{
		Role:  who.Role,
		Owner: ownerOf(c),
		Allow: func(name string) bool { return mayFollow(who, name) },
		Snapshot: func(ctx context.Context, name string, seen int64) ([]byte, error) {
			return a.snapshot(ctx, name, who.Role, seen)
		},
		Hello: a.pump.hello,
	})
	if err != nil {
		a.log.Debug("socket refused", "id", requestIDOf(c), "error", err)
	}
	return nil
}

// snapshot is a topic's present state for a browser that has seen the change
// numbered seen, or nil if there is nothing newer.
func (a *App) snapshot(ctx context.Context, name string, role access.Role, seen int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	ev, err := a.encodeTopic(ctx, name, role)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil // a series that is not there yet may still come
	}
	if err != nil || ev.Seq == seen {
		return nil, err
	}
	ev.Snap = true
	return json.Marshal(ev)
}
