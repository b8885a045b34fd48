# Everything a person needs; each target installs what it needs itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help

bin      := bin/switchyard
npm_mark := node_modules/.package-lock.json
assets   := static/dist/manifest.json
client   := $(shell find static/src -type f 2>/dev/null) static/build.mjs
PKGS     ?= ./...

.PHONY: help run dev build test race check lint generated typecheck e2e bench reset fuzz

help: ## list the targets
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(npm_mark): package.json package-lock.json
	npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(assets): $(npm_mark) $(client)
	node static/build.mjs

build: $(assets) ## build bin/switchyard with the client code inside
	CGO_ENABLED=0 go build -o $(bin) ./cmd/web

run: build ## start the demo company: embedded PostgreSQL, live pages
	@exec ./$(bin)

dev: $(assets) ## rebuild views and client code on change, and restart
	@tools/dev.sh

test: $(assets) ## Go tests and the tests of the client code
	go test $(PKGS)
	node --test static/test/*.test.mjs

race: $(assets) ## Go tests with the race detector
	go test -race $(PKGS)

check: test lint typecheck generated ## what must pass before a change lands

lint: $(assets)
	go tool -modfile=tools/lint/go.mod golangci-lint run

typecheck: $(npm_mark)
	npm run --silent typecheck

generated: ## fail if generated code differs from its source
	@tools/generated.sh

e2e: build ## browser journeys
	@node e2e/run.mjs

bench: $(assets) ## measurements, as ratios against their limits
	@tools/bench.sh

fuzz: $(assets) ## ten seconds of each fuzz target
	@tools/fuzz.sh

reset: build ## delete the embedded database
	@./$(bin) reset
