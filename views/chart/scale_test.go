package chart

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNiceTicks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lo, hi float64
		most   int
		want   []float64
	}{
		{"hashprice of a day", 37.85, 39.35, 5, []float64{37.5, 38, 38.5, 39, 39.5}},
		{"bitcoin of a day", 85600, 88700, 5, []float64{85000, 86000, 87000, 88000, 89000}},
		{"around zero", -0.048, 0.007, 6, []float64{-0.06, -0.04, -0.02, 0, 0.02}},
		{"one value", 5, 5, 5, []float64{4.9, 4.95, 5, 5.05, 5.1}},
		{"zero", 0, 0, 5, []float64{-1, -0.5, 0, 0.5, 1}},
	} {
		if diff := cmp.Diff(tt.want, NiceTicks(tt.lo, tt.hi, tt.most)); diff != "" {
			t.Errorf("%s: -want +got %s", tt.name, diff)
		}
	}
}

func TestNiceTicksEncloseAndAreFew(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		lo := (rng.Float64() - 0.5) * 1e6
		hi := lo + rng.Float64()*1e5
		ticks := NiceTicks(lo, hi, 6)
		if len(ticks) < 2 || len(ticks) > 6 {
			t.Fatalf("%v to %v gives %d ticks", lo, hi, len(ticks))
		}
		slack := (hi - lo) * 1e-6
		if ticks[0] > lo+slack || ticks[len(ticks)-1] < hi-slack {
			t.Fatalf("%v do not enclose %v to %v", ticks, lo, hi)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, tt := range []struct {
		lo, hi float64
		want   []float64
	}{
		{29, 125, []float64{30, 40, 60, 80, 100}},
		{1, 1000, []float64{1, 10, 100, 1000}},
		{38, 39.9, []float64{38, 38.5, 39, 39.5}},
		{0, 5, nil},
	} {
		got := LogTicks(tt.lo, tt.hi, 6)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v to %v: -want +got %s", tt.lo, tt.hi, diff)
		}
	}
}

func TestTimeTicks(t *testing.T) {
	for _, tt := range []struct {
		name string
		span time.Duration
		most int
		want []string
	}{
		{"a day", 24 * time.Hour, 9, []string{"15:00", "18:00", "21:00", "10 Mar", "03:00", "06:00", "09:00", "12:00"}},
		{"a week", 7 * 24 * time.Hour, 9, []string{"10 Mar", "11 Mar", "12 Mar", "13 Mar", "14 Mar", "15 Mar", "16 Mar"}},
		{"thirty days", 30 * 24 * time.Hour, 9, []string{"16 Mar", "23 Mar", "30 Mar", "6 Apr"}},
		{"a year", 365 * 24 * time.Hour, 8, []string{"May 26", "Jul", "Sep", "Nov", "Jan 27", "Mar"}},
	} {
		var got []string
		for _, tick := range TimeTicks(day0, day0.Add(tt.span), tt.most) {
			got = append(got, tick.Label)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got %s", tt.name, diff)
		}
	}
}

func TestTimeTicksAreFewAndInside(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		from := day0.Add(time.Duration(rng.Int64N(int64(8000 * time.Hour))))
		to := from.Add(time.Minute + time.Duration(rng.Int64N(int64(90_000*time.Hour))))
		ticks := TimeTicks(from, to, 9)
		if len(ticks) > 9 {
			t.Fatalf("%v to %v: %d ticks", from, to, len(ticks))
		}
		for _, tick := range ticks {
			if tick.T.Before(from) || tick.T.After(to) {
				t.Fatalf("%v is outside %v to %v", tick.T, from, to)
			}
		}
	}
}
