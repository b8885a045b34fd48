#!/usr/bin/env bash
# Rebuilds the client code and the views on change, restarts the server and
# reloads the browser, until Ctrl-C. Open the address of the proxy it prints.
set -euo pipefail
cd "$(dirname "$0")/.."
node static/build.mjs --watch &
trap 'kill $(jobs -p) 2>/dev/null' EXIT
go tool templ generate -path views -watch \
	-watch-pattern '(.+\.go$)|(.+\.templ$)|(.+_templ\.txt$)|(dist/manifest\.json$)' \
	-proxy http://127.0.0.1:8080 -cmd 'go run ./cmd/web'
