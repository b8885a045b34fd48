#!/usr/bin/env bash
# Runs the benchmarks and prints each figure with its limit and their ratio;
# docs/performance.md says where the limits come from. Ends with 1 if any is over.
set -euo pipefail
cd "$(dirname "$0")/.."
exec go run ./tools/bench "$@"
