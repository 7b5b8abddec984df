"""The data sets, each in a database of its own. Sizes are those at scale 100."""

import dataclasses
import os
import subprocess

import server

_DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


@dataclasses.dataclass(frozen=True)
class DataSet:
    name: str
    content: str


DATA_SETS = (
    DataSet("mixed", "narrow rows, wide text, JSON events, 200 small tables, bytes that hardly compress"),
    DataSet("small", "5,000 small tables"),
    DataSet("huge", "one table of 5 million rows"),
    DataSet("wide", "text and JSON documents of 5 kB to 1 MB"),
    DataSet("binary", "bytea that does not compress"),
    DataSet("largeobjects", "large objects of 1 kB to 2 MB"),
    DataSet("pgbench", "the tables of pgbench -i -s 25"),
)


def load(name, database, scale):
    server.create_database(database)
    if name == "pgbench":
        pgbench_scale = max(1, round(scale / 4))
        command = ["pgbench", "-i", "-q", "-s", str(pgbench_scale), database]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    else:
        script = os.path.join(_DATA, name + ".sql")
        server.run_psql(database, "-v", f"scale={scale:g}", "-o", "/dev/null", "-f", script)
    server.run_psql(database, "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT")


def text_size(database):
    """Bytes of its plain dump."""
    with subprocess.Popen(["pg_dump", "-d", database], stdout=subprocess.PIPE) as dump:
        size = 0
        while piece := dump.stdout.read(1 << 20):
            size += len(piece)
    if dump.returncode != 0:
        raise RuntimeError(f"pg_dump of {database} ended with {dump.returncode}")
    return size
