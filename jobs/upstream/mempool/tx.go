package mempool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
)

// ErrNoTx says that the instance knows no such transaction: it was never sent, or
// has been forgotten.
var ErrNoTx = errors.New("the chain's explorer knows no such transaction")

// maxAddress is longer than any address of the chain.
const maxAddress = 120

// Tx is the transaction of an id, 64 hexadecimal digits, and ErrNoTx if there is
// none.
func (c *Client) Tx(ctx context.Context, txID string) (market.Tx, error) {
	txID = strings.ToLower(txID)
	if !hashForm.MatchString(txID) {
		return market.Tx{}, fmt.Errorf("ask for transaction %.80q: it is not 64 hexadecimal digits", txID)
	}
	body, err := c.fetch.GetJSON(ctx, "/api/tx/"+txID, nil)
	var failed *upstream.Error
	if errors.As(err, &failed) && failed.Status == http.StatusNotFound {
		return market.Tx{}, fmt.Errorf("%w: %w", ErrNoTx, err)
	}
	if err != nil {
		return market.Tx{}, err
	}
	return decodeTx(body, txID, c.o.Now())
}

type txJSON struct {
	TxID    string `json:"txid"`
	Outputs []struct {
		Address string          `json:"scriptpubkey_address"` // missing where a script has none
		Value   upstream.Number `json:"value"`
	} `json:"vout"`
	Status struct {
		Confirmed *bool           `json:"confirmed"`
		Height    upstream.Number `json:"block_height"`
		Time      upstream.Number `json:"block_time"`
	} `json:"status"`
}

// decodeTx reads a transaction. One with an output that is no amount, or of
// another id than was asked for, is refused as a whole.
func decodeTx(body []byte, txID string, now time.Time) (market.Tx, error) {
	var j txJSON
	if err := json.Unmarshal(body, &j); err != nil || j.Status.Confirmed == nil {
		return market.Tx{}, upstream.Errorf(name, upstream.Malformed, "the transaction is not the documented object")
	}
	if strings.ToLower(j.TxID) != txID {
		return market.Tx{}, upstream.Errorf(name, upstream.Malformed, "the transaction is %.80q, not the one that was asked for", j.TxID)
	}
	tx := market.Tx{ID: txID, Confirmed: *j.Status.Confirmed}
	paid := units.Sats(0)
	for i, o := range j.Outputs {
		sats, ok := o.Value.Int()
		if !ok || sats < 0 || sats > maxSats || len(o.Address) > maxAddress {
			return market.Tx{}, upstream.Errorf(name, upstream.Malformed, "output %d of the transaction is not one", i)
		}
		if paid += units.Sats(sats); paid > maxSats {
			return market.Tx{}, upstream.Errorf(name, upstream.Malformed, "the transaction pays more than all bitcoin")
		}
		tx.Outputs = append(tx.Outputs, market.TxOutput{Address: strings.ToValidUTF8(o.Address, ""), Sats: units.Sats(sats)})
	}
	if len(tx.Outputs) == 0 {
		return market.Tx{}, upstream.Errorf(name, upstream.Malformed, "the transaction has no outputs")
	}
	if !tx.Confirmed {
		return tx, nil
	}
	height, ok := j.Status.Height.Int()
	if !ok || height < 0 || height > maxHeight {
		return market.Tx{}, upstream.Errorf(name, upstream.Malformed, "the transaction is confirmed in no block")
	}
	t, err := upstream.UnixTime(j.Status.Time, now)
	if err != nil {
		return market.Tx{}, upstream.Errorf(name, upstream.Malformed, "the transaction's block has no time: %v", err)
	}
	tx.Height, tx.BlockTime = height, t
	return tx, nil
}
