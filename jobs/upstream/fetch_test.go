package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// answer is one scripted answer of a party.
type answer struct {
	status int
	header http.Header
	body   string
	hang   bool // never answers
}

// script is a transport that gives one answer after another, the last one for
// ever, and remembers when it was asked.
type script struct {
	answers []answer
	at      []time.Duration // since began
	began   time.Time
	open    int // bodies that were not closed
	last    *http.Request
}

func newScript(answers ...answer) *script { return &script{answers: answers, began: time.Now()} }

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	a := s.answers[min(len(s.at), len(s.answers)-1)]
	s.at = append(s.at, time.Since(s.began))
	s.last = r
	if a.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if a.header == nil {
		a.header = http.Header{}
	}
	s.open++
	return &http.Response{StatusCode: a.status, Header: a.header, Body: &closing{strings.NewReader(a.body), s}, Request: r}, nil
}

type closing struct {
	io.Reader
	s *script
}

func (c *closing) Close() error { c.s.open--; return nil }

func (s *script) fetcher(o Options) *Fetcher {
	o.Client = &http.Client{Transport: s}
	o.Rand = func() float64 { return 0 }
	return NewFetcher(o.Defaults(Options{Name: "party", BaseURL: "http://party.test", Rate: 100, Burst: 10}))
}

func after(text string) http.Header { return http.Header{"Retry-After": {text}} }

func TestGetTriesAgainAsOftenAndAsLateAsItShould(t *testing.T) {
	const ms = time.Millisecond
	ok := answer{status: 200, body: "{}"}
	tests := []struct {
		name    string
		answers []answer
		o       Options
		want    []time.Duration // when the party was asked
		kind    Kind            // empty: success
	}{
		{"at once", []answer{ok}, Options{}, []time.Duration{0}, ""},
		{"back-off doubles", []answer{{status: 500}, {status: 503}, ok}, Options{}, []time.Duration{0, 250 * ms, 750 * ms}, ""},
		{"tries are bounded", []answer{{status: 502}}, Options{}, []time.Duration{0, 250 * ms, 750 * ms}, Status},
		{"no retries", []answer{{status: 502}}, Options{Retries: -1}, []time.Duration{0}, Status},
		{"404 is final", []answer{{status: 404}, ok}, Options{}, []time.Duration{0}, Status},
		{"400 is final", []answer{{status: 400}, ok}, Options{}, []time.Duration{0}, Status},
		{"429 without a time", []answer{{status: 429}, ok}, Options{}, []time.Duration{0, 250 * ms}, ""},
		{"429 in seconds", []answer{{status: 429, header: after("7")}, ok}, Options{}, []time.Duration{0, 7 * time.Second}, ""},
		{"429 by date", []answer{{status: 429, header: after("Sat, 01 Jan 2000 00:00:09 GMT")}, ok}, Options{}, []time.Duration{0, 9 * time.Second}, ""},
		{"date that is past", []answer{{status: 429, header: after("Fri, 31 Dec 1999 00:00:09 GMT")}, ok}, Options{}, []time.Duration{0, 250 * ms}, ""},
		{"nonsense", []answer{{status: 429, header: after("soon")}, ok}, Options{}, []time.Duration{0, 250 * ms}, ""},
		{"503 with a time", []answer{{status: 503, header: after("3")}, ok}, Options{}, []time.Duration{0, 3 * time.Second}, ""},
		{"longer than a call waits", []answer{{status: 429, header: after("31")}, ok}, Options{}, []time.Duration{0}, RateLimited},
		{"timeout of each try", []answer{{hang: true}, {hang: true}, ok}, Options{Timeout: time.Second}, []time.Duration{0, 1250 * ms, 2750 * ms}, ""},
		{"too large is final", []answer{{status: 200, body: "123456789"}}, Options{MaxBytes: 8}, []time.Duration{0}, TooLarge},
		{"just small enough", []answer{{status: 200, body: "12345678"}}, Options{MaxBytes: 8}, []time.Duration{0}, ""},
		{"a page is final", []answer{{status: 200, body: "\n<html>"}}, Options{}, []time.Duration{0}, Malformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript(tt.answers...)
				_, err := s.fetcher(tt.o).GetJSON(t.Context(), "/path", nil)
				if got := kindOf(err); got != tt.kind {
					t.Errorf("kind is %q (%v), want %q", got, err, tt.kind)
				}
				if len(s.at) != len(tt.want) {
					t.Fatalf("asked at %v, want %v", s.at, tt.want)
				}
				for i := range s.at {
					if s.at[i] != tt.want[i] {
						t.Errorf("asked at %v, want %v", s.at, tt.want)
					}
				}
				if s.open != 0 {
					t.Errorf("%d bodies were not closed", s.open)
				}
			})
		})
	}
}

func kindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if err != nil {
		return Kind(err.Error())
	}
	return ""
}

func TestPartyThatAsksToBeLeftAloneIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(answer{status: 429, header: after("99999999999999999999999")}, answer{status: 200, body: "{}"})
		f := s.fetcher(Options{})
		for _, want := range []time.Duration{maxRetryAfter, maxRetryAfter - time.Minute} {
			_, err := f.GetJSON(t.Context(), "/path", nil)
			var e *Error
			if !errors.As(err, &e) || e.Kind != RateLimited || e.RetryAfter != want {
				t.Fatalf("error is %#v, want to be told to come back in %s", err, want)
			}
			time.Sleep(time.Minute)
		}
		if len(s.at) != 1 {
			t.Errorf("asked %d times while it wanted to be left alone", len(s.at))
		}
		time.Sleep(maxRetryAfter - 2*time.Minute - 10*time.Second)
		if _, err := f.GetJSON(t.Context(), "/path", nil); err != nil {
			t.Errorf("the call ten seconds before the time failed: %v", err)
		}
		if got := s.at[1]; got != maxRetryAfter {
			t.Errorf("asked again after %s, want %s", got, maxRetryAfter)
		}
	})
}

func TestGetEndsAtOnceWhenCancelled(t *testing.T) {
	tests := []struct {
		name   string
		answer answer
		o      Options
	}{
		{"while it waits to ask again", answer{status: 429, header: after("20")}, Options{}},
		{"while the party is silent", answer{hang: true}, Options{}},
		{"while the rate limit holds it", answer{status: 500}, Options{Rate: 0.01, Burst: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(5*time.Second, cancel)
				s := newScript(tt.answer)
				_, err := s.fetcher(tt.o).GetJSON(ctx, "/path", nil)
				if took := time.Since(s.began); took != 5*time.Second {
					t.Errorf("took %s, want to end with ctx after 5 s", took)
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error is %v, want context.Canceled", err)
				}
			})
		})
	}
}

func TestDeadlineBeforeTheRateLimitFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newScript(answer{status: 200, body: "{}"}).fetcher(Options{Rate: 0.01, Burst: 1})
		if _, err := f.GetJSON(t.Context(), "/path", nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := f.GetJSON(ctx, "/path", nil)
		if kindOf(err) != Timeout || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 0 {
			t.Errorf("error after %s is %v, want a timeout at once", time.Since(began), err)
		}
	})
}

func TestRateLimitSpacesRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(answer{status: 200, body: "{}"})
		f := s.fetcher(Options{Rate: 2, Burst: 3})
		for range 7 {
			if _, err := f.GetJSON(t.Context(), "/path", nil); err != nil {
				t.Fatal(err)
			}
		}
		if took := s.at[6]; took != 2*time.Second { // three at once, then four at two a second
			t.Errorf("seven requests took %s, want 2 s", took)
		}
	})
}

func TestRequestSaysWhoAsksForWhat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(answer{status: 200, body: "1"})
		f := s.fetcher(Options{UserAgent: "switchyard-test", BaseURL: "http://self.test/prefix/"})
		if _, err := f.GetJSON(t.Context(), "/path", map[string][]string{"a": {"1 2"}}); err != nil {
			t.Fatal(err)
		}
		if got := s.last.URL.String(); got != "http://self.test/prefix/path?a=1+2" {
			t.Errorf("asked for %s", got)
		}
		if got := s.last.Header.Get("User-Agent"); got != "switchyard-test" {
			t.Errorf("User-Agent is %q", got)
		}
		if got := s.last.Header.Get("Accept"); got != "application/json" {
			t.Errorf("Accept is %q", got)
		}
	})
}

func TestErrorTellsWhatAPlainAnswerSaid(t *testing.T) {
	tests := []struct {
		contentType, body, want string
	}{
		{"text/plain", "Service\x00 Unavailable\n", "party: HTTP 503 Service Unavailable: Service  Unavailable"},
		{"application/json", `{"error":"not synced"}`, `party: HTTP 503 Service Unavailable: {"error":"not synced"}`},
		{"text/html", "Busy", "party: HTTP 503 Service Unavailable"},
		{"text/plain", "<html>Busy</html>", "party: HTTP 503 Service Unavailable"},
		{"text/plain", strings.Repeat("x", 201), "party: HTTP 503 Service Unavailable"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			s := newScript(answer{status: 503, body: tt.body, header: http.Header{"Content-Type": {tt.contentType}}})
			_, err := s.fetcher(Options{Retries: -1}).Get(t.Context(), "/path", nil)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error is %q, want %q", err, tt.want)
			}
		})
	}
}

func TestBackoffStaysBetweenHalfAndWhole(t *testing.T) {
	for try, whole := range map[int]time.Duration{0: firstWait, 1: 2 * firstWait, 5: 32 * firstWait, 6: maxWait, 1000: maxWait} {
		if got := backoff(try, 0); got != whole/2 {
			t.Errorf("least wait after try %d is %s, want %s", try, got, whole/2)
		}
		if got := backoff(try, 0.999999); got <= whole/2 || got > whole {
			t.Errorf("most wait after try %d is %s, want up to %s", try, got, whole)
		}
	}
}
