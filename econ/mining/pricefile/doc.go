// Package pricefile checks files of power prices, of any market: a time and a
// price a line, and perhaps the point and the product. It is pure: a table of
// texts and what a form says of it come in, prices or the list of bad cells go
// out. It is all or nothing.
//
// A time without an offset is one of the form's time zone. Where its clocks skip
// an hour in spring there is no such time; where they repeat one in autumn the
// file's order tells: the first of two is the earlier. How long a price holds,
// the distances between the times of its point tell.
package pricefile
