package embedded

import (
	"os"
	"syscall"
)

// identity is a user the server may run as.
type identity struct {
	name     string // for messages
	uid, gid int    // owner of the files, as this process sees them
	foreign  bool   // runs with rights other than ours: may not be able to reach our folders
	// attr makes the attributes of a child process that runs as this user.
	attr func() *syscall.SysProcAttr
}

// plain runs the server as the user we are.
func plain() identity {
	return identity{name: "the current user", uid: os.Geteuid(), gid: os.Getegid(), attr: childAttr}
}

// admit lets this user pass through the data folder to the directories it owns
// there. Files in the folder keep their own modes.
func (id identity) admit(dataDir string) error {
	if !id.foreign {
		return nil
	}
	info, err := os.Stat(dataDir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o001 != 0 {
		return nil
	}
	return os.Chmod(dataDir, info.Mode().Perm()|0o011)
}
