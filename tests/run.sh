#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, and runs the tests. Other arguments go to ctest.
#
#     tests/run.sh                        all tests, Release, in build/
#     tests/run.sh -L unit                those that need no server
#     tests/run.sh -R restore             those whose name holds `restore`
#     tests/run.sh --sanitize -L unit     with AddressSanitizer and UBSan, in build-asan/
#     tests/run.sh --all-versions         no tests, but every version of PostgreSQL at hand: tests/versions/run.sh

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$top/build
settings=(-DCMAKE_BUILD_TYPE=Release -DPGKEEP_WERROR=ON -DPGKEEP_TESTS=ON)
if [ "${1:-}" = --sanitize ]; then
    shift
    folder=$top/build-asan
    settings=(-DCMAKE_BUILD_TYPE=RelWithDebInfo "-DPGKEEP_SANITIZE=address,undefined" -DPGKEEP_TESTS=ON)
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
fi
all_versions=''
if [ "${1:-}" = --all-versions ]; then
    shift
    all_versions=yes
fi

"$top/tools/install-packages.sh" tests
"$top/tools/build.sh" "$folder" "${settings[@]}"
if [ -n "$all_versions" ]; then
    exec "$top/tests/versions/run.sh" "$@"
fi
# Without the two lines for each test that passed; the exit code is that of ctest.
ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$(nproc)" "$@" </dev/null |
    grep -vE '^ +Start +[0-9]+: |^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed '
