package alert_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/access"
	"switchyard/econ/alert"
)

func TestValidateNamesEveryFieldThatIsWrong(t *testing.T) {
	const early = "the alert would end before it began."
	tests := []struct {
		name   string
		change func(r *alert.Rule)
		want   map[string]string // field → end of its sentence
	}{
		{"good", func(*alert.Rule) {}, nil},
		{"no band", func(r *alert.Rule) { r.Clear = r.Limit }, nil},
		{"a figure without a room in its key", func(r *alert.Rule) { r.Figure = "hashprice-outlook" }, nil},
		{"no name", func(r *alert.Rule) { r.Name = " " }, map[string]string{"name": "on one line."}},
		{"long name", func(r *alert.Rule) { r.Name = strings.Repeat("ä", 101) }, map[string]string{"name": "on one line."}},
		{"two lines", func(r *alert.Rule) { r.Name = "a\r\nBcc: b" }, map[string]string{"name": "on one line."}},
		{"broken characters", func(r *alert.Rule) { r.Owner = "a\xff" }, map[string]string{"owner": "who owns the rule."}},
		{"no figure", func(r *alert.Rule) { r.Figure = "" }, map[string]string{"figure": "such as market.btc_usd."}},
		{"a key of capitals", func(r *alert.Rule) { r.Figure = "Market.x" }, map[string]string{"figure": "such as market.btc_usd."}},
		{"somebody else's figure", func(r *alert.Rule) { r.Figure = "mining.power" }, map[string]string{"figure": "belongs to the room mining, not to market."}},
		{"no room", func(r *alert.Rule) { r.Room = "" }, map[string]string{"room": "the figure belongs to."}},
		{"long unit", func(r *alert.Rule) { r.Unit = strings.Repeat("x", 21) }, map[string]string{"unit": "at most 20 characters."}},
		{"no kind", func(r *alert.Rule) { r.Kind = "" }, map[string]string{"kind": "threshold, rate or stale."}},
		{"no side", func(r *alert.Rule) { r.Side = "" }, map[string]string{"side": "above or below the limit."}},
		{"numbers that are none", func(r *alert.Rule) { r.Limit, r.Clear = math.NaN(), math.Inf(1) },
			map[string]string{"limit": "must be a number.", "clear": "must be a number."}},
		{"clear below a lower limit", func(r *alert.Rule) { r.Clear = 39 }, map[string]string{"clear": early}},
		{"clear above an upper limit", func(r *alert.Rule) { r.Side = alert.Above }, map[string]string{"clear": early}},
		{"rate without a window", func(r *alert.Rule) { r.Kind, r.Limit, r.Clear = alert.Rate, -0.1, 0 }, map[string]string{"window": "up to 366 days."}},
		{"rate", func(r *alert.Rule) { r.Kind, r.Limit, r.Clear, r.Window = alert.Rate, -0.1, 0, time.Hour }, nil},
		{"a fall of more than all", func(r *alert.Rule) { r.Kind, r.Limit, r.Clear, r.Window = alert.Rate, -5, 0, time.Hour },
			map[string]string{"limit": "above −100%."}},
		{"stale without an age", func(r *alert.Rule) { r.Kind, r.MaxAge = alert.Stale, 0 }, map[string]string{"max_age": "up to 366 days."}},
		{"stale looks at no limit", func(r *alert.Rule) { r.Kind, r.Side, r.Clear = alert.Stale, "", math.NaN() }, nil},
		{"negative times", func(r *alert.Rule) { r.MaxAge, r.For, r.Cooldown = -1, -1, -1 },
			map[string]string{"max_age": "for any age.", "for": "up to 30 days.", "cooldown": "up to 30 days."}},
		{"times without end", func(r *alert.Rule) { r.For, r.Cooldown = 31*24*time.Hour, 31*24*time.Hour },
			map[string]string{"for": "up to 30 days.", "cooldown": "up to 30 days."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := low()
			tt.change(&r)
			e := r.Validate()
			if len(e) != len(tt.want) {
				t.Errorf("%d fields are wrong, want %d: %v", len(e), len(tt.want), e)
			}
			for field, end := range tt.want {
				if !strings.HasSuffix(e.Text(field), end) {
					t.Errorf("%s: %q, want it to end in %q", field, e.Text(field), end)
				}
			}
		})
	}
}

func TestValidateKeepsTheOrderOfTheFields(t *testing.T) {
	var fields []string
	for _, e := range (alert.Rule{Kind: alert.Rate, Clear: math.NaN(), Limit: math.NaN(), For: -1, Cooldown: -1, MaxAge: -1, Unit: "\n"}).Validate() {
		fields = append(fields, e.Field)
	}
	want := []string{"name", "owner", "figure", "unit", "room", "side", "limit", "clear", "window", "max_age", "for", "cooldown"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields differ (want -, got +):\n%s", diff)
	}
}

func TestEveryRoomCanHaveRules(t *testing.T) {
	for _, room := range []access.Room{access.RoomMarket, access.RoomMining, access.RoomAI, access.RoomFinance, access.RoomFork, access.RoomCore} {
		r := low()
		r.Room, r.Figure = room, string(room)+".x"
		if e := r.Validate(); e != nil {
			t.Errorf("%s: %v", room, e)
		}
	}
}
