// Package units names the quantities of the business so that a price cannot be
// added to a power. Section 0 of docs/economics.md is its specification.
//
// What goes into a ledger is exact: dollars are decimals at cent scale, rates
// are decimals at a millionth, bitcoin is whole satoshi. A product of a rate
// and a quantity is formed exactly and rounded once, when it becomes an amount.
// What is measured is a float64 in the unit its type names. Text that people
// typed is parsed here, with errors that can stand beside the field.
package units
