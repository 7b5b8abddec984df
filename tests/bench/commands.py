"""What is run, and in which order: pgkeep and each peer, as lines for bash.

A line may use {db} (the database), {work} (an empty folder), {bin} (pgkeep's programs), {jobs}, and {table}. A restore
makes the database `copy`. What is left of an earlier round is removed before the clock starts.
"""

import dataclasses
import shutil

MIXED = ("mixed",)
TABLE = "blobs"  # of the mixed set: about 6 % of its text
COPY = "copy"


@dataclasses.dataclass(frozen=True)
class Command:
    name: str  # {jobs} stands for the number
    task: str  # backup, verify, restore or table: what it can be compared with
    line: str
    output: str = ""  # the file or folder that it writes, in {work}
    check: str = ""  # of checks.py: what its output is
    sets: tuple = ()  # empty: all
    needs: str = ""  # the program that must be installed
    ours: bool = False

    @property
    def restores(self):
        return self.task == "restore"


def _peer(name, task, line, output="", check="", sets=(), needs=""):
    return Command(name, task, line, output, check, sets, needs)


def _ours(name, task, line, output="", check="", sets=()):
    return Command(name, task, line, output, check, sets, ours=True)


_BACKUP = "{bin}/pgkeep-backup -d {db} -j{jobs}"
_RESTORE = "{bin}/pgkeep-restore -j{jobs} --into=" + COPY

COMMANDS = (
    _peer("pg_dump | gzip", "backup", "pg_dump {db} | gzip >{work}/gzip", "gzip", "gzip_text"),
    _peer("pg_dump | gzip -1", "backup", "pg_dump {db} | gzip -1 >{work}/gzip1", "gzip1", "gzip_text", MIXED),
    _peer("pg_dump | pigz", "backup", "pg_dump {db} | pigz >{work}/pigz", "pigz", "gzip_text", MIXED, "pigz"),
    _peer("pg_dump | zstd -T0", "backup", "pg_dump {db} | zstd -q -T0 >{work}/zstd", "zstd", "zstd_text", MIXED, "zstd"),
    _peer("pg_dump -Fc", "backup", "pg_dump -Fc -f {work}/custom {db}", "custom", "toc"),
    _peer("pg_dump -Fd -j{jobs}", "backup", "pg_dump -Fd -j{jobs} -f {work}/dir {db}", "dir", "toc"),
    _peer("pg_dump -Fd -j{jobs} -Z1", "backup", "pg_dump -Fd -j{jobs} -Z1 -f {work}/dir1 {db}", "dir1", "toc", MIXED),
    _peer("pg_dump >/dev/null", "backup", "pg_dump {db} >/dev/null"),
    _ours("pgkeep-backup", "backup", _BACKUP + " -f {work}/ours", "ours", "archive"),
    _ours("pgkeep-backup --verify=none", "backup", _BACKUP + " --verify=none -f {work}/plain", "plain", "archive", MIXED),
    _ours("pgkeep-backup -Z1", "backup", _BACKUP + " -Z1 -f {work}/ours1", "ours1", "archive"),
    _peer("gzip -t", "verify", "gzip -t <{work}/gzip"),
    _ours("pgkeep-verify", "verify", "{bin}/pgkeep-verify -j{jobs} {work}/ours"),
    _peer(
        "zcat | sed",
        "table",
        "zcat <{work}/gzip | sed -n '/^COPY public\\.{table} /,/^\\\\\\.$/p' >{work}/cut.sql",
        "cut.sql",
        "table_rows",
        MIXED,
    ),
    _ours(
        "pgkeep-restore --stdout -t",
        "table",
        "{bin}/pgkeep-restore --stdout -t {table} {work}/ours >{work}/table.sql",
        "table.sql",
        "table_rows",
        MIXED,
    ),
    _peer(
        "gunzip | psql",
        "restore",
        "createdb -T template0 copy && gunzip -c <{work}/gzip | psql -qX -v ON_ERROR_STOP=1 -d copy",
        check="copy",
    ),
    _peer(
        "pg_restore -j{jobs}",
        "restore",
        "createdb -T template0 copy && pg_restore -j{jobs} -d copy {work}/dir",
        check="copy",
    ),
    _ours("pgkeep-restore --check=none", "restore", _RESTORE + " --check=none {work}/ours", check="copy"),
    _ours("pgkeep-restore", "restore", _RESTORE + " {work}/ours", check="copy"),
)

# What each task's ratios are of.
REFERENCES = {
    "backup": "pg_dump | gzip",
    "verify": "gzip -t",
    "table": "zcat | sed",
    "restore": "gunzip | psql",
}


def full_name(command, jobs):
    return command.name.format(jobs=jobs)


def commands_for(data_set, ours_only_elsewhere=False):
    """Those for this set whose programs are installed; with `ours_only_elsewhere` no peers but on the mixed set."""
    only_ours = ours_only_elsewhere and data_set not in MIXED
    return [
        command
        for command in COMMANDS
        if (not command.sets or data_set in command.sets)
        and (not command.needs or shutil.which(command.needs))
        and (command.ours or not only_ours)
    ]
