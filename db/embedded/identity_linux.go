package embedded

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// insideID is the user and group number the server has inside its namespace.
const insideID = 1000

// childAttr puts a child into a session of its own, so that Ctrl-C in the
// terminal reaches us alone and our orderly stop decides; and has the kernel send
// it SIGQUIT (an immediate shutdown, which clears lock files and shared memory)
// when the thread that started it is gone.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGQUIT}
}

// identities lists whom the server may run as, the preferred first.
func identities(dataDir string, opt options) []identity {
	if os.Geteuid() != 0 {
		return []identity{plain()}
	}
	var ids []identity
	if !opt.withoutNamespace {
		ids = append(ids, namespaced())
	}
	if owner, ok := nearestOwner(dataDir); ok {
		ids = append(ids, owner)
	}
	for _, name := range opt.fallbackUsers {
		if u, err := user.Lookup(name); err == nil {
			if id, ok := credentials(u); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// namespaced runs the server in a user namespace where root is an ordinary user:
// PostgreSQL is content, and outside the files are still ours.
func namespaced() identity {
	return identity{name: "root in a user namespace", attr: func() *syscall.SysProcAttr {
		attr := childAttr()
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: os.Getegid(), Size: 1}}
		return attr
	}}
}

func credentials(u *user.User) (identity, bool) {
	uid, errUID := strconv.Atoi(u.Uid)
	gid, errGID := strconv.Atoi(u.Gid)
	if errUID != nil || errGID != nil {
		return identity{}, false
	}
	return withIDs("user "+u.Username, uid, gid), true
}

// withIDs runs the server with other credentials and no supplementary groups.
func withIDs(name string, uid, gid int) identity {
	return identity{name: name, uid: uid, gid: gid, foreign: true, attr: func() *syscall.SysProcAttr {
		attr := childAttr()
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attr
	}}
}

// nearestOwner is the user whose home the data folder lies in, if it is not
// root's: with sudo, a closed home admits its owner and not a root without powers.
func nearestOwner(dataDir string) (identity, bool) {
	for dir := filepath.Dir(dataDir); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			continue
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if ok && stat.Uid != 0 {
			return withIDs("the owner of "+dir, int(stat.Uid), int(stat.Gid)), true
		}
	}
	return identity{}, false
}
