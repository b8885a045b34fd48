package db

// WorkerColumns are the columns of a list, for the baseline of its benchmark.
func WorkerColumns(l WorkerList) []any { return workerColumns(l.Account, l.At, l.Workers, l.Places) }
