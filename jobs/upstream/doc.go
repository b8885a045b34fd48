// Package upstream asks outside parties over HTTP and websocket: with a
// timeout, a size cap, a rate limit, and patience where they ask for it. Each
// party has a package of its own whose JSON types stay inside; what comes out
// are types of econ, finite and sensible, or an error. One bad row among good
// ones is a Refusal, kept for people to look at.
//
// Rows are decoded one by one (Rows), numbers in either of the two forms that
// parties use (Number), and venues' candles held against the span that was
// asked for (Window). A Fetcher makes requests; Stream keeps one websocket.
package upstream
