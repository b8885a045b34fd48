// Package poolwire holds what the clients of mining pools share: sums of bitcoin
// read exactly from decimal text, hashrates in the units pools use, lists that
// come in pages, and facts that no document confirms.
package poolwire
