// Package market holds what every room knows about the outside: prices,
// blocks, difficulty, fees and hashprice, and the shape in which measurements
// over time are kept. It is pure: no input, no output and no clock.
//
// Measurements are float64 in the unit their name states; bitcoin amounts are
// units.Sats; times are UTC. Formula ids M1 to M6 refer to docs/economics.md.
package market
