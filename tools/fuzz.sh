#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (default 10s), as many at once as there are
# processors, each with one worker.
set -euo pipefail
cd "$(dirname "$0")/.."

# fuzz runs one target and prints its last line, or all of a failure. When its time
# is up while a worker is busy, go test may call that a failure, "context deadline
# exceeded" and nothing else: it found nothing then, and is run once more.
fuzz() {
	local out try
	out=$(mktemp)
	for try in 1 2; do
		if GOMAXPROCS=1 go test "./$1" -run '^$' -fuzz "^$2\$" -fuzztime "${FUZZTIME:-10s}" >"$out" 2>&1; then
			printf 'fuzz ./%s %s: %s\n' "$1" "$2" "$(tail -n 1 "$out")"
			rm -f "$out"
			return 0
		fi
		grep -q 'Failing input written' "$out" && break
		grep -q 'context deadline exceeded' "$out" || break
	done
	printf 'fuzz ./%s %s\n%s\n' "$1" "$2" "$(cat "$out")"
	rm -f "$out"
	return 1
}
export -f fuzz

for dir in $(git ls-files '*_test.go' | xargs grep -lE '^func Fuzz' | xargs -n1 dirname | sort -u); do
	for name in $(grep -ohE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | awk '{print $2}' | sort -u); do
		echo "$dir $name"
	done
done | xargs -P "$(nproc)" -L 1 bash -c 'fuzz "$0" "$1"'
