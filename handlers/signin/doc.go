// Package signin is everything about proving who somebody is that needs neither
// the database nor a request.
package signin
