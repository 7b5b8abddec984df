#!/usr/bin/env bash
# Puts the servers and programs of one major version of PostgreSQL, as Debian packages them, into a folder.
#
#     tests/versions/fetch.sh FOLDER MAJOR
#
# Ends with FOLDER/MAJOR/usr/lib/postgresql/MAJOR/bin, whose programs run as they are, beside what the system has
# installed. Does nothing when they run already. Needs apt, a mirror of Debian (PGKEEP_MIRROR; http://deb.debian.org) and the
# package patchelf, which it unpacks when it is missing. Needs no root, and installs nothing. Packages are taken only with
# Debian's signature; PGKEEP_MIRROR_AGE=any also takes lists that are signed but out of date, from a mirror that stands still.
#
# Not a debootstrap'ed folder: that needs root, a chroot and a hundred packages for each version, and a server within it does not
# see the folders of the test. The packages and the libraries they need are unpacked instead, and each program is told
# (PT_INTERP, DT_RPATH) to use the loader and libraries of its own folder. PostgreSQL finds its other files beside its programs.
# LD_LIBRARY_PATH would not do: a libc is of use to its own loader only, and shells that a server starts would get it too.

set -euo pipefail

folder=$(mkdir -p "$1" && cd "$1" && pwd)
major=$2
mirror=${PGKEEP_MIRROR:-http://deb.debian.org}
root=$folder/$major
apt=$folder/.apt-$major
bin=$root/usr/lib/postgresql/$major/bin

# Suites of Debian that carry each version, apart from that of its security updates.
suites_of() {
    case $1 in
    13) echo bullseye ;;
    15) echo bookworm ;;
    17) echo trixie ;;
    18) echo sid ;;
    19) echo sid experimental ;;
    *) echo "no suite of Debian that is known here carries PostgreSQL $1" >&2 && exit 2 ;;
    esac
}

runs() {
    "$bin/postgres" --version >/dev/null 2>&1 && "$bin/pg_dump" --version >/dev/null 2>&1
}

# An apt of our own: nothing is installed there, so it names every library that is needed.
configure_apt() {
    local suite signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d}
    : >"$apt/status"
    : >"$apt/etc/sources.list"
    for suite in "$@"; do
        echo "deb $signed $mirror/debian $suite main" >>"$apt/etc/sources.list"
        case $suite in
        bullseye | bookworm | trixie)
            echo "deb $signed $mirror/debian-security $suite-security main" >>"$apt/etc/sources.list"
            ;;
        esac
    done
    # Taken from experimental are only PostgreSQL and the C library; the rest does not fit together there.
    printf 'Package: postgresql* libpq5 libc6 libc-* locales*\nPin: release a=experimental\nPin-Priority: 900\n' \
        >"$apt/etc/preferences.d/experimental"
    cat >"$apt/apt.conf" <<CONF
Dir "$apt";
Dir::State "state";
Dir::State::status "$apt/status";
Dir::Cache "cache";
Dir::Etc "etc";
Dir::Etc::sourcelist "$apt/etc/sources.list";
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Get::Assume-Yes "true";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
Acquire::Check-Valid-Until "$([ "${PGKEEP_MIRROR_AGE:-}" = any ] && echo false || echo true)";
CONF
}

run_apt() {
    APT_CONFIG=$apt/apt.conf apt-get -q "$@" </dev/null >>"$apt/log" 2>&1 || {
        tail -n 20 "$apt/log" >&2
        return 1
    }
}

# What a server needs to run: not perl, the system's own tools, and the compiler of expressions.
is_needed() {
    case $1 in
    postgresql-common* | postgresql-client-common*) return 1 ;;
    postgresql-* | lib*) [[ $1 != libllvm* && $1 != libperl* && $1 != *-perl_* ]] ;;
    esac
}

unpack() {
    local package name
    rm -rf "$root"
    mkdir -p "$root"
    for package in "$apt"/cache/archives/*.deb; do
        name=${package##*/}
        ! is_needed "$name" || dpkg-deb -x "$package" "$root"
    done
}

find_patchelf() {
    command -v patchelf && return
    if [ ! -x "$folder/patchelf/usr/bin/patchelf" ]; then
        mkdir -p "$folder/patchelf"
        (cd "$folder/patchelf" && apt-get -q download patchelf >/dev/null 2>&1 && dpkg-deb -x patchelf_*.deb .)
    fi
    echo "$folder/patchelf/usr/bin/patchelf"
}

# DT_RPATH, not DT_RUNPATH: it also holds for the libraries of libraries and for modules that the server loads.
use_own_libraries() {
    local patchelf loader libc program
    patchelf=$(find_patchelf)
    loader=$(find "$root" -name 'ld-linux-*.so.*' -path '*-linux-gnu*' | head -n 1)
    libc=$(dirname "$(find "$root" -name libc.so.6 | head -n 1)")
    local paths=$libc:$root/usr/lib/${libc##*/}
    for program in "$bin"/*; do
        if [ "$(head -c 4 "$program" | tail -c 3)" = ELF ]; then
            "$patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$paths" "$program"
        fi
    done
}

! runs || exit 0
suites=$(suites_of "$major")
# shellcheck disable=SC2086 # words
configure_apt $suites
run_apt update
run_apt install --download-only "postgresql-$major" "postgresql-client-$major"
unpack
use_own_libraries
runs || {
    echo "the programs of PostgreSQL $major in $bin do not run" >&2
    "$bin/postgres" --version
}
rm -rf "$apt/cache"
"$bin/postgres" --version
