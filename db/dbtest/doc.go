// Package dbtest gives each test a database of its own, on a real PostgreSQL
// server that the test binary starts on first use and stops at its end.
//
// A package that uses it has one TestMain:
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
package dbtest

// dirPrefix begins the name of every cluster's directory.
const dirPrefix = "switchyard-dbtest-"
