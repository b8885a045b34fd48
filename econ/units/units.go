// Package units names the quantities of the business so that a price cannot be
// added to a power: dollars and rates are exact decimals, bitcoin is whole
// satoshi, measurements are float64 in the unit the type names.
package units

// Sats is an amount of bitcoin in satoshi; one bitcoin is 100,000,000.
type Sats int64

// SatsPerBTC is the number of satoshi in one bitcoin.
const SatsPerBTC = 100_000_000
