package luxor

import (
	"errors"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream/poolwire"
)

// direction is which way a transaction goes.
type direction int

// The directions.
const (
	unclear direction = iota
	credit            // to the account: revenue, rebates
	fee               // from the account, for moving a payment
	debit             // from the account to a wallet
)

// transaction is a row of the transactions. Its amount is positive whichever way
// it goes.
type transaction struct {
	id   string
	kind direction
	sats mining.Maybe[units.Sats]
	at   mining.Maybe[time.Time]
}

// readTransaction reads a row; its mistakes are the object's. One whose category
// speaks of revenue is a credit, whatever its type.
func (c *Client) readTransaction(o *poolwire.Object) transaction {
	o.Need("transaction_id", "transaction_type", "currency_amount", "date_time")
	t := transaction{id: o.Text("transaction_id"), sats: o.BTC("currency_amount"), at: o.ISO("date_time", c.o.Now())}
	if currency := o.Text("currency_type"); currency != "BTC" && currency != "" {
		o.Fail("currency_type", errors.New("is not BTC"))
	}
	if sub := o.Text("subaccount_name"); sub != "" && !strings.EqualFold(sub, c.account) {
		o.Fail("subaccount_name", errors.New("is of another subaccount"))
	}
	category := o.Text("transaction_category")
	lower := strings.ToLower(category)
	switch kind := strings.ToLower(o.Text("transaction_type")); {
	case kind == "credit", kind == "debit" && (strings.Contains(lower, "revenue") || strings.Contains(lower, "rebate")):
		t.kind = credit
	case kind == "debit" && strings.Contains(lower, "fee"):
		t.kind = fee
	case kind == "debit":
		t.kind = debit
	default:
		o.Fail("transaction_type", errors.New("is neither credit nor debit"))
	}
	if t.kind != unclear && o.Err() == nil {
		c.facts.Saw("category of a "+strings.ToLower(o.Text("transaction_type")), category)
	}
	return t
}

// decodePayout reads a payment. The pool names the wallet it went to, not the
// address, and fees of moving it in rows of their own.
func (c *Client) decodePayout(o *poolwire.Object) (pool.Payout, bool, error) {
	t := c.readTransaction(o)
	if t.kind != debit {
		return pool.Payout{}, false, nil
	}
	p := pool.Payout{
		Ref: t.id, At: t.at.Value, Sats: t.sats.Value, State: pool.Sent,
		Fee: mining.Unknown[units.Sats]("the pool lists fees by themselves"),
	}
	if t.id == "" || !t.at.Known || !t.sats.Known || p.Sats == 0 {
		return p, false, errors.New("the payment has no id, no time or no amount")
	}
	if isTxID(t.id) {
		p.TxID = t.id
	}
	return p, true, nil
}

// isTxID says whether the pool's own id of a transaction is the chain's.
func isTxID(id string) bool {
	return len(id) == 64 && strings.Trim(strings.ToLower(id), "0123456789abcdef") == ""
}
