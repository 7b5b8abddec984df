#!/usr/bin/env bash
# clang-tidy by .clang-tidy, and cppcheck: fails for each finding. Headers are seen through the sources.
#
#     .ci/check-analysis.sh                     sources that differ from the base (PGKEEP_ANALYSIS_BASE, or HEAD~1)
#     .ci/check-analysis.sh --all [I/N]         all of lib/ and tools/; with I/N only the I-th of N parts
#     .ci/check-analysis.sh FILE...             these
#
# PGKEEP_ANALYSIS_BUDGET is the seconds after which it starts no more clang-tidy and says what it left out; without it there is no end.

set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
top=$PWD
folder=build-analysis
budget=${PGKEEP_ANALYSIS_BUDGET:-0}

# All sources of lib/ and tools/, or part I of N: every N-th, so that parts take about the same time.
all_sources() {
    local index=${1%/*} count=${1#*/}
    find lib tools -name '*.cpp' | sort | awk -v i="$index" -v n="$count" 'NR % n == i % n'
}

changed_sources() {
    local base=${PGKEEP_ANALYSIS_BASE:-HEAD~1}
    git rev-parse -q --verify "$base^{commit}" >/dev/null || { echo "$base is no commit; set PGKEEP_ANALYSIS_BASE" >&2; return 1; }
    { git diff --name-only --diff-filter=d "$base" && git ls-files --others --exclude-standard; } |
        grep -E '^(lib|tools)/.*\.cpp$' | sort -u
    return 0
}

find_tidy() {
    local version
    for version in 16 17 18 19 20 21; do
        command -v "clang-tidy-$version" && return
    done
    return 1
}

# One source, unless the time is over. Only findings and the source that was left out are printed.
tidy_one() {
    if [ "$budget" -gt 0 ] && [ "$(date +%s)" -ge "$end" ]; then
        echo "not looked at, the time is over: $1"
        return 0
    fi
    "$tidy" -p "$folder" --quiet "$1" 2>/dev/null
}
export -f tidy_one

case ${1:-} in
--all) list=$(all_sources "${2:-1/1}") ;;
'') list=$(changed_sources) || exit 2 ;;
*) list=$(printf '%s\n' "$@") ;;
esac
if [ -z "$list" ]; then
    echo "No source has changed."
    exit 0
fi

tools/install-packages.sh analysis || exit 2
tidy=$(find_tidy) || { echo "There is no clang-tidy of version 16 or newer." >&2; exit 2; }
cmake -S . -B "$folder" -DPGKEEP_PCH=OFF -DPGKEEP_TESTS=OFF >/dev/null || exit 1
end=$(($(date +%s) + budget))
export budget end folder tidy

code=0
xargs -r -d '\n' -P "$(nproc)" -n 1 bash -c 'tidy_one "$1"' _ <<<"$list" || code=1

# Headers of libraries are not read: types it does not know are no reason for a finding.
# checkersReport and missingInclude* speak about the run, not about a source.
xargs -r -d '\n' cppcheck --quiet --std=c++20 --language=c++ --enable=warning,performance,portability --inline-suppr \
    --suppressions-list=.ci/cppcheck.suppressions -I "$top/lib" -j "$(nproc)" --error-exitcode=1 <<<"$list" || code=1

[ "$code" = 0 ] && echo "$(wc -l <<<"$list") sources have no finding."
exit "$code"
