#!/usr/bin/env bash
# Backs up servers of every version of PostgreSQL that Debian carries, with the pg_dump of every version, and restores into
# each that is not older. Takes some 20 minutes, a mirror of Debian for the first run, and 250 MB of disk for each version.
#
#     tests/versions/run.sh [--write] [MAJOR]...
#
# --write puts the outcome into docs/versions.md. Ends with 1 when something is not as it should be. The programs in build/bin must
# be there; `tests/run.sh --all-versions` builds them.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
write=''
if [ "${1:-}" = --write ]; then
    write=yes
    shift
fi
wanted=${*:-13 15 17 18 19}

PGKEEP_BIN=$top/build/bin
PGKEEP_VERSION_FOLDER=$top/build/versions
PGKEEP_VERSION_WORK=$(mktemp -d)
PGKEEP_VERSIONS=''
export PGKEEP_BIN PGKEEP_VERSION_FOLDER PGKEEP_VERSION_WORK PGKEEP_VERSIONS
work=$PGKEEP_VERSION_WORK
trap 'rm -rf "$work"' EXIT

# A version that cannot be had is left out, and said so.
for major in $wanted; do
    if "$here/fetch.sh" "$PGKEEP_VERSION_FOLDER" "$major"; then
        PGKEEP_VERSIONS+="${PGKEEP_VERSIONS:+ }$major"
    else
        echo "PostgreSQL $major is left out." >&2
    fi
done

in_server() { # MAJOR SCRIPT
    local bin=$PGKEEP_VERSION_FOLDER/$1/usr/lib/postgresql/$1/bin
    "$PGKEEP_BIN/pgkeep-scratch" --bindir="$bin" --setting=wal_level=logical -- "$here/$2" "$1"
}

begin=$SECONDS
for major in $PGKEEP_VERSIONS; do
    in_server "$major" source.sh
done
for major in $PGKEEP_VERSIONS; do
    in_server "$major" target.sh
done

"$here/table.sh" "$work" >"$work/table.md"
if [ -n "$write" ]; then
    page=$top/docs/versions.md
    sed -i -e "/^<!-- outcome -->$/,/^<!-- end -->$/ { /^<!-- outcome -->$/r $work/table.md" -e '/^<!--/!d }' "$page"
fi
echo "$(wc -l <"$work/restores") combinations in $((SECONDS - begin)) s."
! grep -h NO "$work/backups" "$work/restores"
