#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (default 10s), one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# fuzz runs one target. When its time is up while a worker is busy, go test may
# call that a failure, "context deadline exceeded" and nothing else: it found
# nothing then, and is run once more.
fuzz() {
	local try
	for try in 1 2; do
		if go test "./$1" -run '^$' -fuzz "^$2\$" -fuzztime "${FUZZTIME:-10s}" >"$out" 2>&1; then
			tail -n 1 "$out"
			return 0
		fi
		grep -q 'Failing input written' "$out" && break
		grep -q 'context deadline exceeded' "$out" || break
	done
	cat "$out"
	return 1
}

for dir in $(git ls-files '*_test.go' | xargs grep -lE '^func Fuzz' | xargs -n1 dirname | sort -u); do
	for name in $(grep -ohE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | awk '{print $2}' | sort -u); do
		echo "fuzz ./$dir $name"
		fuzz "$dir" "$name"
	done
done
