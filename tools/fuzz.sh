#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (default 10s), as many at once as there are
# processors, each with one worker. A package is built once for all its targets.
set -euo pipefail
cd "$(dirname "$0")/.."

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
corpus=$(go env GOCACHE)/fuzz

# fuzz runs one target of a built package and prints its last line, or all of a
# failure. When its time is up while a worker is busy, a run may end with "context
# deadline exceeded" and nothing else: it found nothing then, and is made once more.
fuzz() {
	local bin=$1 dir=$2 name=$3 out try
	out=$(mktemp)
	for try in 1 2; do
		if (cd "$dir" && GOMAXPROCS=1 "$bin" -test.run '^$' -test.fuzz "^$name\$" \
			-test.fuzztime "${FUZZTIME:-10s}" -test.fuzzcachedir "$corpus/switchyard/$dir") >"$out" 2>&1; then
			printf 'fuzz ./%s %s: %s\n' "$dir" "$name" "$(grep -E '^fuzz: elapsed' "$out" | tail -n 1)"
			rm -f "$out"
			return 0
		fi
		grep -q 'Failing input written' "$out" && break
		grep -q 'context deadline exceeded' "$out" || break
	done
	printf 'fuzz ./%s %s\n%s\n' "$dir" "$name" "$(cat "$out")"
	rm -f "$out"
	return 1
}
export -f fuzz
export corpus

git ls-files '*_test.go' | xargs grep -lE '^func Fuzz' | xargs -n1 dirname | sort -u | while read -r dir; do
	bin=$built/${dir//\//_}
	go test -c -fuzz . -o "$bin" "./$dir" >&2
	for name in $(grep -ohE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | awk '{print $2}' | sort -u); do
		echo "$bin $dir $name"
	done
done | xargs -P "$(nproc)" -L 1 bash -c 'fuzz "$0" "$1" "$2"'
