package simulate

import (
	"encoding/hex"
	"net/http"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/econ/units"
)

// PoolTx is a transaction that pays a pool's accounts.
type PoolTx struct {
	TxID       string
	Outputs    []TxOutput
	Generation bool      // it makes the coins of its block
	Height     int64     // of its block; 0 while it waits for one
	Time       time.Time // of its block
	Hash       string    // of its block
}

// TxOutput is what a transaction pays to an address.
type TxOutput struct {
	Address string
	Sats    units.Sats
}

// PoolTx finds the transaction that pays some of the accounts; false if none
// does, or it is not sent yet.
func (w *World) PoolTx(accounts []*PoolAccount, txID string) (PoolTx, bool) {
	tx := PoolTx{TxID: txID}
	var at time.Time
	for _, a := range accounts {
		for _, p := range w.book(a).paidBy(txID) {
			tx.Outputs = append(tx.Outputs, TxOutput{Address: p.Address, Sats: p.Sats - p.Fee})
			tx.Generation, tx.Height, at = p.Generation, p.Height, p.At
		}
	}
	now := w.Now()
	if len(tx.Outputs) == 0 || at.After(now) {
		return PoolTx{}, false
	}
	if !tx.Generation {
		if at = at.Add(queuedFor); at.After(now) {
			return PoolTx{}, false
		}
		tx.Height, _ = w.heightsIn(at, now) // the first block after it was sent
	}
	if block, ok := w.Block(tx.Height); ok {
		tx.Time, tx.Hash = block.Time, block.Hash
	} else {
		tx.Height = 0
	}
	return tx, true
}

// paidBy are the payouts of a transaction.
func (b *poolBook) paidBy(txID string) []PoolPayout {
	b.upToNow()
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []PoolPayout
	for _, i := range b.ledger.byTx[txID] {
		list = append(list, b.ledger.payouts[i])
	}
	return list
}

// transaction tells a transaction as esplora does: the outputs to addresses, one
// that has none, and where it stands in the chain.
func (p *party) transaction(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("txid")
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 32 {
		plainText(w, http.StatusBadRequest, "Invalid hex string")
		return
	}
	tx, ok := p.world.PoolTx(p.accounts, id)
	if !ok {
		plainText(w, http.StatusNotFound, "Transaction not found")
		return
	}
	outputs := []map[string]any{}
	for _, o := range tx.Outputs {
		outputs = append(outputs, map[string]any{"scriptpubkey": "0014", "scriptpubkey_type": "v0_p2wpkh", "scriptpubkey_address": o.Address, "value": o.Sats})
	}
	outputs = append(outputs, map[string]any{"scriptpubkey": "6a24aa21a9ed", "scriptpubkey_type": "op_return", "value": 0})
	status := map[string]any{"confirmed": false}
	if tx.Height > 0 {
		status = map[string]any{"confirmed": true, "block_height": tx.Height, "block_hash": tx.Hash, "block_time": tx.Time.Unix()}
	}
	answer(w, map[string]any{
		"txid": id, "version": 2, "locktime": 0, "size": 222, "weight": 561, "fee": 0,
		"vin":  []map[string]any{{"is_coinbase": tx.Generation, "sequence": 0xfffffffd}},
		"vout": outputs, "status": status,
	})
}

func plainText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(status)
	write(w, text)
}

// sent tells whether a payout is on the chain or on its way there.
func (p PoolPayout) sent() bool { return p.State == pool.Sent }
