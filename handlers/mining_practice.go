package handlers

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/econ/access"
	"switchyard/econ/mining"
	"switchyard/econ/record"
	"switchyard/views/ui"
)

const topicPractice = "mining.practice"

func practiceAttributes(v mining.Practice) []attribute {
	return []attribute{
		{"pool_fee_pct", "Pool fee", v.PoolFee.String() + "%"},
		{"uptime_pct", "Uptime", v.Uptime.String() + "%"},
		{"other_usd_per_mwh", "Other running cost", "$" + v.OtherUSDPerMWh.String() + " per MWh"},
		{"start_usd_per_mw", "Cost of a start", "$" + v.StartUSDPerMW.String() + " per MW"},
		{"stop_usd_per_mw", "Cost of a stop", "$" + v.StopUSDPerMW.String() + " per MW"},
		{"minimum_off_hours", "Shortest stop", countOf(v.MinimumOffHours, "hour")},
		{"valid_from", "Holds since", dayText(v.ValidFrom)},
	}
}

// showPractice answers GET /mining/assumptions: what is assumed, typed or not.
func (a *App) showPractice(c echo.Context) error {
	v, err := a.store(c).Practice(c.Request().Context(), time.Time{})
	if err != nil {
		return err
	}
	if v.ID == 0 {
		v.ValidFrom = a.now().UTC()
	}
	return practice().page(a, c, newForm(practice().fill(v)), v, "")
}

// practice is how the unit's practice is typed.
func practice() kind[mining.Practice] {
	const about = "How machines are run, where no meter or contract says it. Until somebody has saved another, this is assumed."
	return kind[mining.Practice]{
		noun: "practice", list: "/mining/assumptions", home: "/mining/economics", room: access.RoomMining, unit: ui.Mining, topic: topicPractice,
		key: "pool_fee_pct", back: "Economics", about: about,
		id:         func(v mining.Practice) int64 { return v.ID },
		name:       func(mining.Practice) string { return "Assumptions" },
		version:    func(v *mining.Practice) *record.Version { return &v.Version },
		attributes: practiceAttributes,
		sentence: func(v mining.Practice) ui.Sentence {
			return ui.Sentence{}.Say("A machine that should run does so ").Stress(v.Uptime.String() + "%").Say(" of the time; running costs ").
				Stress("$" + v.OtherUSDPerMWh.String()).Say(" per MWh besides power, and pools keep ").Stress(v.PoolFee.String() + "%").Say(".")
		},
		first: func(now time.Time) mining.Practice {
			v := mining.DefaultPractice()
			v.ValidFrom = now
			return v
		},
		fill: func(v mining.Practice) map[string]string {
			return map[string]string{
				"pool_fee_pct": v.PoolFee.String(), "uptime_pct": v.Uptime.String(), "other_usd_per_mwh": v.OtherUSDPerMWh.String(),
				"start_usd_per_mw": v.StartUSDPerMW.String(), "stop_usd_per_mw": v.StopUSDPerMW.String(),
				"minimum_off_hours": strconv.Itoa(v.MinimumOffHours), "valid_from": v.ValidFrom.Format(time.DateOnly),
			}
		},
		parse: parsePractice, controls: practiceControls,
		load: func(s *db.Store, ctx context.Context, id int64) (mining.Practice, error) {
			v, err := s.Practice(ctx, time.Time{})
			if err == nil && v.ID != id {
				err = fmt.Errorf("read practice %d: %w", id, db.ErrNotFound)
			}
			return v, err
		},
		versions: (*db.Store).PracticeVersions,
		insert: func(s *db.Store, ctx context.Context, by access.Actor, v mining.Practice) (int64, error) {
			_, fields := changes(practiceAttributes(mining.DefaultPractice()), practiceAttributes(v))
			return 1, s.SetPractice(ctx, by, v, fields)
		},
		update: (*db.Store).SetPractice,
	}
}

func parsePractice(f *form, now time.Time, before mining.Practice) mining.Practice {
	v := mining.Practice{
		ID: before.ID, PoolFee: f.rate("pool_fee_pct", "0", "20", "%"), Uptime: f.rate("uptime_pct", "0", "100", "%"),
		OtherUSDPerMWh: f.rate("other_usd_per_mwh", "-1000", "1000", "$ per MWh"),
		StartUSDPerMW:  f.rate("start_usd_per_mw", "0", "10000", "$ per MW"), StopUSDPerMW: f.rate("stop_usd_per_mw", "0", "10000", "$ per MW"),
	}
	hours, err := strconv.Atoi(f.get("minimum_off_hours"))
	if err != nil || hours < 0 || hours > 168 {
		f.fail("minimum_off_hours", "Whole hours, from 0 to 168.")
	}
	v.MinimumOffHours = hours
	v.ValidFrom = f.day("valid_from", now)
	return v
}

func practiceControls(f *form, _ mining.Practice) []ui.Control {
	return []ui.Control{
		decimalField(f.control(ui.InputText, "pool_fee_pct", "Pool fee, %", "Of what is mined; the mean over the pools used")),
		decimalField(f.control(ui.InputText, "uptime_pct", "Uptime, %", "Of the hours in which a machine that should run does")),
		decimalField(f.control(ui.InputText, "other_usd_per_mwh", "Other running cost, $ per MWh", "What varies with running, besides power")),
		decimalField(f.control(ui.InputText, "start_usd_per_mw", "Cost of a start, $ per MW", "Wear, and what is lost while machines come up")),
		decimalField(f.control(ui.InputText, "stop_usd_per_mw", "Cost of a stop, $ per MW", "")),
		decimalField(f.control(ui.InputText, "minimum_off_hours", "Shortest stop, hours", "Once stopped, machines stay so")),
		f.control(ui.InputDate, "valid_from", "Holds since", "The day from which this is so"),
	}
}
