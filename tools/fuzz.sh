#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (default 10s), one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."
for dir in $(git ls-files '*_test.go' | xargs grep -lE '^func Fuzz' | xargs -n1 dirname | sort -u); do
	for name in $(grep -ohE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | awk '{print $2}' | sort -u); do
		echo "fuzz ./$dir $name"
		go test "./$dir" -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-10s}" | tail -n 1
	done
done
