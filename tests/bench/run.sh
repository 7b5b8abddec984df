#!/usr/bin/env bash
# Times pgkeep side by side with what it replaces, on one throw-away server, and prints the ratios.
#
#     tests/bench/run.sh [--scale=N] [--runs=N] [--only=SET,... [--add]] [--smoke] [--write]
#
# Scale 100 (the default) is about 640 MB of text in the mixed set; 5 runs are the default. Uses the build in build/ (or
# PGKEEP_BIN), and makes it when it is not there. --help says more.

set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
bin=${PGKEEP_BIN:-$top/build/bin}
export PYTHONDONTWRITEBYTECODE=1

memory=1GB
for argument in "$@"; do
    case $argument in
    -h | --help) exec python3 "$top/tests/bench/bench.py" --help ;;
    --smoke) memory=64MB ;; # the server looks through all of it whenever a database is dropped
    esac
done
for program in pgkeep-backup pgkeep-restore pgkeep-verify pgkeep-scratch; do
    if [ ! -x "$bin/$program" ] && [ -z "${PGKEEP_BIN:-}" ]; then
        "$top/tools/build.sh" "$top/build" -DCMAKE_BUILD_TYPE=Release pgkeep-backup pgkeep-restore pgkeep-verify pgkeep-scratch
        break
    fi
done
exec "$bin/pgkeep-scratch" "--setting=shared_buffers=$memory" -- python3 "$top/tests/bench/bench.py" "--bin=$bin" "$@"
