#!/usr/bin/env python3
"""What must hold after every fault, whatever it was.

1. No process of the faulted run lives, and the server ends its sessions.
2. The live database answers, with the old content or with the proven new one.
3. Every published archive passes pgkeep-verify.
4. No replication slot, prepared transaction or advisory lock is left; a staging or replaced database
   that is left is named by the next run of pgkeep-restore, with the command that removes it.
5. On request: the next restore succeeds and brings back what the newest archive holds.
6. The next backup succeeds, and afterwards the repository holds no temporary file.
7. The folder for temporary files is empty, at the latest after the next drill.

Not the place for faults: it only looks, and runs the programs as the next person would.

As a module: Checker(...).check(...) returns a list of problems, empty when all is well. As a program
(the server is that of PGHOST, PGPORT and PGUSER):

    tests/faults/invariants.py --bin=build/bin --repository=DIR --database=NAME --content=HASH... [--restore]
    tests/faults/invariants.py --database=NAME --print-content

prints one line for each problem and ends with 1 when there is one. `--print-content` prints the hash.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

# In the environment of every program that a fault is planted in, so that whatever it started can be found.
TAG = "PGKEEP_FAULT_RUN"

# Hidden files that belong into a repository.
LASTING = re.compile(r"^\.lock$|^\.replaced$|^\..*\.(evidence|hold)$")

# psql runs the statements that the queries before \gexec write; rows in no order of their own.
CONTENT_SQL = r"""
SET search_path = ''; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 3;
SET timezone = 'UTC'; SET bytea_output = 'hex';
SELECT format('SELECT %L, count(*), coalesce(sum(hashtextextended(x::text, 7)::numeric), 0) FROM ONLY %s AS x',
              oid::regclass, oid::regclass)
  FROM pg_class WHERE relkind IN ('r', 'm') AND oid >= 16384 AND relnamespace <> 'pg_toast'::regnamespace
 ORDER BY oid::regclass::text COLLATE "C" \gexec
SELECT format('SELECT %L, last_value, is_called FROM %s', oid::regclass, oid::regclass)
  FROM pg_class WHERE relkind = 'S' ORDER BY oid::regclass::text COLLATE "C" \gexec
SELECT conrelid::regclass::text COLLATE "C", conname, convalidated FROM pg_constraint WHERE conrelid >= 16384 ORDER BY 1, 2;
SELECT indexrelid::regclass, indisvalid FROM pg_index JOIN pg_class AS t ON t.oid = indrelid
 WHERE indrelid >= 16384 AND t.relkind <> 't' ORDER BY indexrelid::regclass::text COLLATE "C";
SELECT oid::regclass, pg_get_viewdef(oid) FROM pg_class
 WHERE relkind IN ('v', 'm') AND oid >= 16384 ORDER BY oid::regclass::text COLLATE "C";
