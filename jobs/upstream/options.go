package upstream

import (
	"cmp"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Options configure a client of one party. Zero values mean the party's own
// defaults, and then the common ones.
type Options struct {
	Name      string        // of the party; its package sets it
	BaseURL   string        // scheme and host, perhaps a path before the documented one
	WSURL     string        // the whole address of the websocket
	Rate      rate.Limit    // requests a second; zero: the party's default
	Burst     int           // requests that may go at once
	Timeout   time.Duration // of one try, and of opening a websocket; zero: 10 s
	MaxBytes  int64         // of one answer after decompression; zero: 16 MiB
	Retries   int           // tries after the first; zero: 2; negative: none
	UserAgent string        // zero: switchyard
	Log       *slog.Logger  // zero: silent
	Client    *http.Client  // copied; redirects are always limited to the same host
	Now       func() time.Time
	Rand      func() float64 // in [0, 1), spreads the waits between tries
	// Secrets are texts that no error may repeat, whatever the party answers.
	Secrets []string
	// OnRefusal takes rows of a stream that failed a check. It must not block.
	// Zero: they are only logged.
	OnRefusal func(Refusal)
}

// Defaults fills in what is not set, from the party's own defaults and then
// the common ones.
func (o Options) Defaults(party Options) Options {
	o.Name = party.Name
	o.BaseURL = strings.TrimRight(cmp.Or(o.BaseURL, party.BaseURL), "/")
	o.WSURL = cmp.Or(o.WSURL, party.WSURL)
	if o.Rate == 0 {
		o.Rate, o.Burst = party.Rate, party.Burst
	}
	o.Burst = max(o.Burst, 1)
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.MaxBytes = cmp.Or(o.MaxBytes, 16<<20)
	o.Retries = cmp.Or(o.Retries, 2)
	o.UserAgent = cmp.Or(o.UserAgent, "switchyard")
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	return o
}

// withoutSecrets is what a party said, without the secrets it was told.
func (o Options) withoutSecrets(text string) string {
	for _, secret := range o.Secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return text
}

// Saying makes an Error out of a party's own words: cut, and without secrets.
func (o Options) Saying(kind Kind, what, said string) *Error {
	words := []rune(strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(o.withoutSecrets(said), ""))))
	if len(words) > 0 {
		what += ": " + string(words[:min(len(words), 200)])
	}
	return &Error{Name: o.Name, Kind: kind, Msg: what}
}

// Refused passes on the rows of a stream that failed a check.
func (o Options) Refused(refusals ...Refusal) {
	for _, r := range refusals {
		o.Log.Debug("row of a stream refused", "upstream", o.Name, "check", r.Check)
		if o.OnRefusal != nil {
			o.OnRefusal(r)
		}
	}
}

// httpClient is a copy of the given client that stays on the host it asked.
func (o Options) httpClient() *http.Client {
	var c http.Client
	if o.Client != nil {
		c = *o.Client
	}
	c.CheckRedirect = sameHost
	return &c
}

// sameHost follows a few redirects within the host that was asked, and never
// from https to http. What it does not follow is an answer with its own status.
func sameHost(r *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) > 3 || r.URL.Host != first.Host || (first.Scheme == "https" && r.URL.Scheme != "https") {
		return http.ErrUseLastResponse
	}
	return nil
}
