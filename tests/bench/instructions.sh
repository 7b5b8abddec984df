#!/usr/bin/env bash
# Counts the instructions of each hot path for a fixed input, and compares them with tests/bench/instructions.txt: a
# regression shows here also on a noisy machine.
#
#     tests/bench/instructions.sh [--check] [--write] [PATTERN]
#
#     --check     ends with 1 when a path has grown by more than 5 %
#     --write     makes the counts those of instructions.txt
#     PATTERN     only the paths that it (an extended regular expression) matches, such as '^manifest/'
#
# "own" is what counts: instructions in the program itself, which are ours and those of templates and headers that it
# was built from. libdeflate, ISA-L and the C library choose code by the processor, so what happens in shared libraries
# is only in "all", which is compared for the eye and never fails. Input is made before the counting begins. The counts are those of
# one compiler: compare within one machine image. A path with little code of its own (compression) cannot fail.

set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
program=$top/build/bin/pgkeep-hot-path
expected=$top/tests/bench/instructions.txt
allowed=105        # per cent of the expected count
worth_checking=20000 # below, a single line of code is some per cent
default='^(hash_rows|build_block|check_block|index|manifest)/|^(deflate|inflate|inflate_member)/6/(narrow|json)|^compress_member/'
check='' write='' pattern=$default
for argument in "$@"; do
    case $argument in
    --check) check=yes ;;
    --write) write=yes ;;
    -*) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
    *) pattern=$argument ;;
    esac
done
if [ -n "$write" ] && [ "$pattern" != "$default" ]; then
    echo "--write needs all paths, so no PATTERN." >&2
    exit 2
fi
if ! command -v valgrind >/dev/null; then
    echo "valgrind is not installed (on Debian: apt-get install valgrind)." >&2
    exit 2
fi
[ -n "${PGKEEP_BUILT:-}" ] || "$top/tools/build.sh" "$top/build" -DCMAKE_BUILD_TYPE=Release -DPGKEEP_BENCH=ON pgkeep-hot-path >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# PATH: prints own and all instructions. Callgrind writes the cost of a function's own lines below `ob=` (the file of
# the program or library) and `fn=`; the line after `calls=` has the cost of the called function, which is not its own.
count() {
    if ! valgrind --tool=callgrind --compress-pos=no --compress-strings=no "--callgrind-out-file=$work/counts" \
        '--toggle-collect=pgkeep::bench::counted_run*' "$program" "$1" >"$work/said" 2>&1; then
        cat "$work/said" >&2
        return 1
    fi
    awk '
        /^ob=/ { own = /\/pgkeep-hot-path$/; next }
        /^calls=/ { called = 1; next }
        /^[0-9]/ { if (!called) { all += $2; if (own) mine += $2 } called = 0 }
        END { if (all == 0) exit 1; printf "%d %d\n", mine, all }' "$work/counts"
}

# NOW BEFORE: their ratio, or a dash when there is no count to compare with.
ratio() {
    awk -v now="$1" -v before="${2:-0}" 'BEGIN { if (before > 0) printf "%.3f", now / before; else printf "-" }'
}

{
    echo "# Instructions of each hot path: own code, all. Made by tests/bench/instructions.sh --write"
    echo "# with $(c++ --version | head -n 1)"
} >"$work/new"
printf '%-24s %12s %12s %6s %12s %12s %6s\n' path own expected ratio all expected ratio
grown=0
while read -r path; do
    read -r own all < <(count "$path") || { echo "cannot count $path" >&2 && exit 1; }
    printf '%s %s %s\n' "$path" "$own" "$all" >>"$work/new"
    own_before='' all_before=''
    read -r own_before all_before < <(awk -v path="$path" '$1 == path { print $2, $3 }' "$expected" 2>/dev/null) || true
    mark=''
    if [ "${own_before:-0}" -ge "$worth_checking" ] && [ $((own * 100)) -gt $((own_before * allowed)) ]; then
        mark='  grown' grown=$((grown + 1))
    fi
    printf '%-24s %12s %12s %6s %12s %12s %6s%s\n' "$path" "$own" "${own_before:--}" "$(ratio "$own" "$own_before")" \
        "$all" "${all_before:--}" "$(ratio "$all" "$all_before")" "$mark"
done < <("$program" | grep -E "$pattern")

[ -z "$write" ] || cp "$work/new" "$expected"
if [ "$grown" -gt 0 ]; then
    echo "$grown of them have grown by more than $((allowed - 100)) %."
    [ -z "$check" ] || exit 1
fi
