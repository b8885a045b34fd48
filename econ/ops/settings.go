package ops

import (
	"cmp"

	"github.com/shopspring/decimal"
)

// Keys of the settings, as they are stored.
const (
	SettingCompany       = "company"
	SettingTimeZone      = "time_zone"
	SettingVenueSpread   = "venue_spread_pct"
	SettingNearBreakEven = "near_break_even_pct"
)

// Settings are what an administrator has set for the whole company.
type Settings struct {
	Company  string // its name; empty: not set
	TimeZone string // of the time zone database, by which its days and months begin
	// VenueSpread is the fraction of the price by which venues may differ before
	// the figure says so.
	VenueSpread float64
	// NearBreakEven is the fraction by which revenue may exceed cost while a
	// machine still counts as close to the line (M10).
	NearBreakEven float64
}

// Defaults are the settings of a company that has set none, as text.
func Defaults() map[string]string {
	return map[string]string{
		SettingCompany: "", SettingTimeZone: "UTC", SettingVenueSpread: "0.5", SettingNearBreakEven: "5",
	}
}

// ParseSettings reads stored settings. One that is missing, or that this program
// cannot read, has its default.
func ParseSettings(stored map[string]string) Settings {
	text := Defaults()
	s := Settings{Company: stored[SettingCompany], TimeZone: cmp.Or(stored[SettingTimeZone], text[SettingTimeZone])}
	fraction := func(key string) float64 {
		d, err := decimal.NewFromString(stored[key])
		if err != nil || d.Sign() <= 0 {
			d = decimal.RequireFromString(text[key])
		}
		return d.Shift(-2).InexactFloat64()
	}
	s.VenueSpread, s.NearBreakEven = fraction(SettingVenueSpread), fraction(SettingNearBreakEven)
	return s
}
