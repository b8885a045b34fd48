package simulate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// Codes for what Antpool does not do; the document only says that they are not
// zero.
const (
	antpoolKey = iota + 1
	antpoolSignature
	antpoolNonce
	antpoolParameter
)

const (
	antpoolPage = 10 // rows where a call asks for no number
	antpoolMost = 100
)

// antpoolRoutes speak Antpool: signed forms whose nonce rises from call to call,
// an envelope with a code, whole H/s as text for the account and a unit in the
// text for workers.
func antpoolRoutes(p *party, mux *http.ServeMux) {
	for name, speak := range map[string]func(antpoolCall){
		"account": antpoolAccount, "hashrate": antpoolHashrate, "accountOverview": antpoolOverview, "userWorkerList": antpoolWorkers,
		"paymentHistoryV2": antpoolPayments,
	} {
		mux.HandleFunc("POST /api/"+name+".htm", func(w http.ResponseWriter, r *http.Request) {
			if c, ok := p.antpoolCall(w, r); ok {
				speak(c)
			}
		})
	}
}

type antpoolCall struct {
	p *party
	a *PoolAccount
	w http.ResponseWriter
	q url.Values
}

func (c antpoolCall) refuse(code int, text string) {
	answer(c.w, map[string]any{"code": code, "message": text, "data": nil})
}

func (c antpoolCall) tell(data any) {
	answer(c.w, map[string]any{"code": 0, "message": "ok", "data": data})
}

func (p *party) antpoolCall(w http.ResponseWriter, r *http.Request) (antpoolCall, bool) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	c := antpoolCall{p: p, w: w}
	if err := r.ParseForm(); err != nil {
		c.refuse(antpoolParameter, "the form cannot be read")
		return c, false
	}
	c.q = r.PostForm
	code, text := c.admit()
	if code != 0 {
		c.refuse(code, text)
		return c, false
	}
	c.a, _ = p.byKey(c.q.Get("key"))
	return c, true
}

// admit checks key, signature, nonce, account and coin, in this order: a call
// that is not the account holder's must not use up a nonce.
func (c antpoolCall) admit() (code int, text string) {
	key, nonce := c.q.Get("key"), c.q.Get("nonce")
	a, ok := c.p.byKey(key)
	if !ok {
		return antpoolKey, "api key error"
	}
	mac := hmac.New(sha256.New, []byte(a.Secret))
	_, _ = mac.Write([]byte(a.Account + key + nonce)) //nolint:errcheck // a hash never fails
	want := strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
	if !hmac.Equal([]byte(c.q.Get("signature")), []byte(want)) {
		return antpoolSignature, "signature error"
	}
	if n, err := strconv.ParseInt(nonce, 10, 64); err != nil || !c.p.nonces.rises(key, n) {
		return antpoolNonce, "nonce error"
	}
	if user := c.q.Get("userId"); user != "" && user != a.Account {
		return antpoolParameter, "userId error"
	}
	if c.q.Get("coin") != "BTC" && c.q.Get("coinType") != "BTC" {
		return antpoolParameter, "coin error"
	}
	return 0, ""
}

func antpoolAccount(c antpoolCall) {
	s := c.p.standing(c.a)
	c.tell(map[string]any{"balance": btcText(s.unpaid()), "earn24Hours": btcText(s.yesterday.Net), "earnTotal": btcText(s.credited), "paidOut": btcText(s.paid)})
}

func antpoolHashrate(c antpoolCall) {
	s := c.p.standing(c.a)
	before := c.p.world.PoolMean(c.a, s.now.Add(-48*time.Hour), s.now.Add(-24*time.Hour))
	lastHour := c.p.world.PoolMean(c.a, s.now.Add(-2*time.Hour), s.now.Add(-time.Hour))
	c.tell(map[string]any{
		"last10m": hashes(s.five), "last30m": hashes(s.five), "last1h": hashes(s.hour), "last1d": hashes(s.day),
		"prev10m": hashes(s.five), "prev30m": hashes(s.five), "prev1h": hashes(lastHour), "prev1d": hashes(before),
		"accepted": strconv.FormatInt(sharesOf(s.day, 24*time.Hour), 10), "stale": strconv.FormatInt(sharesOf(s.day*usualStale, 24*time.Hour), 10),
		"dupelicate": "0", "other": "0",
	})
}

