// Package db is the store: PostgreSQL, plain SQL, one file per table group.
//
// Each role of the dashboard has a Postgres role and a small pool of its own,
// so what a page can read is what its reader's role was granted; there is no
// SET ROLE. A write's last statement publishes the topics it changed, inside
// its transaction; a Listener hears of them after the commit.
package db
