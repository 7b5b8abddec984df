"""Whether what a command made is what it should be. Each check throws WrongOutput that says what is not."""

import functools
import os
import subprocess

import commands
import server

_WHOLE = "PostgreSQL database dump complete"
# Rows and content of each table of a database, and its large objects.
_CONTENT = """
SELECT format('SELECT %L, count(*), sum(hashtextextended(t::text, 0)) FROM %s t', relname, oid::regclass)
  FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
\\gexec
SELECT 'large objects', count(*), sum(hashtextextended(md5(lo_get(oid)), 0)) FROM pg_largeobject_metadata;
SELECT 'indexes', count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'public'::regnamespace AND i.indisvalid;
"""


class WrongOutput(Exception):
    pass


def _read(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if result.returncode != 0:
        raise WrongOutput(f"`{' '.join(command)}` ended with {result.returncode}: {result.stdout[-500:]}")
    return result.stdout


def _whole_text(reader, path):
    tail = _read("bash", "-c", f"set -o pipefail; {reader} <'{path}' | tail -n 5")
    if _WHOLE not in tail:
        raise WrongOutput(f"the text of {path} does not end in `{_WHOLE}`")


def _gzip_text(path, _context):
    _whole_text("gunzip -c", path)


def _zstd_text(path, _context):
    _whole_text("zstd -dc", path)


def _archive(path, context):
    _whole_text("gunzip -c", path)
    _read(os.path.join(context["bin"], "pgkeep-verify"), "--quiet", path)


def _toc(path, _context):
    listed = _read("pg_restore", "-l", path)
    if " TABLE DATA " not in listed:
        raise WrongOutput(f"{path} lists no table data")


def _table_rows(path, context):
    rows = int(server.run_psql(context["db"], "-c", f"SELECT count(*) FROM {context['table']}"))
    with open(path, encoding="utf-8") as script:
        inside = found = 0
        for line in script:
            if line.startswith("COPY "):
                inside = 1
            elif line == "\\.\n":
                inside = 0
            else:
                found += inside
    if found != rows:
        raise WrongOutput(f"{path} has {found} rows of {context['table']}, should be {rows}")


@functools.lru_cache(maxsize=1)
def _content_of_original(database, _data):
    return _content(database)


def _content(database):
    return subprocess.run(
        ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database],
        input=_CONTENT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.splitlines()


def _copy(_path, context):
    original = _content_of_original(context["db"], context["data"])
    copy = _content(commands.COPY)
    if copy != original:
        wrong = sorted(set(original) ^ set(copy))[:4]
        raise WrongOutput(f"the restored database differs: {wrong}")


_CHECKS = {
    "gzip_text": _gzip_text,
    "zstd_text": _zstd_text,
    "archive": _archive,
    "toc": _toc,
    "table_rows": _table_rows,
    "copy": _copy,
}


def check_output(command, path, context):
    if command.check:
        _CHECKS[command.check](path, context)
