// Package mining holds what the mining unit is made of and what it decides:
// sites and their power contracts, machine classes with their power modes, the
// life of a unit, what a megawatt earns and below which price it does not, the
// merit order by which machines stop and start, uptime, cost per bitcoin and
// the monthly production update. It is pure: no input, no output and no clock.
//
// What is measured or compared at the margin is float64 in the unit its name
// states; what is booked is units.USD, units.Rate or units.Sats and rounded
// once. What is not known is a Maybe without a value, never zero. Energy and
// megawatts are at the utility meter unless their name says "machine". Formula
// ids M8 to M12 refer to docs/economics.md.
//
// The chain a decision runs through: a Site and a PowerContract make the
// Supply of an hour (what the next megawatt costs); groups of machines make an
// Order (what the next megawatt earns); both make a Plan by a Policy; a Plan is
// read as a switching list, a curtailment log or a back-test.
package mining
