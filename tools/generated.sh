#!/usr/bin/env bash
# Regenerates the views in a copy and fails if what is committed differs.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cp -r views go.mod go.sum "$tmp/"
find "$tmp/views" -name '*_templ.go' -delete
go tool templ generate -path "$tmp/views" -log-level error
if ! diff -rq views "$tmp/views"; then
	echo "views differ from what templ generates: run 'go tool templ generate -path views'" >&2
	exit 1
fi
