package mempool

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// paidID is the transaction of the answer in testdata.
const paidID = "5b1e0d7c43a2f6980517e4c9d8b3a2615f0e9d8c7b6a594837261504f3e2d1c0"

func TestTransactionTellsWhomItPays(t *testing.T) {
	got, err := decodeTx(upstreamtest.Answer(t, "tx.json"), paidID, upstreamtest.Now())
	want := market.Tx{
		ID: paidID, Confirmed: true, Height: 976411, BlockTime: unix(1795405890),
		Outputs: []market.TxOutput{
			{Address: "bc1qmadeuptreasury0000000000000000000", Sats: 3_460_977},
			{Address: "bc1qmadeupother0000000000000000000000", Sats: 908_870_120}, {},
		},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, the transaction differs (want -, got +):\n%s", err, diff)
	}
	for address, sats := range map[string]units.Sats{"bc1qmadeuptreasury0000000000000000000": 3_460_977, "bc1qnobody": 0, "": 0} {
		if paid := got.PaidTo(address); paid != sats {
			t.Errorf("%q is paid %d sat, want %d", address, paid, sats)
		}
	}
	waiting := `{"txid":"` + paidID + `","vout":[{"scriptpubkey_address":"bc1qa","value":5}],"status":{"confirmed":false}}`
	if got, err := decodeTx([]byte(waiting), paidID, upstreamtest.Now()); err != nil || got.Confirmed || got.Height != 0 || !got.BlockTime.IsZero() {
		t.Errorf("one that waits for a block is %+v, %v", got, err)
	}
}

func TestTransactionThatIsNotSoundIsRefused(t *testing.T) {
	good := string(upstreamtest.Answer(t, "tx.json"))
	for name, body := range map[string]string{
		"another transaction": strings.Replace(good, paidID, strings.Repeat("ab", 32), 1),
		"no status":           strings.Replace(good, `"confirmed":true,`, "", 1),
		"no height":           strings.Replace(good, `"block_height":976411,`, "", 1),
		"no time":             strings.Replace(good, `,"block_time":1795405890`, "", 1),
		"time in ms":          strings.Replace(good, "1795405890", "1795405890000", 1),
		"negative output":     strings.Replace(good, `"value":3460977`, `"value":-3460977`, 1),
		"output in bitcoin":   strings.Replace(good, `"value":3460977`, `"value":0.03460977`, 1),
		"output without sum":  strings.Replace(good, `,"value":3460977`, "", 1),
		"more than there is":  strings.Replace(good, `"value":3460977`, `"value":2100000000000000`, 1),
		"no outputs":          `{"txid":"` + paidID + `","vout":[],"status":{"confirmed":false}}`,
		"a list":              `[]`,
		"null":                `null`,
	} {
		if body == good {
			t.Fatalf("%s: the answer was not changed", name)
		}
		if got, err := decodeTx([]byte(body), paidID, upstreamtest.Now()); upstreamtest.Kind(err) != upstream.Malformed || got.ID != "" {
			t.Errorf("%s gave %+v, %v; want that it is malformed", name, got, err)
		}
	}
}

// A transaction that is not there is an error of its own; one that is asked for
// by a name that is none is not asked for at all.
func TestTransactionThatIsNotThereIsNamed(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/api/tx/"+paidID {
			t.Errorf("asked for %s", r.URL.Path)
		}
		http.Error(w, "Transaction not found", http.StatusNotFound)
	}))
	defer server.Close()
	c := New(upstream.Options{BaseURL: server.URL})
	defer c.Close()
	if _, err := c.Tx(t.Context(), strings.ToUpper(paidID)); !errors.Is(err, ErrNoTx) || upstreamtest.Status(err) != http.StatusNotFound {
		t.Errorf("error is %v, want that there is none", err)
	}
	if _, err := c.Tx(t.Context(), "../v1/prices"); err == nil || errors.Is(err, ErrNoTx) || asked != 1 {
		t.Errorf("error is %v after %d calls, want one of the id and one call", err, asked)
	}
}

func TestTransactionFaults(t *testing.T) {
	upstreamtest.Faults(t, upstreamtest.Answer(t, "tx.json"), func(o upstream.Options) error {
		c := New(o)
		defer c.Close()
		_, err := c.Tx(t.Context(), paidID)
		return err
	})
}

func FuzzTx(f *testing.F) {
	f.Add(upstreamtest.Answer(f, "tx.json"))
	f.Add([]byte(`{"txid":"` + paidID + `","vout":[{"value":"5"}],"status":{"confirmed":false}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		tx, err := decodeTx(body, paidID, upstreamtest.Now())
		if err != nil {
			if upstreamtest.Kind(err) != upstream.Malformed || len(tx.Outputs) > 0 {
				t.Errorf("%+v comes with the error %v", tx, err)
			}
			return
		}
		sum := units.Sats(0)
		for _, o := range tx.Outputs {
			if o.Sats < 0 {
				t.Errorf("output %+v", o)
			}
			sum += o.Sats
		}
		if tx.ID != paidID || len(tx.Outputs) == 0 || sum > 21e14 || tx.Confirmed != (!tx.BlockTime.IsZero()) || tx.Height < 0 {
			t.Errorf("transaction %+v", tx)
		}
		if tx.Confirmed {
			upstreamtest.CheckT(t, tx.BlockTime)
		}
		if _, err := json.Marshal(tx); err != nil { // addresses are sound text
			t.Error(err)
		}
	})
}
