package ops_test

import (
	"testing"

	"switchyard/econ/ops"
)

func TestSettingsAreReadOrHaveTheirDefaults(t *testing.T) {
	s := ops.ParseSettings(map[string]string{
		ops.SettingCompany: "Northvale", ops.SettingTimeZone: "America/Chicago", ops.SettingVenueSpread: "0.25", ops.SettingNearBreakEven: "7.5",
	})
	if s.Company != "Northvale" || s.TimeZone != "America/Chicago" || s.VenueSpread != 0.0025 || s.NearBreakEven != 0.075 {
		t.Errorf("read %+v", s)
	}
	want := ops.Settings{TimeZone: "UTC", VenueSpread: 0.005, NearBreakEven: 0.05}
	for _, stored := range []map[string]string{
		nil, ops.Defaults(),
		{ops.SettingTimeZone: "", ops.SettingVenueSpread: "-1", ops.SettingNearBreakEven: "a lot"},
	} {
		if got := ops.ParseSettings(stored); got != want {
			t.Errorf("%v: read %+v, want %+v", stored, got, want)
		}
	}
}
