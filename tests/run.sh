#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, and runs the tests. Other arguments go to ctest.
#
#     tests/run.sh                        all tests, Release, in build/
#     tests/run.sh -L unit                those that need no server
#     tests/run.sh -R restore             those whose name holds `restore`
#     tests/run.sh --sanitize             with AddressSanitizer and UBSan, in build-asan/
#     tests/run.sh --sanitize=thread      with ThreadSanitizer, in build-tsan/: those of the layers that use threads
#     tests/run.sh [--sanitize…] --only=restore_unit,restore_live   builds and runs those of these labels
#     tests/run.sh [--sanitize…] --part=3/12   no tests without a server, and of the others each twelfth from the third
#     tests/run.sh --all-versions         no tests, but every version of PostgreSQL at hand: tests/versions/run.sh

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$top/build
settings=(-DCMAKE_BUILD_TYPE=Release -DPGKEEP_WERROR=ON -DPGKEEP_TESTS=ON)
targets=()
selection=()
all_versions=''
findings=''
case ${1:-} in
--sanitize | --sanitize=address)
    shift
    folder=$top/build-asan
    settings=(-DCMAKE_BUILD_TYPE=RelWithDebInfo "-DPGKEEP_SANITIZE=address,undefined,float-cast-overflow" -DPGKEEP_TESTS=ON)
    findings=$folder/findings
    export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:exitcode=99:log_path=$findings/address
    export UBSAN_OPTIONS=print_stacktrace=1:exitcode=99:log_path=$findings/undefined
    ;;
--sanitize=thread)
    shift
    folder=$top/build-tsan
    settings=(-DCMAKE_BUILD_TYPE=RelWithDebInfo -DPGKEEP_SANITIZE=thread -DPGKEEP_TESTS=ON)
    targets=(base_unit proc_unit gzip_unit archive_unit backup_unit backup_live restore_live verify_live)
    selection=(-E '^(Mutation[.]|CheckArchive[.]FindsEvery)') # damage by the thousand tells no more of threads
    findings=$folder/findings
    export TSAN_OPTIONS=suppressions=$top/tests/thread_sanitizer.supp:halt_on_error=1:second_deadlock_stack=1:exitcode=99:log_path=$findings/thread
    ;;
--all-versions)
    shift
    all_versions=yes
    ;;
--sanitize=*)
    echo "There is no sanitizer ${1#*=} here; address and thread are." >&2
    exit 2
    ;;
esac

case ${1:-} in
--only=*)
    IFS=, read -ra targets <<<"${1#--only=}"
    shift
    ;;
esac

case ${1:-} in
--part=*)
    [[ $1 =~ ^--part=([0-9]+)/([0-9]+)$ ]] && ((BASH_REMATCH[1] >= 1 && BASH_REMATCH[1] <= BASH_REMATCH[2])) || {
        echo "$1 is no part; --part=1/12 is." >&2
        exit 2
    }
    selection+=(-R '_live$')
    export GTEST_TOTAL_SHARDS=${BASH_REMATCH[2]} GTEST_SHARD_INDEX=$((BASH_REMATCH[1] - 1))
    shift
    ;;
esac

if [ ${#targets[@]} -gt 0 ]; then
    selection+=(-L "^($(IFS='|' && echo "${targets[*]}"))\$")
elif [ "$*" = '-L unit' ]; then
    targets=(unit_tests)
fi

"$top/tools/install-packages.sh" tests
"$top/tools/build.sh" "$folder" "${settings[@]}" "${targets[@]}"
if [ -n "$all_versions" ]; then
    exec "$top/tests/versions/run.sh" "$@"
fi
# Of a program with many tests only those that failed, else they would be far above the end.
export GTEST_BRIEF=1
# Written to files, since a test may expect that a program fails, and would take a finding for that.
if [ -n "$findings" ]; then
    rm -rf "$findings"
    mkdir -m 1777 "$findings"
fi
# Without the two lines for each test that passed; the exit code is that of ctest.
code=0
ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$(nproc)" "${selection[@]}" "$@" </dev/null |
    grep -vE '^ +Start +[0-9]+: |^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed ' || code=$?
if [ -n "$findings" ] && compgen -G "$findings/*" >/dev/null; then
    echo "Findings of the sanitizer, in $findings:"
    head -n 60 "$findings"/*
    exit 1
fi
exit "$code"
