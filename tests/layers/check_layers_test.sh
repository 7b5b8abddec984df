#!/usr/bin/env bash
# Plants each fault that .ci/check-layers.sh is there for, in a small tree of its own, and demands the exact complaint.

set -euo pipefail
check=$(cd "$(dirname "$0")/../.." && pwd)/.ci/check-layers.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

fresh_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/lib/{base,gzip,pg,proc,backup} "$tree"/{tests,tools,.ci}
    echo '#include "base/error.hpp"' >"$tree/lib/backup/backup.cpp"
}

# NAME EXPECTED: runs the check on the tree; EXPECTED is its whole output.
expect() {
    local said code=0
    said=$("$check" "$tree") || code=$?
    if [ "$said" != "$2" ] || { [ "$code" = 0 ] && [ "$1" != "accepts" ]; }; then
        printf 'FAILED: %s\nexpected: %s\nsaid: %s (exit code %s)\n' "$1" "$2" "$said" "$code"
        failed=1
    fi
}

fresh_tree
expect accepts "Layers and file lengths are in order."

fresh_tree
printf '// first\n#include "backup/backup.hpp"\n' >"$tree/lib/pg/connection.hpp"
expect "notices an include of a layer to the right" "lib/pg/connection.hpp:2: pg must not include backup"

fresh_tree
echo '  #  include "proc/child.hpp"' >"$tree/lib/gzip/member.cpp"
expect "notices an include of a layer that stands beside" "lib/gzip/member.cpp:1: gzip must not include proc"

fresh_tree
echo '#include "gzip/member.hpp"' >"$tree/lib/pg/copy.cpp"
expect "notices that pg includes gzip" "lib/pg/copy.cpp:1: pg must not include gzip"

fresh_tree
echo '#include "proc/child.hpp"' >"$tree/lib/pg/copy.cpp"
expect accepts "Layers and file lengths are in order."

fresh_tree
echo '#include "error.hpp"' >"$tree/lib/base/error.cpp"
expect "notices an include without its layer" 'lib/base/error.cpp:1: "error.hpp" does not begin with a layer'

fresh_tree
mkdir "$tree/lib/extra"
echo '#include "base/error.hpp"' >"$tree/lib/extra/file.cpp"
expect "notices a folder that is no layer" "lib/extra/file.cpp:1: extra is no layer"

fresh_tree
seq 401 >"$tree/tools/long.cpp"
seq 400 >"$tree/tools/just_right.cpp"
expect "notices a file of 401 lines" "tools/long.cpp: 401 lines, more than 400"

exit "$failed"
