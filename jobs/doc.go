// Package jobs brings facts in: it follows the venues and the chain, fills
// what was missed, keeps the tables in order and does what pages ask for.
//
// One process of a deployment works at a time. It holds an advisory lock (see
// elector.go); when it loses that lock its streams and runs are cancelled at
// once, and whoever gains it closes the runs the other left open, fills the
// gap and goes on. Everything written is idempotent, so the moment in which
// two processes believe they lead does no harm.
//
// A job is a line in the table of jobs.go and a function; every run of it goes
// through the one wrapper in run.go, which gives it a timeout, catches its
// panic, writes one log line and one row, and never lets it run twice at once.
// Streams are feeds (feed.go): one socket each, opened again with a back-off.
// Whatever starts here has been waited for when Runner.Stop returns.
package jobs
