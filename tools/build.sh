#!/usr/bin/env bash
# Builds with CMake into FOLDER, quietly: a line or two of output, the rest in FOLDER/build.log. Settings (-D…) count when
# the folder is new or they are not its own yet, so a second run with the same ones has nothing to do. Several sources are
# compiled at once, which takes half the time of a build from the beginning.
#
#     tools/build.sh FOLDER [-DNAME=VALUE]... [TARGET]...

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$1
shift
settings=(-DCMAKE_UNITY_BUILD=ON)
targets=()
for argument in "$@"; do
    case $argument in
    -D*) settings+=("$argument") ;;
    *) targets+=(--target "$argument") ;;
    esac
done

mkdir -p "$folder"
log=$folder/build.log
: >"$log"
begin=$SECONDS

# `cmake -N -L` cannot tell types apart, so the cache itself is asked.
configured() {
    local setting
    [ -f "$folder/build.ninja" ] || [ -f "$folder/Makefile" ] || return 1
    for setting in "${settings[@]}"; do
        setting=${setting#-D}
        grep -qE "^${setting%%=*}:[A-Z]+=${setting#*=}\$" "$folder/CMakeCache.txt" || return 1
    done
}

give_up() {
    grep -E -m 20 '(: |^)(fatal )?error:|FAILED:|CMake Error|undefined reference' "$log" >&2 || tail -n 30 "$log" >&2
    echo "The build failed; all of its output is in $log" >&2
    exit 1
}

if ! configured; then
    generator=()
    if [ ! -f "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null; then
        generator=(-G Ninja)
    fi
    echo "Building into ${folder#"$top"/} ..."
    cmake -S "$top" -B "$folder" "${generator[@]}" "${settings[@]}" >>"$log" 2>&1 || give_up
fi
cmake --build "$folder" -j "$(nproc)" "${targets[@]}" >>"$log" 2>&1 || give_up
if [ $((SECONDS - begin)) -gt 2 ]; then
    echo "Built in $((SECONDS - begin)) s."
fi
