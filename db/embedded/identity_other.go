//go:build unix && !linux

package embedded

import "syscall"

// childAttr puts a child into a session of its own, so that Ctrl-C in the
// terminal reaches us alone and our orderly stop decides. These systems cannot
// signal a child whose parent died: after a kill -9 of this process the server
// runs on until it is stopped by hand, and the next Start says so.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true}
}

// identities lists whom the server may run as: here only ourselves. There are no
// user namespaces, so root gets PostgreSQL's own refusal.
func identities(string, options) []identity {
	return []identity{plain()}
}
