#!/usr/bin/env bash
# Plants faults in the built programs against a scratch server, and checks after each what must hold (invariants.py).
#
#     tests/faults/run.sh                          a few random moments, every other fault once
#     tests/faults/run.sh --quick --count=4        what the ordinary tests run
#     tests/faults/run.sh --count=200              200 random moments of kill -9 and of SIGTERM in backup and in restore
#     tests/faults/run.sh --group=signals --seed=7 one group, at the moments of an earlier run
#     tests/faults/run.sh --only='restore: SIGTERM' -v
#     tests/faults/run.sh --write                  also writes the table of docs/reliability.md
#
# A table of several parts: each run adds to a file, files.py too, and the last command writes what the file holds.
#
#     tests/faults/run.sh --group=limits --add=parts.json
#     build/bin/pgkeep-scratch -- tests/faults/files.py --bin=build/bin --add=parts.json
#     tests/faults/run.sh --group=none --add=parts.json --write
#
# BIN names the folder of the programs; default: build/bin. Other arguments: run.py --help.

set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
bin=${BIN:-$top/build/bin}
arguments=()
for argument in "$@"; do
    [ "$argument" != --write ] || argument=--write=$top/docs/reliability.md
    arguments+=("$argument")
done
exec "$bin/pgkeep-scratch" -- python3 -B "$top/tests/faults/run.py" "--bin=$bin" "${arguments[@]}"
