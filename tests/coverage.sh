#!/usr/bin/env bash
# Which lines of lib/ the tests reach: for each layer and in all, and a page for each file in build-coverage/report/.
# Other arguments go to ctest. What the programs themselves run counts too, but not what a SIGKILL ended.
#
#     tests/coverage.sh                 all tests
#     tests/coverage.sh -L unit         those that need no server
#     tests/coverage.sh --report        only the report of what ran before

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$top/build-coverage

run_tests() {
    "$top/tools/build.sh" "$folder" -DCMAKE_BUILD_TYPE=Debug -DPGKEEP_COVERAGE=ON -DPGKEEP_TESTS=ON
    find "$folder" -name '*.gcda' -delete
    ctest --test-dir "$folder" --output-on-failure -j "$(nproc)" "$@" </dev/null | grep -vE '^ +Start | Passed ' ||
        echo "Tests failed; what ran counts nevertheless." >&2
}

# gcovr's CSV: filename, line_total, line_covered, ….
layers() {
    awk -F, 'NR > 1 {
            split($1, part, "/"); total[part[2]] += $2; covered[part[2]] += $3; all += $2; reached += $3
        }
        END {
            for (layer in total) printf "%-12s %6d lines %6.1f %%\n", layer, total[layer], 100 * covered[layer] / total[layer]
            printf "%-12s %6d lines %6.1f %%\n", "~all", all, 100 * reached / all
        }' "$folder/report/lines.csv" | sort | sed 's/^~all/all /'
}

"$top/tools/install-packages.sh" tests
"$top/tools/install-packages.sh" coverage
[ "${1:-}" = --report ] || run_tests "$@"
mkdir -p "$folder/report"
cd "$top"
gcovr -r "$top" --object-directory "$folder" --filter 'lib/' -j "$(nproc)" --exclude-throw-branches \
    --gcov-ignore-parse-errors --csv "$folder/report/lines.csv" --html-details "$folder/report/index.html" >/dev/null
layers
