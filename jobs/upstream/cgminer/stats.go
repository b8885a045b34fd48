package cgminer

import (
	"encoding/json"
	"errors"
	"strings"

	"switchyard/econ/mining"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// DecodeStats adds what the answer to stats tells, in whichever of three forms
// it comes: Bitmain's with numbered keys, Bitmain's with a list of chains, and
// Avalon's with a text of bracketed fields. A value that cannot be is an error
// and leaves the reading as it was.
func DecodeStats(raw []byte, into *mining.Reading) error {
	list, err := rows(raw, "STATS")
	if err != nil {
		return err
	}
	out := *into
	for _, row := range list {
		r := &reader{row: row}
		out.Model = firstText(out.Model, text(row["Type"]))
		if strings.HasPrefix(text(row["ID"]), "POOL") {
			continue
		}
		r.numberedKeys(&out)
		r.chains(&out)
		r.avalon(&out)
		if !out.Uptime.Known {
			out.Uptime = r.uptime()
		}
		if err := errors.Join(r.errs...); err != nil {
			return errorfRow("STATS", err)
		}
	}
	*into = out
	return nil
}

// numberedKeys reads fan1…, temp1…, temp2_1… and the ideal hashrate. The first
// index differs by model; boards and fans that are missing say zero.
func (r *reader) numberedKeys(out *mining.Reading) {
	if !out.Hashrate.Known {
		out.Hashrate = r.hashrate(ratesNow)
	}
	if !out.Average.Known {
		out.Average = r.hashrate(ratesMean)
	}
	unit := 1e9
	switch strings.TrimSuffix(strings.ToUpper(text(r.row["rate_unit"])), "/S") {
	case "MH":
		unit = 1e6
	case "TH":
		unit = 1e12
	}
	if ideal := r.known("total_rateideal", 0, maxHashrate/unit); ideal.Known && ideal.Value > 0 {
		out.Expected = mining.Of(units.Hashrate(ideal.Value * unit))
	}
	var fans []int
	for _, n := range r.row.numbered("fan") {
		if rpm := r.sane("a fan", n, maxRPM); rpm > 0 {
			fans = append(fans, int(rpm))
		}
	}
	if len(fans) > 0 {
		out.FansRPM = fans
	}
	out.BoardC = r.hottest(out.BoardC, r.row.numbered("temp"))
	out.ChipC = r.hottest(out.ChipC, r.row.numbered("temp2_"))
}

// sane is a number from zero to a bound, zero if it is not known.
func (r *reader) sane(what string, n upstream.Number, high float64) float64 {
	if n.Known && (n.V < 0 || n.V > high) {
		r.errs = append(r.errs, malformed("%s says %v", what, n.V))
		return 0
	}
	return n.V
}

// hottest is the highest of temperatures; zeros are sensors that are not there.
func (r *reader) hottest(so mining.Maybe[float64], list []upstream.Number) mining.Maybe[float64] {
	for _, n := range list {
		switch {
		case !n.Known || n.V == 0 || n.V < coldest:
		case n.V > hottest:
			r.errs = append(r.errs, malformed("a temperature says %v", n.V))
		default:
			so = hotter(so, mining.Of(n.V))
		}
	}
	return so
}

// chains reads Bitmain's newer form: STATS[0].chain[] with lists of sensors.
func (r *reader) chains(out *mining.Reading) {
	raw, ok := r.row["chain"]
	if !ok {
		return
	}
	var chains []struct {
		Rate  upstream.Number   `json:"rate_real"` // GH/s
		Board []upstream.Number `json:"temp_pcb"`
		Chip  []upstream.Number `json:"temp_chip"`
	}
	if err := json.Unmarshal(raw, &chains); err != nil || len(chains) > maxRows {
		r.errs = append(r.errs, malformed("its chains cannot be read"))
		return
	}
	sum, all := 0.0, len(chains) > 0
	for _, c := range chains {
		sum += r.sane("a chain", c.Rate, maxHashrate/1e9)
		all = all && c.Rate.Known
		out.BoardC, out.ChipC = r.hottest(out.BoardC, c.Board), r.hottest(out.ChipC, c.Chip)
	}
	if all && !out.Hashrate.Known {
		out.Hashrate = mining.Of(units.Hashrate(min(sum*1e9, maxHashrate)))
	}
	var fans []upstream.Number
	if raw, ok := r.row["fan"]; ok && json.Unmarshal(raw, &fans) == nil && len(fans) <= maxRows {
		out.FansRPM = nil
		for _, n := range fans {
			if rpm := r.sane("a fan", n, maxRPM); rpm > 0 {
				out.FansRPM = append(out.FansRPM, int(rpm))
			}
		}
	}
}

// avalon reads the text Key[value] Key[value] … of an Avalon.
func (r *reader) avalon(out *mining.Reading) {
	var long string
	if json.Unmarshal(r.row["MM ID0"], &long) != nil {
		return
	}
	fields := bracketed(long)
	said := row{}
	for key, value := range fields {
		if quoted, err := json.Marshal(strings.TrimSpace(strings.TrimSuffix(value, "%"))); err == nil {
			said[key] = quoted
		}
	}
	r.row = said
	if !out.Hashrate.Known {
		out.Hashrate = r.hashrate([]rate{{"GHSspd", 1e9}})
	}
	if ideal := r.known("GHSmm", 0, maxHashrate/1e9); ideal.Known && ideal.Value > 0 {
		out.Expected = mining.Of(units.Hashrate(ideal.Value * 1e9))
	}
	if watts := r.power("WALLPOWER"); watts.Known {
		out.Power = watts
	}
	out.InletC = hotter(out.InletC, r.degrees("Temp"))
	out.ChipC = hotter(out.ChipC, r.degrees("TMax"))
	if mode := text(said["WORKMODE"]); mode != "" {
		out.Mode = firstText(out.Mode, "work mode "+mode)
	}
	var fans []int
	for _, n := range said.numbered("Fan") {
		if rpm := r.sane("a fan", n, maxRPM); rpm > 0 {
			fans = append(fans, int(rpm))
		}
	}
	if len(fans) > 0 {
		out.FansRPM = fans
	}
}

// bracketed splits Key[value] Key[value]; a key given twice counts as it was
// first given, and a tail without its bracket is dropped.
func bracketed(long string) map[string]string {
	fields := map[string]string{}
	for {
		key, rest, ok := strings.Cut(long, "[")
		if !ok {
			return fields
		}
		value, tail, ok := strings.Cut(rest, "]")
		if !ok {
			return fields
		}
		if key = strings.TrimSpace(key); key != "" {
			if _, seen := fields[key]; !seen {
				fields[key] = value
			}
		}
		long = tail
	}
}