SELECT oid, md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid;
"""

SESSIONS_SQL = (
    "SELECT pid, application_name, coalesce(wait_event, ''), left(query, 60) FROM pg_stat_activity"
    " WHERE application_name LIKE 'pgkeep%' OR application_name LIKE 'pg_dump%' OR application_name = 'pg_restore'"
)
OBJECTS_SQL = (
    "SELECT 'replication slot ' || slot_name FROM pg_replication_slots"
    " UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts"
    " UNION ALL SELECT 'advisory lock of process ' || pid FROM pg_locks WHERE locktype = 'advisory'"
)


def psql(database, sql, timeout=60):
    """The rows, unaligned. Raises subprocess.CalledProcessError with what psql said."""
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"]
    env = {name: value for name, value in os.environ.items() if name != TAG}
    done = subprocess.run(command, input=sql, capture_output=True, text=True, env=env, timeout=timeout, check=True)
    return done.stdout.rstrip("\n")


def content(database):
    """A hash of rows, sequences, constraints, indexes, views and large objects."""
    import hashlib

    return hashlib.sha256(psql(database, CONTENT_SQL).encode()).hexdigest()[:16]


def tagged_processes(tag):
    """Processes that still run and have `tag` in their environment."""
    wanted = f"{TAG}={tag}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                if wanted not in file.read().split(b"\0"):
                    continue
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                found.append((int(entry), file.read().replace(b"\0", b" ").decode(errors="replace").strip()))
        except OSError:
            continue
    return found


def wait_until(condition, seconds):
    """True once condition() holds; the pauses grow from 10 to 100 milliseconds."""
    end = time.monotonic() + seconds
    pause = 0.01
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True


def server_answers():
    try:
        return psql("postgres", "SELECT 1", timeout=5) == "1"
    except (subprocess.SubprocessError, OSError):
        return False


class Checker:
    """One repository, one live database and the contents that it may have."""

    def __init__(self, bin_folder, repository, database, temporary=None, extra=()):
        self.bin = Path(bin_folder)
        self.repository = Path(repository)
        self.database = database
        self.temporary = Path(temporary) if temporary else None
        self.extra = list(extra)  # options of every program, such as --jobs
        self.problems = []
        self.found = None  # the hash that the live database had

    # `allowed`: hashes of content(). `tag`: of the run that was faulted. `restore`: also demand that a restore
    # works; the newest archive's content must then be `archived`.
    def check(self, allowed, tag=None, restore=False, archived=None, backup=True):
        self.problems = []
        self.found = None
        dead = self.check_server()
        if dead:
            return dead
        self.check_processes(tag)
        self.check_sessions()
        self.check_content(allowed)
        self.check_archives()
        self.check_server_objects()
        if restore:  # before the backup, of which another archive would be the newest
            self.check_next_restore(archived)
        if backup:
            self.check_next_backup()
        self.check_temporary()
        return self.problems

    # Waits until it answers.
    @staticmethod
    def check_server():
        return [] if wait_until(server_answers, 30) else ["the server does not answer any more"]

    def say(self, problem):
        self.problems.append(problem)

    def run(self, program, *arguments, timeout=120):
        env = dict(os.environ)
        env.pop(TAG, None)
        env["PGKEEP_REPOSITORY"] = str(self.repository)
        if self.temporary:
            env["TMPDIR"] = str(self.temporary)
        command = [str(self.bin / program), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=env, timeout=timeout,
                              stdin=subprocess.DEVNULL)

    def check_processes(self, tag):
        if tag and not wait_until(lambda: not tagged_processes(tag), 8):
            self.say(f"processes are left: {tagged_processes(tag)}")

    def check_sessions(self):
        # A session that waits looks for its client every ten seconds.
        if not wait_until(lambda: psql("postgres", SESSIONS_SQL) == "", 15):
            self.say("sessions are left: " + psql("postgres", SESSIONS_SQL))

    def check_content(self, allowed):
        try:
            found = self.found = content(self.database)
        except subprocess.CalledProcessError as error:
            self.say(f"database {self.database} does not answer: {error.stderr.strip()}")
            return
        if found not in allowed:
            self.say(f"database {self.database} holds {found}, which is none of {', '.join(allowed)}")

    # What the live database held, as `names` calls the hashes.
    def name_of(self, names):
        return "" if self.found is None else names.get(self.found, "something else")

    def archives(self):
        return [path for path in self.repository.rglob("*.sql.gz") if not path.name.startswith(".")]

    def check_archives(self):
        if not self.archives():
            return
        done = self.run("pgkeep-verify", "-q")
        if done.returncode != 0:
            self.say(f"pgkeep-verify ends with {done.returncode}: {done.stdout.strip()} {done.stderr.strip()}")

    def left_databases(self):
        return psql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE '%\\_\\_restore\\_%' OR"
                    " datname LIKE '%\\_\\_before\\_%' ORDER BY 1").split()

    def check_server_objects(self):
        for line in psql("postgres", OBJECTS_SQL).splitlines():
            self.say("left on the server: " + line)
        left = self.left_databases()
        if not left:
            return
        # Without an archive there is nothing that a restore could have begun with.
        done = self.run("pgkeep-restore", "--dry-run", "-d", self.database, "latest")
        for name in left:
            command = f'DROP DATABASE "{name}"'
            if command not in done.stderr + done.stdout:
                self.say(f"the next restore does not name database {name}: {done.stderr.strip()}")
            psql("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')

    def check_next_backup(self):
        done = self.run("pgkeep-backup", *self.extra, self.database)
        if done.returncode != 0:
            self.say(f"the next backup ends with {done.returncode}: {done.stderr.strip()}")
            return
        left = [path.name for path in self.repository.rglob(".*") if not LASTING.match(path.name)]
        if left:
            self.say(f"the next backup does not sweep {', '.join(left)}")

    def check_temporary(self):
        if not self.temporary or not os.listdir(self.temporary):
            return
        done = self.run("pgkeep-verify", "-q", "--level=drill", "--latest", timeout=300)
        left = os.listdir(self.temporary)
        if done.returncode != 0 or left:
            self.say(f"the next drill ends with {done.returncode} and leaves {left}: {done.stderr.strip()}")

    def check_next_restore(self, archived):
        done = self.run("pgkeep-restore", "-y", "--no-safety-snapshot", *self.extra, "-d", self.database, "latest")
        if done.returncode != 0:
            self.say(f"the next restore ends with {done.returncode}: {done.stderr.strip()}")
        elif archived is not None and content(self.database) != archived:
            self.say("the next restore brings back something else than was saved")


def main():
    parser = argparse.ArgumentParser(description="Checks what must hold after every fault.")
    parser.add_argument("--bin", default="build/bin")
    parser.add_argument("--repository")
    parser.add_argument("--database", required=True)
    parser.add_argument("--content", action="append", default=[], help="a hash that the database may have")
    parser.add_argument("--archived", help="the hash that a restore of the newest archive gives")
    parser.add_argument("--tmp", help="the folder for temporary files of the faulted run")
    parser.add_argument("--tag", help=f"value of {TAG} in the environment of the faulted run")
    parser.add_argument("--restore", action="store_true", help="also demand that the next restore succeeds")
    parser.add_argument("--no-backup", action="store_true", help="do not run the next backup")
    parser.add_argument("--print-content", action="store_true")
    options = parser.parse_args()
    if options.print_content:
        print(content(options.database))
        return 0
    if not options.repository or not options.content:
        parser.error("--repository and --content are needed")
    checker = Checker(options.bin, options.repository, options.database, options.tmp)
    problems = checker.check(options.content, options.tag, options.restore, options.archived, not options.no_backup)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
