#!/usr/bin/env bash
# Backs up servers of every version of PostgreSQL that Debian carries, with the pg_dump of every version, and restores into
# each that is not older. Takes some 20 minutes, a mirror of Debian for the first run, and 250 MB of disk for each version.
#
#     tests/versions/run.sh [--write|--add] [--only=PATTERN] [MAJOR]...
#
# --write puts the outcome into docs/versions.md in place of what is there; --add keeps there what was not tried now, so that
# several runs make one table. --only leaves out the combinations that PATTERN does not match, which are written as three
# versions, of server, pg_dump, and server restored into: --only='^(13 13|15 15) 1[89]$'. Ends with 1 when something is not
# as it should be, when a version that was named is left out, and when nothing was tried; then nothing is written.
# The programs in build/bin must be there; `tests/run.sh --all-versions` builds them.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
write=''
case ${1:-} in
--write | --add)
    write=$1
    shift
    ;;
esac
PGKEEP_VERSION_ONLY=''
case ${1:-} in
--only=*)
    PGKEEP_VERSION_ONLY=${1#--only=}
    shift
    ;;
esac
wanted=${*:-13 15 17 18 19}

page=$top/docs/versions.md
PGKEEP_BIN=$top/build/bin
PGKEEP_VERSION_FOLDER=$top/build/versions
PGKEEP_VERSION_WORK=$(mktemp -d)
PGKEEP_VERSIONS=''
export PGKEEP_BIN PGKEEP_VERSION_FOLDER PGKEEP_VERSION_WORK PGKEEP_VERSIONS PGKEEP_VERSION_ONLY
work=$PGKEEP_VERSION_WORK
trap 'rm -rf "$work"' EXIT

# A version that cannot be had is left out, and said so; who named it wanted it.
code=0
for major in $wanted; do
    if "$here/fetch.sh" "$PGKEEP_VERSION_FOLDER" "$major"; then
        PGKEEP_VERSIONS+="${PGKEEP_VERSIONS:+ }$major"
    else
        echo "PostgreSQL $major is left out." >&2
        [ $# = 0 ] || code=1
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

[ -s "$work/restores" ] || {
    echo "Nothing was tried." >&2
    exit 1
}
echo "$(wc -l <"$work/restores") combinations in $((SECONDS - begin)) s."
if grep -h NO "$work/backups" "$work/restores"; then
    code=1
fi
if [ -n "$write" ]; then
    [ "$write" = --write ] || "$here/read_table.sh" "$page"
    "$here/table.sh" >"$work/table.md"
    sed -i -e "/^<!-- outcome -->$/,/^<!-- end -->$/ { /^<!-- outcome -->$/r $work/table.md" -e '/^<!--/!d }' "$page"
fi
exit "$code"
