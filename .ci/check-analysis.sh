#!/usr/bin/env bash
# clang-tidy by .clang-tidy, and cppcheck: fails for each finding. cppcheck always reads everything; it takes some seconds.
#
#     .ci/check-analysis.sh                     what differs from the base (PGKEEP_ANALYSIS_BASE, or HEAD~1)
#     .ci/check-analysis.sh --all [I/N]         all of lib/ and tools/; with I/N the headers and the I-th of N parts of the rest
#     .ci/check-analysis.sh FILE...             these

set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
top=$PWD
folder=build-analysis

# All of lib/ and tools/, or the I-th of N parts: neighbours, which clang-tidy reads together.
part() {
    find lib tools -name '*.cpp' | sort | awk -v i="${1%/*}" -v n="${1#*/}" '
        { lines[NR] = $0 }
        END { for (k = int(NR * (i - 1) / n) + 1; k <= int(NR * i / n); ++k) print lines[k] }'
}

headers() {
    find lib -name '*.hpp' | sort
}

# Of a header that differs, the source of the same name.
changed() {
    local base=${PGKEEP_ANALYSIS_BASE:-HEAD~1} file
    git rev-parse -q --verify "$base^{commit}" >/dev/null || { echo "$base is no commit; set PGKEEP_ANALYSIS_BASE" >&2; return 1; }
    { git diff --name-only --diff-filter=d "$base" && git ls-files --others --exclude-standard; } |
        sed -nE 's#^((lib|tools)/.*)\.[ch]pp$#\1.cpp#p' | sort -u | while read -r file; do
        [ ! -f "$file" ] || echo "$file"
    done
}

find_tidy() {
    local version
    for version in 16 17 18 19 20 21; do
        command -v "clang-tidy-$version" && return
    done
    return 1
}

case ${1:-} in
--all) list=$(headers; part "${2:-1/1}") ;;
'') list=$(changed) || exit 2 ;;
*) list=$(printf '%s\n' "$@") ;;
esac

code=0
tools/install-packages.sh analysis && tidy=$(find_tidy) || {
    echo "Nothing was analysed: there is no clang-tidy of version 16 or newer, or no cppcheck." >&2
    exit 2
}
cmake -S . -B "$folder" -DPGKEEP_PCH=OFF -DPGKEEP_TESTS=OFF >/dev/null || exit 1

# Headers of libraries are not read: types it does not know are no reason for a finding.
find lib tools -name '*.cpp' -print0 | xargs -0 cppcheck --quiet --std=c++20 --language=c++ \
    --enable=warning,performance,portability --inline-suppr --suppressions-list=.ci/cppcheck.suppressions \
    -I "$top/lib" -j "$(nproc)" --error-exitcode=1 || code=1

xargs -r -d '\n' python3 .ci/tidy_units.py "$tidy" "$folder" <<<"$list" || code=1

[ "$code" = 0 ] && echo "clang-tidy has no finding in $(grep -c . <<<"$list") files, cppcheck none in any, in $SECONDS s."
exit "$code"
