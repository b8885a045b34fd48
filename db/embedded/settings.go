package embedded

// settings are given on the command line and so win over the files in the data
// directory: they suit a small machine that runs other things too.
func settings(dataDir, socket string, fast bool) []string {
	set := []string{
		"listen_addresses=",
		"unix_socket_directories=" + socket,
		"unix_socket_permissions=0700",
		"port=5432",
		"max_connections=100",
		"shared_buffers=128MB",
		"timezone=UTC",
		"log_timezone=UTC",
		"log_destination=stderr",
		"logging_collector=off",
		"log_checkpoints=off",
		"log_line_prefix=%m [%p] ",
		"cluster_name=switchyard",
		// Short queries on few cores: compiling them costs more than it saves.
		"jit=off",
	}
	if fast {
		set = append(set, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", dataDir}
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}
