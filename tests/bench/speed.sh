#!/usr/bin/env bash
# Times pgkeep side by side with what it replaces, on one throw-away server, and prints the ratios.
#
#   tests/bench/speed.sh [SCALE [RUNS]]     SCALE 100 is about 700 MB of text; 5 runs; the build in build/ is used
#
# Each round runs every command once, in turn, so that a machine whose speed drifts drifts for all. Medians count.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bin=${PGKEEP_BIN:-$here/../../build/bin}
if [ -z "${PGKEEP_BENCH_SERVER:-}" ]; then
    exec "$bin/pgkeep-scratch" --setting=shared_buffers=1GB -- env PGKEEP_BENCH_SERVER=1 "$0" "$@"
fi
scale=${1:-100} runs=${2:-5}
export PGDATABASE=bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

createdb bench
psql -qX -v ON_ERROR_STOP=1 -v scale="$scale" -f "$here/data.sql" >/dev/null
text=$(pg_dump | wc -c)
cores=$(nproc)
jobs=$((cores < 4 ? cores : 4))

names=() commands=()
add() { names+=("$1") commands+=("$2"); }
add 'pg_dump | gzip'               "pg_dump | gzip >$work/gzip"
add 'pg_dump | gzip -1'            "pg_dump | gzip -1 >$work/gzip1"
add 'pg_dump >/dev/null'           'pg_dump >/dev/null'
add "pg_dump -Fd -j$jobs -Z1"      "rm -rf $work/dir; pg_dump -Fd -j$jobs -Z1 -f $work/dir"
add 'pgkeep-backup'                "rm -f $work/a6; $bin/pgkeep-backup -d bench -j$jobs -f $work/a6"
add 'pgkeep-backup --verify=none'  "rm -f $work/n6; $bin/pgkeep-backup -d bench -j$jobs --verify=none -f $work/n6"
add 'pgkeep-backup -Z1'            "rm -f $work/a1; $bin/pgkeep-backup -d bench -j$jobs -Z1 -f $work/a1"
add 'gzip -t'                      "gzip -t <$work/gzip"
add 'pgkeep-verify'                "$bin/pgkeep-verify -j$jobs $work/a6"
add 'gunzip | psql'                "dropdb --if-exists copy; createdb copy; gunzip -c <$work/gzip | psql -qX -v ON_ERROR_STOP=1 -d copy"
add "pg_restore -j$jobs"           "dropdb --if-exists copy; createdb copy; pg_restore -j$jobs -d copy $work/dir"
add 'pgkeep-restore --check=none'  "dropdb --if-exists copy; $bin/pgkeep-restore -j$jobs --check=none --into=copy $work/a6"
add 'pgkeep-restore'               "dropdb --if-exists copy; $bin/pgkeep-restore -j$jobs --into=copy $work/a6"

now() { date +%s%N; }
for ((round = 0; round <= runs; round++)); do # round 0 warms up
    for i in "${!names[@]}"; do
        start=$(now)
        bash -c "set -o pipefail; ${commands[$i]}" >/dev/null
        [ "$round" -eq 0 ] || echo $(((($(now)) - start) / 1000000)) >>"$work/times.$i"
    done
done

median() { sort -n "$work/times.$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
printf '%s bytes of text, %s cores, %s runs, medians\n\n' "$text" "$cores" "$runs"
printf '| command | seconds | spread | of pg_dump \\| gzip | of pg_dump >/dev/null | of gunzip \\| psql | of gzip -t |\n'
printf '| --- | --- | --- | --- | --- | --- | --- |\n'
gzip_ms=$(median 0) null_ms=$(median 2) test_ms=$(median 7) psql_ms=$(median 9)
for i in "${!names[@]}"; do
    sort -n "$work/times.$i" | awk -v name="${names[$i]//|/\\\\|}" -v g="$gzip_ms" -v n="$null_ms" -v p="$psql_ms" -v t="$test_ms" '
        {v[NR] = $1}
        END {m = v[int((NR + 1) / 2)]
             printf "| %s | %.2f | %.2f-%.2f | %.2f | %.2f | %.2f | %.2f |\n", name, m / 1000, v[1] / 1000, v[NR] / 1000, m / g, m / n, m / p, m / t}'
done
printf '\n| file | bytes | of gzip |\n| --- | --- | --- |\n'
size() { stat -c %s "$work/$2" | awk -v name="$1" -v g="$(stat -c %s "$work/$3")" '{printf "| %s | %d | %.3f |\n", name, $1, $1 / g}'; }
size 'gzip -6' gzip gzip
size 'pgkeep-backup' a6 gzip
size 'gzip -1' gzip1 gzip1
size 'pgkeep-backup -Z1' a1 gzip1
