#!/usr/bin/env bash
# PAGE: adds the rows and versions of the table in it to what tests/versions/run.sh saw. What it saw stands before them, and counts.

set -euo pipefail
. "$(dirname "$0")/common.sh"
page=$1

rows() {
    sed -n '/^<!-- outcome -->$/,/^<!-- end -->$/ s/^| \([0-9].*\) |$/\1/p' "$page" | tr -d '|'
}

rows | awk '{ print $1, $2, $3 }' >>"$work/backups"
rows | awk '$3 == "yes" && NF > 4 { $3 = ""; print }' | tr -s ' ' >>"$work/restores"
sed -n 's/^Versions: \(.*\)\.$/\1/p' "$page" | sed 's/), /)\n/g' >"$work/versions"
