#!/usr/bin/env bash
# From nothing to a proven backup: installs what is missing, builds, starts a throw-away server with a sample shop, backs
# it up, lists, verifies, and restores it under another name. The archive is kept in build/quickstart/.
#
# With DATABASE_URL set it backs up and verifies that database instead, and restores nothing.

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
bin=$top/build/bin
begin=$SECONDS

step() {
    printf '\n[%s s] %s\n' "$((SECONDS - begin))" "$*"
}

show() {
    printf '$ %s\n' "${*/#$bin\//}"
    "$@"
}

build() {
    "$top/tools/install-packages.sh" build
    # A folder that tests/run.sh made has its own settings; they are left as they are.
    local settings=()
    [ -f "$top/build/CMakeCache.txt" ] || settings=(-DCMAKE_BUILD_TYPE=Release -DPGKEEP_TESTS=OFF)
    "$top/tools/build.sh" "$top/build" "${settings[@]}" pgkeep-backup pgkeep-restore pgkeep-verify pgkeep-scratch
}

back_up_theirs() {
    local archives=$top/build/quickstart/archives
    step "Backing up the database of DATABASE_URL"
    show "$bin/pgkeep-backup" -r "$archives" -v
    step "What the repository holds"
    show "$bin/pgkeep-restore" --list -r "$archives"
    step "Verifying the newest archive: every byte is read and every row counted and hashed"
    show "$bin/pgkeep-verify" -r "$archives" --latest
    step "Done. The archives are in $archives; nothing was restored."
}

# Runs inside pgkeep-scratch, with PGHOST, PGPORT and PGUSER set.
tour_of_the_shop() {
    local archives=$top/build/quickstart/shop
    rm -rf "$archives"
    step "Filling the database shop with a sample of every kind of object"
    psql -X -q -d postgres -c "CREATE DATABASE shop TEMPLATE template0 ENCODING 'UTF8'"
    psql -X -q -v ON_ERROR_STOP=1 -d shop -o /dev/null -f "$top/tests/support/sample_shop.sql"
    step "Backing it up: one standard .sql.gz, proven before it gets its name"
    show "$bin/pgkeep-backup" -d shop -r "$archives" -v
    step "What the repository holds"
    show "$bin/pgkeep-restore" --list -r "$archives"
    step "Verifying it: every byte is read and every row counted and hashed"
    show "$bin/pgkeep-verify" -r "$archives"
    step "Restoring it as shop_copy, with the proof of every table"
    show "$bin/pgkeep-restore" -d shop --into=shop_copy -r "$archives" -v latest
    step "Done. The throw-away server is gone in a moment; the archive is kept:"
    find "$archives" -name '*.sql.gz'
}

if [ "${1:-}" = --inside ]; then
    tour_of_the_shop
    exit
fi
build
if [ -n "${DATABASE_URL:-}" ]; then
    back_up_theirs
else
    step "Starting a throw-away PostgreSQL server"
    # Logical WAL only spares the restored publications a warning.
    exec "$bin/pgkeep-scratch" --setting=wal_level=logical -- "$top/tools/quickstart.sh" --inside
fi
