# Shared by the scripts of this folder, which are given: $PGKEEP_VERSIONS (those at hand, oldest first), $PGKEEP_VERSION_FOLDER
# (fetch.sh's), $PGKEEP_VERSION_WORK (archives, outcomes), $PGKEEP_BIN (our programs) and $PGKEEP_VERSION_ONLY (run.sh's --only).
# One database for each kind of locale.
# shellcheck shell=bash

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$PGKEEP_VERSION_WORK

bindir() {
    echo "$PGKEEP_VERSION_FOLDER/$1/usr/lib/postgresql/$1/bin"
}

is_wanted() { # SERVER BY INTO
    [[ "$1 $2 $3" =~ $PGKEEP_VERSION_ONLY ]]
}

# What a database holds, by SQL that knows nothing of pgkeep.
content_of() {
    PGDATABASE=$1 psql -XqAt -v ON_ERROR_STOP=1 -f "$here/../support/fingerprint.sql"
}

# What a database is. to_jsonb, because the columns have other names from version to version.
properties_of() {
    PGDATABASE=$1 psql -XqAt -v ON_ERROR_STOP=1 -f "$here/properties.sql"
}

schema_of() { # DATABASE BINDIR
    PGDATABASE=$1 "$2/pg_dump" --schema-only | grep -vE '^\\(un)?restrict |^-- Dumped (from|by)'
}

# MARK COMMAND...: runs it; what it says is kept in $log, and shown when it fails.
check() {
    local mark=$1
    shift
    if "$@" >"$log" 2>&1; then
        return 0
    fi
    { echo "$mark: $*" && tail -n 12 "$log"; } | sed 's/^/    /' >&2
    return 1
}

same() {
    local difference
    difference=$(diff "$1" "$2" | head -n 12)
    echo "$difference"
    [ -z "$difference" ]
}
