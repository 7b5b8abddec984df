#!/usr/bin/env bash
# Installs what is missing to build pgkeep and to run a scratch server, with `tests` also what the tests need, with
# `analysis`, `coverage` or `fuzz` what .ci/check-analysis.sh, tests/coverage.sh or tests/fuzz/run.sh needs beside that.
# Debian and Ubuntu; elsewhere it prints one list of packages and ends with 2. Does nothing when all is there.
#
#     tools/install-packages.sh [build|tests|analysis|coverage|fuzz]

set -euo pipefail

purpose=${1:-build}
log=$(mktemp)
cluster_conf=/etc/postgresql-common/createcluster.conf
kept_conf=''
missing=()

have_library() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# PROGRAM... PACKAGE: the package when none of the programs can be found, wherever they came from.
need_program() {
    local package=${*: -1} program
    for program in "${@:1:$#-1}"; do
        ! command -v "$program" >/dev/null || return 0
    done
    missing+=("$package")
}

need_libraries() {
    local package
    for package in "$@"; do
        have_library "$package" || missing+=("$package")
    done
}

need_server() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
}

libraries=(libpq-dev zlib1g-dev libdeflate-dev libxxhash-dev libssl-dev nlohmann-json3-dev libspdlog-dev
    libfmt-dev libboost-program-options-dev libboost-filesystem-dev)
test_libraries=(libgtest-dev libgmock-dev libbenchmark-dev)
all_packages() {
    echo "git cmake, ninja or make, pkg-config, a C++20 compiler (GCC 11 or newer),"
    echo "PostgreSQL (server, client programs and contrib), and the development packages of"
    echo "libpq, zlib, libdeflate, xxHash, OpenSSL, nlohmann-json, spdlog, fmt,"
    echo "Boost.Program_options and Boost.Filesystem; optional: ISA-L; for the tests: GoogleTest with"
    echo "GoogleMock, Google Benchmark, clang-format, pigz, zstd, xz, bzip2, Python 3, PgBouncer"
}

refuse() {
    echo "$1 pgkeep needs these packages:" >&2
    all_packages >&2
    exit 2
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

run_apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
        "$@" </dev/null >>"$log" 2>&1
}

# The lists may be absent (a fresh container) or out of date.
install_packages() {
    if ! apt-cache show "$@" >/dev/null 2>&1 || ! run_apt install --no-install-recommends "$@"; then
        run_apt update && run_apt install --no-install-recommends "$@"
    fi
}

# Installing a server makes and starts a cluster, which nobody here asked for. The file that says so comes with
# postgresql-common; it is put back at the end, however that comes.
without_cluster() {
    have_library postgresql-common || install_packages postgresql-common
    kept_conf=$(mktemp)
    cp -p "$cluster_conf" "$kept_conf"
    as_root sed -i -E 's/^#?[[:space:]]*create_main_cluster[[:space:]]*=.*/create_main_cluster = false/' "$cluster_conf"
    grep -q '^create_main_cluster = false' "$cluster_conf" ||
        echo 'create_main_cluster = false' | as_root tee -a "$cluster_conf" >/dev/null
}

clean_up() {
    local code=$?
    trap - EXIT
    if [ -n "$kept_conf" ]; then
        as_root cp "$kept_conf" "$cluster_conf"
        rm -f "$kept_conf"
    fi
    if [ "$code" != 0 ] && [ -s "$log" ]; then
        tail -n 20 "$log" >&2
    fi
    rm -f "$log"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    refuse "This system has no apt."
fi

need_program cmake cmake
need_program ninja make ninja-build
need_program g++ c++ g++
need_program pkg-config pkgconf pkg-config
need_libraries "${libraries[@]}"
case $(dpkg --print-architecture) in amd64 | arm64) need_libraries libisal-dev ;; esac
need_server
if [ "$purpose" != build ]; then
    need_libraries "${test_libraries[@]}"
    need_program git git
    need_program clang-format clang-format
    need_program pigz pigz
    need_program zstd zstd
    need_program xz xz-utils
    need_program bzip2 bzip2
    need_program python3 python3
    case $(dpkg --print-architecture) in amd64 | arm64) need_program igzip isal ;; esac
    need_program pgbouncer /usr/sbin/pgbouncer pgbouncer
fi
case $purpose in
analysis) # older ones do not understand <ranges> of GCC 12
    need_program clang-tidy-{16..21} clang-tidy-16
    need_program cppcheck cppcheck
    ;;
coverage) need_program gcovr gcovr ;;
fuzz)
    need_program clang++ clang
    need_libraries libclang-rt-dev # the runtime of sanitizers and libFuzzer
    ;;
esac

[ ${#missing[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] || command -v sudo >/dev/null || refuse "There is no sudo to install packages with."

begin=$SECONDS
echo "Installing ${#missing[@]} packages: ${missing[*]}"
case " ${missing[*]} " in *' postgresql '*) without_cluster ;; esac
install_packages "${missing[@]}"
# The tests start their own; nobody asked for a service.
case " ${missing[*]} " in
*' pgbouncer '*) ! command -v systemctl >/dev/null || as_root systemctl disable --now pgbouncer >>"$log" 2>&1 || true ;;
esac
echo "Installed in $((SECONDS - begin)) s."
