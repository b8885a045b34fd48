// Package simulate serves one consistent, simulated world in the protocols of
// the outside parties: price, blocks, difficulty and fees over HTTP and
// websocket, so that the demo and the tests run the same clients and jobs as
// the real thing.
//
// A World is a pure function of its origin and seed: a price path refined from
// days to seconds by bridges, a hashrate that follows what mining pays, blocks
// at random intervals, and the protocol's own retarget. A restart reproduces
// its past exactly. Servers speak for it, and can be told to misbehave.
//
// Accounts at mining pools live in it too: their machines fail and are repaired,
// halls go dark with the weather, each pool pays by its scheme out of the blocks
// of the same chain (M7), and what it pays out is a transaction there.
package simulate
