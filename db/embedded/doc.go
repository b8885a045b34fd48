// Package embedded runs a real PostgreSQL server as a child process, for a
// Switchyard that was given no database address.
//
// The chapter in five rules:
//
//   - A data directory belongs to one major version and is named by it (pg15,
//     pg18). One that exists chooses programs of its own version; only an empty
//     data folder looks for whatever PostgreSQL is at hand.
//   - PostgreSQL refuses to run as root. A root process therefore puts the child
//     into a user namespace where it is an ordinary user, which needs neither a
//     system user nor a change of owner; where the kernel refuses namespaces the
//     child runs as another user, who then owns the data directory.
//   - Nobody but this user can reach the server: it listens on a Unix socket in a
//     directory of mode 0700 and on no network address. That alone is why it
//     trusts whoever connects.
//   - The server never outlives this process. On Linux the kernel signals it when
//     its parent dies, however it dies; on other systems that is missing, and the
//     next Start says that the folder is still in use.
//   - Two files are locked: one by this process, one by every PostgreSQL process
//     through an inherited descriptor. The first tells a second Switchyard to keep
//     out, the second tells a new one to wait until the last process of a killed
//     predecessor is gone. Neither depends on process numbers, which are reused
//     and differ between containers.
package embedded
