#!/usr/bin/env bash
# The outcome of tests/versions/run.sh as Markdown. Of two outcomes of the same combination the first counts.

set -euo pipefail
. "$(dirname "$0")/common.sh"

# Those that were tried now, and those of a table that this one is added to.
versions() {
    local major
    for major in $PGKEEP_VERSIONS; do
        "$(bindir "$major")/postgres" --version | sed -E 's/^postgres \(PostgreSQL\) ([^ ]+) \(Debian ([^)]+)\)/\1 (\2)/'
    done
    [ ! -f "$work/versions" ] || cat "$work/versions"
}

echo
echo "Versions: $(versions | sort -uV | paste -sd ',' | sed 's/,/, /g')."
echo
echo '| server | pg_dump | backup | restored into | roles | psql | pgkeep-restore | schema | in place | against | drill |'
echo '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |'
while read -r server by backup; do
    if [ "$backup" != yes ]; then
        echo "| $server | $by | $backup | | | | | | | | |"
        continue
    fi
    while read -r from dump into outcomes; do
        [ "$from $dump" = "$server $by" ] || continue
        echo "| $server | $by | $backup | $into | ${outcomes// / | } |"
    done < <(sort -u -k1,1n -k2,2n -k3,3n "$work/restores")
done < <(sort -u -k1,1n -k2,2n "$work/backups")
echo