func antpoolOverview(c antpoolCall) {
	if c.q.Get("userId") == "" {
		c.refuse(antpoolParameter, "userId error")
		return
	}
	s := c.p.standing(c.a)
	c.tell(map[string]any{
		"userId": c.a.Account, "hsLast10m": hashes(s.five), "hsLast1h": hashes(s.hour), "hsLast1d": hashes(s.day),
		"totalAmount": btcText(s.credited), "unpaidAmount": btcText(s.unpaid()), "yesterdayAmount": btcText(s.yesterday.Net),
		"activeWorkerNum": s.counts.Active(), "inactiveWorkerNum": s.counts.Offline, "invalidWorkerNum": 0, "totalWorkerNum": len(c.a.Workers),
	})
}

// page reads which page is wanted.
func (c antpoolCall) page() (number, size int, ok bool) {
	number, ok1 := count(c.q.Get("page"), 1, 1, 1e9)
	size, ok2 := count(c.q.Get("pageSize"), antpoolPage, 1, antpoolMost)
	if !ok1 || !ok2 {
		c.refuse(antpoolParameter, "page error")
	}
	return number, size, ok1 && ok2
}

func antpoolWorkers(c antpoolCall) {
	number, size, ok := c.page()
	if !ok {
		return
	}
	var want choice
	switch c.q.Get("workerStatus") {
	case "", "0":
	case "1":
		want = active
	case "2":
		want = inactive
	case "3":
		want = func(*poolView, int) bool { return false } // none is invalid
	default:
		c.refuse(antpoolParameter, "workerStatus error")
		return
	}
	page, total := c.p.workersIn(c.a, want, (number-1)*size, size)
	rows := []map[string]any{}
	for _, m := range page {
		heard := ""
		if !m.LastShare.IsZero() {
			heard = m.LastShare.Format(time.DateTime)
		}
		rows = append(rows, map[string]any{
			"workerId": m.Name, "hsLast10Min": unitText(m.Now), "hsLast1H": unitText(m.Hour), "hsLast1D": unitText(m.Day),
			"rejectRatio": fmt.Sprintf("%.2f%%", m.Rejected*100), "shareLastTime": heard,
		})
	}
	c.tell(map[string]any{"result": map[string]any{"rows": rows, "totalRecord": total, "totalPage": (total + size - 1) / size}})
}

// unitText is a hashrate in the unit that suits it, with the unit.
func unitText(h units.Hashrate) string {
	for _, u := range []struct {
		name string
		is   units.Hashrate
	}{{"EH/s", units.EH}, {"PH/s", units.PH}, {"TH/s", units.TH}, {"GH/s", 1e9}} {
		if h >= u.is {
			return fmt.Sprintf("%.2f %s", float64(h/u.is), u.name)
		}
	}
	return fmt.Sprintf("%.2f H/s", float64(h))
}

// antpoolPayments lists what was earned or what was paid out, the newest first.
// The document does not confirm the names of the rows' fields.
func antpoolPayments(c antpoolCall) {
	number, size, ok := c.page()
	if !ok {
		return
	}
	now := c.p.world.Now()
	rows := []map[string]any{}
	switch kind := c.q.Get("type"); kind {
	case "recv":
		for _, x := range c.p.world.PoolCredits(c.a, c.a.Begin, now) {
			rows = append(rows, c.earned(x))
		}
	case "payout":
		for _, x := range c.p.world.PoolPayouts(c.a, c.a.Begin, now) {
			rows = append(rows, map[string]any{"timestamp": x.At.Format(time.DateTime), "amount": btcText(x.Sats), "txId": x.TxID, "walletAddress": x.Address})
		}
	default:
		c.refuse(antpoolParameter, "type error")
		return
	}
	slices.Reverse(rows)
	from := min(len(rows), (number-1)*size)
	c.tell(map[string]any{
		"page": number, "pageSize": size, "totalRecord": len(rows), "totalPage": (len(rows) + size - 1) / size, "rows": rows[from:min(len(rows), from+size)],
	})
}

// earned is a day by the scheme that paid it.
func (c antpoolCall) earned(x PoolCredit) map[string]any {
	row := map[string]any{
		"timestamp": x.From.Format(time.DateTime), "hashrate": unitText(x.Hashrate), "ppsAmount": "0", "pplnsAmount": "0", "soloAmount": "0",
		"fppsBlockAmount": "0", "fppsFeeAmount": "0",
	}
	switch c.a.Scheme {
	case pool.FPPS: // fees are told after what the pool keeps, and so is the rest
		fees := whole(float64(x.Fees) * (1 - c.a.Fee))
		row["fppsBlockAmount"], row["fppsFeeAmount"] = btcText(x.Net-fees), btcText(fees)
	case pool.PPLNS:
		row["pplnsAmount"] = btcText(x.Net)
	case pool.Solo:
		row["soloAmount"] = btcText(x.Net)
	default:
		row["ppsAmount"] = btcText(x.Net)
	}
	return row
}
