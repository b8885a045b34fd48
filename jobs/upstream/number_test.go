package upstream

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

func TestNumberReadsBothForms(t *testing.T) {
	tests := []struct {
		in   string
		want Number
		ok   bool
	}{
		{`91250.01`, Number{91250.01, true}, true},
		{`"91250.01"`, Number{91250.01, true}, true},
		{`"\u0031"`, Number{1, true}, true},
		{`1.0391472281130547e+21`, Number{1.0391472281130547e21, true}, true},
		{`"1e21"`, Number{1e21, true}, true},
		{`-1`, Number{-1, true}, true},
		{`0`, Number{0, true}, true},
		{`null`, Number{}, true},
		{`""`, Number{}, false},
		{`" 1"`, Number{}, false},
		{`"1,000"`, Number{}, false},
		{`"0x10"`, Number{}, false},
		{`"1_000"`, Number{}, false},
		{`"NaN"`, Number{}, false},
		{`"Infinity"`, Number{}, false},
		{`1e999`, Number{}, false},
		{`"-"`, Number{}, false},
		{`true`, Number{}, false},
		{`{}`, Number{}, false},
		{`[1]`, Number{}, false},
	}
	for _, tt := range tests {
		var got Number
		err := json.Unmarshal([]byte(tt.in), &got)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%s gave %v, %v; want %v, good %t", tt.in, got, err, tt.want, tt.ok)
		}
	}
}

func TestNumberAsInteger(t *testing.T) {
	for _, tt := range []struct {
		in   Number
		want int64
		ok   bool
	}{
		{Number{98112233445, true}, 98112233445, true},
		{Number{-3, true}, -3, true},
		{Number{1 << 53, true}, 1 << 53, true},
		{Number{1.5, true}, 0, false},
		{Number{1 << 60, true}, 0, false},
		{Number{1e300, true}, 0, false},
		{Number{}, 0, false},
	} {
		if got, ok := tt.in.Int(); got != tt.want || ok != tt.ok {
			t.Errorf("%v as an integer is %d, %t; want %d, %t", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}

func TestUnixTimeIsInSecondsBetweenTheFirstBlockAndTwoHoursAhead(t *testing.T) {
	now := time.Unix(1_795_410_000, 0)
	for _, tt := range []struct {
		in   Number
		good bool
	}{
		{Number{1_231_006_505, true}, true},
		{Number{1_231_006_504, true}, false},
		{Number{1_795_410_000 + 7200, true}, true},
		{Number{1_795_410_000 + 7201, true}, false},
		{Number{1_795_410_000_000, true}, false}, // milliseconds
		{Number{1_795_410_000.5, true}, false},
		{Number{1e15, true}, false},
		{Number{-1, true}, false},
		{Number{}, false},
	} {
		if got, err := UnixTime(tt.in, now); (err == nil) != tt.good {
			t.Errorf("%v gave %s, %v; want good %t", tt.in, got, err, tt.good)
		}
	}
}

func TestRefusalKeepsWhatCanBeStored(t *testing.T) {
	r := Refuse(errShape, append([]byte("\xff"), strings.Repeat("é", maxBody)...))
	if len(r.Body) > maxBody+4 || strings.ToValidUTF8(r.Body, "") != r.Body {
		t.Errorf("the body has %d bytes or is not UTF-8", len(r.Body))
	}
}

func FuzzNumber(f *testing.F) {
	for _, seed := range []string{`1`, `"1.5"`, `1e21`, `null`, `"NaN"`, `"0x1p4"`, `-0`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var n Number
		if err := json.Unmarshal(data, &n); err != nil {
			return
		}
		if math.IsNaN(n.V) || math.IsInf(n.V, 0) {
			t.Errorf("%q became %g", data, n.V)
		}
		if v, ok := n.Int(); ok && float64(v) != n.V {
			t.Errorf("%q became %d and %g", data, v, n.V)
		}
	})
}
