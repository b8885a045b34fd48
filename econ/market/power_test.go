package market

import (
	"testing"
	"time"
)

func TestParsePowerPoint(t *testing.T) {
	for text, want := range map[string]PowerPoint{
		"ERCOT HB_WEST":       {Market: "ERCOT", Name: "HB_WEST"},
		" ercot LZ_WEST/LZEW": {Market: "ERCOT", Name: "LZ_WEST", Type: "LZEW"},
		"MISO ILLINOIS.HUB":   {Market: "MISO", Name: "ILLINOIS.HUB"},
	} {
		got, err := ParsePowerPoint(text)
		if err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
		if again, err := ParsePowerPoint(got.String()); err != nil || again != got {
			t.Errorf("%q printed and read is %v, %v", text, again, err)
		}
	}
	for _, text := range []string{"", "ERCOT", "ERCOT ", "ERCOT HB WEST", "ERCOT HB/", "ERCOT /LZ", "ERCOT HB,WEST", "ERCOT a/b/c", "ERCOT ünï"} {
		if p, err := ParsePowerPoint(text); err == nil {
			t.Errorf("%q is read as %v", text, p)
		}
	}
}

func TestAPointWithoutATypeIsThePlainOne(t *testing.T) {
	plain, weighted := PowerPoint{Market: "ERCOT", Name: "LZ_WEST"}, PowerPoint{Market: "ERCOT", Name: "LZ_WEST", Type: "LZEW"}
	told := func(kind string) PowerPoint { return PowerPoint{Market: "ERCOT", Name: "LZ_WEST", Type: kind} }
	for _, c := range []struct {
		p     PowerPoint
		other PowerPoint
		want  bool
	}{
		{plain, told("LZ"), true}, {plain, told(""), true}, {plain, told("LZEW"), false},
		{weighted, told("LZEW"), true}, {weighted, told("LZ"), false},
		{plain, PowerPoint{Market: "ERCOT", Name: "LZ_SOUTH", Type: "LZ"}, false}, {plain, PowerPoint{Market: "MISO", Name: "LZ_WEST"}, false},
	} {
		if c.p.Is(c.other) != c.want {
			t.Errorf("%v is %v (%s): %v", c.p, c.other, c.other.Type, !c.want)
		}
	}
}

func TestPriceOfAnHour(t *testing.T) {
	part := func(v float64, known time.Duration) PowerHourPrice { return PowerHourPrice{USDPerMWh: v, Known: known} }
	for _, c := range []struct {
		hour  PowerHour
		price float64
		basis PowerBasis
		known bool
	}{
		{PowerHour{RealTime: part(-12, time.Hour), DayAhead: part(30, time.Hour)}, -12, SettledBasis, true},
		{PowerHour{RealTime: part(44, 15*time.Minute), DayAhead: part(30, time.Hour)}, 44, SoFarBasis, true},
		{PowerHour{DayAhead: part(0, time.Hour)}, 0, DayAheadBasis, true},
		{PowerHour{}, 0, "", false},
	} {
		if price, basis, known := c.hour.Price(); price != c.price || basis != c.basis || known != c.known {
			t.Errorf("%+v costs %v by %q, %v", c.hour, price, basis, known)
		}
	}
}

func FuzzParsePowerPoint(f *testing.F) {
	f.Add("ERCOT LZ_WEST/LZEW")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePowerPoint(text)
		if err != nil {
			return
		}
		if again, err := ParsePowerPoint(p.String()); err != nil || again != p {
			t.Errorf("%q is %v, then %v, %v", text, p, again, err)
		}
	})
}
