#!/usr/bin/env bash
# Fails when a file of lib/ includes a layer that does not stand to the left of its own, or is longer than 400 lines.
#
#     .ci/check-layers.sh [FOLDER]      FOLDER holds lib/, tests/, tools/; default: this project

set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

order=(base model proc gzip pg archive repository scratch backup restore verify cli)
limit=400

# Every #include "…" of lib/ as: file:line:path.
includes() {
    grep -rnE --include='*.hpp' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' lib |
        sed -E 's/^([^:]+:[0-9]+):[^"]*"([^"]*)".*/\1:\2/'
}

layers() {
    includes | awk -F: -v order="${order[*]}" '
        BEGIN {
            count = split(order, names, " ")
            for (i = 1; i <= count; ++i) rank[names[i]] = i
            forbidden["gzip proc"] = forbidden["pg gzip"] = 1 # they stand side by side; pg may use proc
        }
        {
            split($1, own, "/"); split($3, used, "/")
            from = own[2]; to = used[1]
            if (!(from in rank)) problem = from " is no layer"
            else if (!(to in rank)) problem = "\"" $3 "\" does not begin with a layer"
            else if (rank[to] > rank[from] || (from " " to) in forbidden) problem = from " must not include " to
            else next
            print $1 ":" $2 ": " problem
            bad = 1
        }
        END { exit bad }'
}

lengths() {
    find lib tests tools .ci -type f \( -name '*.?pp' -o -name '*.sh' -o -name '*.sql' -o -name 'CMakeLists.txt' \) \
        -exec awk -v limit="$limit" '
            function done() { if (lines > limit) { print name ": " lines " lines, more than " limit; bad = 1 } }
            FNR == 1 { done(); name = FILENAME }
            { lines = FNR }
            END { done(); exit bad }' {} +
}

code=0
layers || code=1
lengths || code=1
[ "$code" = 0 ] && echo "Layers and file lengths are in order."
exit "$code"
