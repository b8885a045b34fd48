// Package notify carries a Notice to people and to other systems: by e-mail,
// to a Slack incoming webhook, to any receiver of signed webhooks (Standard
// Webhooks 1.0.0), and as a heartbeat, a plain GET that tells a watchdog that
// we are alive.
//
// A sender tries once and keeps nothing. It returns nil, or an *Error whose Kind
// says what to do next: Retry, after Backoff or what the receiver asked for;
// Disable the destination and tell its owner by another way; Reject, because
// another try would fail the same. A Notice keeps its ID over all tries, so a
// receiver that got it twice can tell.
//
// Addresses of hooks are typed by users and are secrets besides. So a Client
// connects to public addresses only, which it checks after the name is resolved
// and anew for every try; it follows no redirect, uses no proxy, reads no more
// of an answer than it needs; and neither an address nor a key nor what a
// receiver wrote is ever part of an error. Nothing is logged here.
package notify
