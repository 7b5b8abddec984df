#!/usr/bin/env bash
# MAJOR: fills the server that PG* names with what this version knows, and backs it up with pg_dump of each version.

set -euo pipefail
. "$(dirname "$0")/common.sh"
major=$1
out=$work/$major
log=$out/log
mkdir -p "$out"

make_databases() {
    createdb -T template0 -E UTF8 shop
    psql -Xq -v ON_ERROR_STOP=1 -d shop -f "$here/../support/sample_shop.sql" >/dev/null
    local feature since
    for feature in "$here"/since_*.sql; do
        since=${feature##*_}
        [ "$major" -lt "${since%.sql}" ] || psql -Xq -v ON_ERROR_STOP=1 -d shop -f "$feature" >/dev/null
    done
    psql -Xq -v ON_ERROR_STOP=1 -d postgres -f "$here/locales.sql"
    local database
    for database in $(databases); do
        [ "$database" = shop ] || psql -Xq -v ON_ERROR_STOP=1 -d "$database" -c "CREATE TABLE words AS
            SELECT chr(65 + n % 58) || n AS word FROM generate_series(1, 3000) AS n" -c 'CREATE INDEX ON words (word)'
    done
}

databases() {
    psql -XAt -d postgres -c "SELECT datname FROM pg_database WHERE datname LIKE 'in\_%' OR datname = 'shop' ORDER BY 1"
}

back_up() { # VERSION of pg_dump
    "$PGKEEP_BIN/pgkeep-backup" --bindir="$(bindir "$1")" -r "$out/by_$1" --globals -w -j 2 $(databases)
}

# A pg_dump that is older than the server: nothing is written, and the message says what to install.
refuses() {
    local code=0
    back_up "$1" || code=$?
    [ "$code" = 1 ] && ! compgen -G "$out/by_$1/*/*.sql.gz" && grep -q 'is older than the server' "$log" &&
        grep -q "Install the package postgresql-client-$major" "$log"
}

is_restored() { # BY
    local into
    for into in $PGKEEP_VERSIONS; do
        ! is_wanted "$major" "$1" "$into" || return 0
    done
    return 1
}

make_databases
for database in $(databases); do
    content_of "$database" >"$out/$database.content"
    properties_of "$database" >"$out/$database.properties"
done
schema_of shop "$(bindir "$major")" >"$out/shop.schema"
"$(bindir "$major")/pg_dumpall" --roles-only | grep -v '^\\' >"$out/roles"
for by in $PGKEEP_VERSIONS; do
    outcome=yes
    if [ "$by" -lt "$major" ]; then
        check "backup of $major by $by" refuses "$by" && outcome=refused || outcome=NO
    elif ! is_restored "$by"; then
        continue
    else
        check "backup of $major by $by" back_up "$by" || outcome=NO
        "$(bindir "$by")/pg_dump" -Fc --schema-only -f "$out/by_$by.schema" shop
    fi
    echo "$major $by $outcome" >>"$work/backups"
done
