#!/usr/bin/env bash
# Fuzzes with libFuzzer, AddressSanitizer and UBSan (clang), in build-fuzz/, and says how much was tried.
#
#     tests/fuzz/run.sh [--minutes=N|--seconds=N] [TARGET...]     for each (default: a minute), one after the other; default: all
#
# A target starts from its seeds in tests/fuzz/corpus/ and from what earlier runs found in build-fuzz/found/.
# Ends with 1 when an input broke a property; it lies in build-fuzz/broken/. Put it into the corpus with the fix.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$top/build-fuzz

limit=60
case ${1:-} in
--minutes=* | --seconds=*)
    [[ $1 =~ ^--(minutes|seconds)=([1-9][0-9]*)$ ]] || {
        echo "$1 is no time; --seconds=90 is." >&2
        exit 2
    }
    limit=${BASH_REMATCH[2]}
    [ "${BASH_REMATCH[1]}" = seconds ] || limit=$((limit * 60))
    shift
    ;;
esac
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
    for source in "$here"/*_fuzz.cpp; do
        targets+=("$(basename "$source" _fuzz.cpp)")
    done
fi

"$top/tools/install-packages.sh" fuzz
launcher=$(command -v ccache || true)
cmake -S "$top" -B "$build" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher" \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPGKEEP_FUZZ=ON "-DPGKEEP_SANITIZE=address,undefined" >/dev/null
cmake --build "$build" -j "$(nproc)" --target "${targets[@]/#/fuzz_}" >/dev/null

# One process a target; an input may take 10 s and 2 GiB at most.
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=0
broken=0
executions=0
seconds=0
show() { # NAME EXECUTIONS SECONDS [VERDICT]
    printf '%-14s %12s executions %6s s  %s\n' "$@"
}
for target in "${targets[@]}"; do
    mkdir -p "$build/found/$target" "$build/broken"
    log=$build/found/$target.log
    code=0
    begin=$SECONDS
    "$build/fuzz/fuzz_$target" -max_total_time="$limit" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$build/broken/$target-" -close_fd_mask=1 "$build/found/$target" "$here/corpus/$target" \
        </dev/null >"$log" 2>&1 || code=$?
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    verdict=$([ "$code" = 0 ] && echo "nothing found" || echo "BROKEN, see $log")
    took=$((SECONDS - begin))
    show "$target" "${count:-0}" "$took" "$verdict"
    executions=$((executions + ${count:-0}))
    seconds=$((seconds + took))
    [ "$code" = 0 ] || broken=1
done
show together "$executions" "$seconds" ""
exit "$broken"
