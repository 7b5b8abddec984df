#!/usr/bin/env bash
# MAJOR: restores into the server that PG* names whatever servers of this version and older ones were backed up to.

set -euo pipefail
. "$(dirname "$0")/common.sh"
major=$1
log=$work/target_$major.log

programs_for() { # pg_restore must be as new as pg_dump was
    bindir $(($1 > major ? $1 : major))
}

# Only what exists already may be refused.
load_globals() { # FOLDER BY
    gunzip -c "$1/by_$2"/globals_*.sql.gz | psql -Xq -d postgres >"$work/globals_$major.log" 2>&1 || return
    ! grep ERROR "$work/globals_$major.log" | grep -v 'already exists' || return
    [ "$1" != "$work/$major" ] ||
        "$(bindir "$major")/pg_dumpall" --roles-only | grep -v '^\\' | same "$work/$major/roles" -
}

archive_of() { # REPOSITORY DATABASE
    compgen -G "$1/$2/*.sql.gz"
}

by_psql() { # FOLDER BY
    createdb -T template0 -E UTF8 plain
    gunzip -c "$(archive_of "$1/by_$2" shop)" | psql -Xq -v ON_ERROR_STOP=1 -d plain >/dev/null &&
        content_of plain >"$work/plain_$major.content" && same "$1/shop.content" "$work/plain_$major.content"
}

by_pgkeep() { # FOLDER BY
    local archive database
    for archive in "$1/by_$2"/*/*.sql.gz; do
        database=$(basename "$(dirname "$archive")")
        [ "$database" != globals ] || continue
        "$PGKEEP_BIN/pgkeep-restore" --bindir="$(programs_for "$2")" -w -j 2 --into="restored_$database" "$archive" || return
        content_of "restored_$database" >"$work/restored_$major.content"
        same "$1/$database.content" "$work/restored_$major.content" || return
        properties_of "restored_$database" >"$work/restored_$major.properties"
        same "$1/$database.properties" "$work/restored_$major.properties" || return
    done
}

# As it was there, or, where this version writes it in another way, as PostgreSQL's own programs bring it here.
same_schema() { # FOLDER BY
    createdb -T template0 -E UTF8 reference
    "$(programs_for "$2")/pg_restore" -d reference "$1/by_$2.schema" || true
    schema_of reference "$(bindir "$major")" >"$work/reference_$major.schema"
    schema_of restored_shop "$(bindir "$major")" >"$work/restored_$major.schema"
    [ "$1" != "$work/$major" ] || cp "$1/shop.schema" "$work/reference_$major.schema"
    same "$work/reference_$major.schema" "$work/restored_$major.schema"
}

# Ends with 0 only when a row was changed.
update_row() {
    [ -n "$(psql -XqAt -v ON_ERROR_STOP=1 -d restored_shop -c 'UPDATE shop.products SET net = net + 1
        WHERE id = (SELECT min(id) FROM shop.products) RETURNING id')" ]
}

# A row, the definitions and the tables are not as in the archive; a restore that does nothing is noticed.
change() {
    update_row && psql -Xq -v ON_ERROR_STOP=1 -d restored_shop -c 'DROP VIEW shop.with_everything' \
        -c 'CREATE TABLE shop.added AS SELECT 1 AS n'
}

# Over a database that was the same, and is not any more.
in_place() { # FOLDER BY
    change &&
        "$PGKEEP_BIN/pgkeep-restore" --bindir="$(programs_for "$2")" -w -j 2 -y -r "$work/safety_$major" -d restored_shop --in-place \
            --backup-file="$(archive_of "$1/by_$2" shop)" &&
        content_of restored_shop >"$work/restored_$major.content" && same "$1/shop.content" "$work/restored_$major.content" &&
        same_again
}

same_again() {
    schema_of restored_shop "$(bindir "$major")" >"$work/restored_$major.schema"
    same "$work/reference_$major.schema" "$work/restored_$major.schema"
}

# No difference, and one after one row was changed.
against() { # FOLDER BY
    local archive code=0
    archive=$(archive_of "$1/by_$2" shop)
    "$PGKEEP_BIN/pgkeep-verify" --against='dbname=restored_shop' "$archive" && update_row || return
    "$PGKEEP_BIN/pgkeep-verify" --against='dbname=restored_shop' "$archive" || code=$?
    [ "$code" = 4 ]
}

drill() { # FOLDER BY
    "$PGKEEP_BIN/pgkeep-verify" --level=drill --bindir="$(bindir "$major")" "$1/by_$2"/*/*.sql.gz
}

try() { # NAME FOLDER BY: adds yes or NO to the row
    if check "$1 of ${2##*/} by $3 into $major" "$1" "$2" "$3"; then
        row+=" yes"
    else
        row+=" NO"
    fi
}

drop_all() {
    psql -XAt -d postgres -c "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')" |
        while read -r name; do dropdb --force "$name"; done
}

# Its own roles come first: they must then be what they were there.
for from in $major $PGKEEP_VERSIONS; do
    folder=$work/$from
    [ "$from" -le "$major" ] || continue
    [ "$from" != "$major" ] || [ -z "${own_done:-}" ] || continue
    own_done=yes
    for by in $PGKEEP_VERSIONS; do
        [ "$by" -ge "$from" ] && [ -d "$folder/by_$by" ] && is_wanted "$from" "$by" "$major" || continue
        row="$from $by $major"
        try load_globals "$folder" "$by"
        try by_psql "$folder" "$by"
        try by_pgkeep "$folder" "$by"
        try same_schema "$folder" "$by"
        try in_place "$folder" "$by"
        try against "$folder" "$by"
        if [ "$by" -le "$major" ]; then
            try drill "$folder" "$by"
        else
            row+=" -"
        fi
        echo "$row" | tee -a "$work/restores"
        drop_all
    done
done
