// Package fleet is the register of machines: each unit with its place and its
// life, how many there are of a kind, and what a file of units would change. It
// is pure: a table of texts comes in, a plan or the list of bad cells goes out.
package fleet
