package simulate

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/units"
)

// ckpoolRoutes speak ckpool: status files without a key, hashrates with a suffix,
// the pool's own as several objects, one a line.
func ckpoolRoutes(p *party, mux *http.ServeMux) {
	mux.HandleFunc("GET /users/{address}", p.ckpoolUser)
	mux.HandleFunc("GET /pool/pool.status", p.ckpoolStatus)
}

// suffixed is a hashrate with three digits and a decimal suffix.
func suffixed(h units.Hashrate) string {
	v := float64(h)
	i := 0
	for ; v >= 999.5 && i < 6; i++ {
		v /= 1000
	}
	digits := 2
	for limit := 10.0; v >= limit-0.05 && digits > 0; limit *= 10 {
		digits--
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if digits > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text + strings.TrimSpace(" KMGTPE"[i:i+1])
}

// ckpoolWindows are the means that a file tells, beside that of a minute.
var ckpoolWindows = map[string]time.Duration{"hashrate1hr": time.Hour, "hashrate1d": 24 * time.Hour, "hashrate7d": 7 * 24 * time.Hour}

func (p *party) ckpoolUser(w http.ResponseWriter, r *http.Request) {
	a, ok := p.byName(r.PathValue("address"))
	if !ok {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		write(w, "<html><body><h1>404 Not Found</h1></body></html>")
		return
	}
	now := p.world.Now().Truncate(time.Minute) // files are written once a minute
	rows := []map[string]any{}
	for _, m := range p.world.PoolWorkers(a, now, 0, len(a.Workers)) {
		rows = append(rows, ckpoolRow(m, a))
	}
	rate := suffixed(p.world.PoolHashrate(a, now))
	shares := sharesOf(p.world.PoolMean(a, a.Begin, now), now.Sub(a.Begin))
	told := map[string]any{
		"hashrate1m": rate, "hashrate5m": rate, "lastshare": now.Unix() - 2, "workers": p.world.PoolCounts(a, now).Active(), "shares": shares,
		"bestshare": float64(shares) * 1.7, "bestever": int64(float64(shares) * 1.7), "authorised": a.Begin.Unix(), "worker": rows,
	}
	for key, span := range ckpoolWindows {
		told[key] = suffixed(p.world.PoolMean(a, now.Add(-span), now))
	}
	answer(w, told)
}

func ckpoolRow(m PoolWorkerNow, a *PoolAccount) map[string]any {
	heard := int64(0)
	if !m.LastShare.IsZero() {
		heard = m.LastShare.Unix()
	}
	shares := sharesOf(m.Day, 24*time.Hour)
	return map[string]any{
		"workername": a.Account + "." + m.Name, "hashrate1m": suffixed(m.Now), "hashrate5m": suffixed(m.Now), "hashrate1hr": suffixed(m.Hour),
		"hashrate1d": suffixed(m.Day), "hashrate7d": suffixed(m.Day), "lastshare": heard, "shares": shares,
		"bestshare": float64(shares) * 1.7, "bestever": int64(float64(shares) * 1.7),
	}
}

func (p *party) ckpoolStatus(w http.ResponseWriter, _ *http.Request) {
	now := p.world.Now().Truncate(time.Minute)
	finder := ""
	if len(p.accounts) > 0 {
		finder = p.accounts[0].Finder
	}
	day, _ := p.world.DailyHashrate(now.Add(-24 * time.Hour))
	rate := suffixed(units.Hashrate(finderShare(finder) * day))
	rates := map[string]any{}
	for _, key := range []string{"1m", "5m", "15m", "1hr", "6hr", "1d", "7d"} {
		rates["hashrate"+key] = rate
	}
	w.Header().Set("Content-Type", "text/plain")
	for _, line := range []map[string]any{
		{"runtime": int64(now.Sub(p.world.Begin()).Seconds()), "lastupdate": now.Unix(), "Users": 8123, "Workers": 14211, "Idle": 210, "Disconnected": 51},
		rates,
		{"diff": 12.4, "accepted": 18211223344, "rejected": 8812233, "bestshare": 71234567890, "SPS1m": 312.0, "SPS5m": 310.0, "SPS15m": 309.0, "SPS1h": 308.0},
	} {
		text, err := json.Marshal(line)
		if err != nil {
			return // maps of numbers and texts can be written
		}
		write(w, string(text)+"\n")
	}
}
