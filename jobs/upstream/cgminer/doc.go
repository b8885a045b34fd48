// Package cgminer asks mining machines how they do, over the cgminer API on TCP
// 4028: one JSON command for each connection, one answer that ends with a NUL
// byte or with the connection. It sends summary, stats, pools, devs and version
// and nothing else: nothing here can change a machine.
//
// Vendors send JSON that is none (Repair), in units that only the key names,
// with keys that come and go. What a machine does not say stays unknown; what
// cannot be is an error. A Poller asks a whole fleet in a cycle.
package cgminer
