package ocean

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// rows are a list of an answer about earnings and payouts.
func (c *Client) rows(body []byte, key string) ([]json.RawMessage, error) {
	o, err := c.open(body, "the earnings and payouts")
	if err != nil {
		return nil, err
	}
	rows := o.NeedList(key)
	return rows, o.As(c.o, "the earnings and payouts")
}

func (c *Client) decodeEarnings(body []byte, from, to time.Time) ([]pool.Earning, []upstream.Refusal, error) {
	rows, err := c.rows(body, "earnings")
	if err != nil {
		return nil, nil, err
	}
	earnings, refused := poolwire.ReadEarnings(rows, c.decodeEarning, from, to)
	return earnings, refused, nil
}

// decodeEarning reads the share of a block, in satoshi. The names of its fields
// are misspelt by the pool.
func (c *Client) decodeEarning(o *poolwire.Object) (pool.Earning, bool, error) {
	o.Need("block_hash", "ts", "satoshis_net_earned")
	at, net := o.ISO("ts", c.o.Now()), o.Satoshi("satoshis_net_earned")
	e := pool.Earning{
		Ref: o.Text("block_hash"), From: at.Value, To: at.Value, Net: net.Value,
		Fee:      o.Satoshi("fees_colected_satoshis"),
		Fees:     mining.Unknown[units.Sats]("the pool does not tell it"),
		Hashrate: mining.Unknown[units.Hashrate]("a share of a block has none"),
	}
	if !at.Known || !net.Known || !isHash(e.Ref) {
		return e, false, errors.New("the earning has no block, no time or no amount")
	}
	return e, true, nil
}

func (c *Client) decodePayouts(body []byte, from, to time.Time) ([]pool.Payout, []upstream.Refusal, error) {
	rows, err := c.rows(body, "payouts")
	if err != nil {
		return nil, nil, err
	}
	payouts, refused := poolwire.ReadPayouts(rows, c.decodePayout, from, to)
	return payouts, refused, nil
}

// decodePayout reads a payment on chain: an output of a block the pool found, or a
// transaction of its own. Either way the amount is what arrived.
func (c *Client) decodePayout(o *poolwire.Object) (pool.Payout, bool, error) {
	o.Need("ts", "on_chain_txid", "total_satoshis_net_paid")
	at, sats := o.ISO("ts", c.o.Now()), o.Satoshi("total_satoshis_net_paid")
	p := pool.Payout{
		At: at.Value, Sats: sats.Value, State: pool.Sent, TxID: o.Text("on_chain_txid"), Address: c.address,
		Fee: mining.Unknown[units.Sats]("the pool tells what arrived"),
	}
	p.Ref = p.TxID
	if !at.Known || p.Sats == 0 || !isHash(p.TxID) {
		return p, false, errors.New("the payment has no transaction, no time or no amount")
	}
	return p, true, nil
}

// isHash says whether a text names a block or a transaction.
func isHash(text string) bool {
	return text != "" && len(text) <= 64 && strings.Trim(strings.ToLower(text), "0123456789abcdef") == ""
}
