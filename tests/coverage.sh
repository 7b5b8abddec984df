#!/usr/bin/env bash
# Which lines of lib/ the tests reach: for each layer and in all, and a page for each file in build-coverage/report/.
# Other arguments go to ctest. What the programs themselves run counts too, but not what a SIGKILL ended. Ends with 1 when a
# test failed, and when all tests reach fewer lines than is named below; a part of them is not judged.
#
#     tests/coverage.sh                 all tests
#     tests/coverage.sh -L unit         those that need no server
#     tests/coverage.sh --report        only the report of what ran before, judged as if that was all
#     tests/coverage.sh [--report] --unreached …   also shows the lines with `throw` or `catch` in archive, repository and
#                                       restore that no test reaches
#
# At least, in %: of lib/ in all, and of each layer. Of proc a part runs between fork and exec only, whose counters are lost.
least_of_all=90
least_of_layer=85

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$top/build-coverage

run_tests() {
    "$top/tools/build.sh" "$folder" -DCMAKE_BUILD_TYPE=Debug -DPGKEEP_COVERAGE=ON -DPGKEEP_TESTS=ON
    find "$folder" -name '*.gcda' -delete
    ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$(nproc)" "$@" </dev/null | grep -vE '^ +Start | Passed ' ||
        {
            echo "Tests failed; what ran counts nevertheless." >&2
            code=1
        }
}

# gcovr's CSV: filename, line_total, line_covered, ….
layers() { # LEAST_OF_ALL LEAST_OF_LAYER
    awk -F, -v least_of_all="$1" -v least_of_layer="$2" '
        function show(name, lines, reached, least, share) {
            share = 100 * reached / lines
            printf "%-12s %6d lines %6.1f %%%s\n", name, lines, share, share < least ? ", less than " least " %" : ""
            if (share < least) code = 1
        }
        NR > 1 { split($1, part, "/"); total[part[2]] += $2; covered[part[2]] += $3; all += $2; reached += $3 }
        END {
            for (layer in total) show(layer, total[layer], covered[layer], least_of_layer)
            show("~all", all, reached, least_of_all)
            exit code
        }' "$folder/report/lines.csv" | sort | sed 's/^~all/all /'
}

# Where errors are made or dealt with; the layers whose errors decide about data.
unreached() {
    python3 - "$folder/report/lines.json" <<'PY'
import json, re, sys

for file in json.load(open(sys.argv[1]))["files"]:
    if not re.match(r"lib/(archive|repository|restore)/", file["file"]):
        continue
    text = open(file["file"]).read().splitlines()
    for line in file["lines"]:
        code = text[line["line_number"] - 1]
        if line["count"] == 0 and re.search(r"\b(throw|catch)\b", code.split("//")[0]):
            print(f"{file['file']}:{line['line_number']}: {code.strip()}")
PY
}

code=0
report=''
show_unreached=''
while [[ "${1:-}" == --report || "${1:-}" == --unreached ]]; do
    [ "$1" = --report ] && report=yes || show_unreached=yes
    shift
done
"$top/tools/install-packages.sh" tests
"$top/tools/install-packages.sh" coverage
[ -n "$report" ] || run_tests "$@"
mkdir -p "$folder/report"
cd "$top"
gcovr -r "$top" --object-directory "$folder" --filter 'lib/' -j "$(nproc)" --exclude-throw-branches \
    --gcov-ignore-parse-errors --csv "$folder/report/lines.csv" --json "$folder/report/lines.json" \
    --html-details "$folder/report/index.html" >/dev/null
[ $# = 0 ] || least_of_all=0 least_of_layer=0
layers "$least_of_all" "$least_of_layer" || code=1
[ -z "$show_unreached" ] || unreached
exit "$code"
