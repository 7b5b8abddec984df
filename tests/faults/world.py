"""What faults are planted in: a scratch server with a live database, a repository, and the programs.

The live database `shop` has the old content; the repository holds one archive with the new content. reset()
puts both back. run() starts a program as cron would and lets a fault happen meanwhile.

Must be started by pgkeep-scratch, whose server it may crash and start again.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from invariants import LASTING, Checker, TAG, content, psql, server_answers, wait_until

TOP = Path(__file__).resolve().parents[2]
LIVE = "shop"

# Two tables that are worth two workers, a generated one, a reference, indexes, a sequence and a large object.
SCHEMA_SQL = """
CREATE TABLE goods (id int PRIMARY KEY, name text NOT NULL, noise text);
INSERT INTO goods SELECT i, 'new ' || i, repeat(md5(i::text), 4) FROM generate_series(1, 12000) i;
CREATE TABLE orders (id bigint PRIMARY KEY, good int NOT NULL REFERENCES goods, total numeric(10,2) CHECK (total >= 0));
INSERT INTO orders SELECT i, 1 + i % 12000, i / 7.0 FROM generate_series(1, 20000) i;
CREATE INDEX ON orders (good);
CREATE INDEX ON goods (name);
CREATE TABLE empty_table (x int);
CREATE VIEW dear AS SELECT * FROM orders WHERE total > 1000;
CREATE MATERIALIZED VIEW totals AS SELECT good, sum(total) FROM orders GROUP BY good;
CREATE SEQUENCE numbers;
SELECT setval('numbers', 42);
SELECT lo_from_bytea(0, 'a large object');
"""
# The materialized view too, since what loads an archive makes it anew.
OLD_SQL = """
UPDATE goods SET name = 'old ' || id; DELETE FROM orders WHERE id % 3 = 0; CREATE TABLE only_old AS SELECT 1 AS x;
REFRESH MATERIALIZED VIEW totals;
"""


@dataclass
class Outcome:
    """How a program ended."""

    code: int  # as a shell shows it: 128 + signal
    out: str
    err: str
    seconds: float
    tag: str
    hung: bool = False  # it did not end by itself in time, and was killed
    notes: list = field(default_factory=list)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class World:
    def __init__(self, bin_folder):
        self.bin = Path(bin_folder).resolve()
        self.top = Path(tempfile.mkdtemp(prefix="pgkeep-faults-"))
        self.home = self.top / "home"
        self.temporary = self.top / "tmp"
        self.repository = self.top / "repository"
        self.pristine = self.top / "pristine"
        self.scratch = Path(os.environ["PGHOST"])
        self.restarted = None
        for folder in (self.home, self.temporary):
            folder.mkdir()
        self.top.chmod(0o755)
        self.temporary.chmod(0o1777)
        os.environ["HOME"] = str(self.home)
        for name in ("XDG_CONFIG_HOME", "DATABASE_URL", "PGDATABASE"):
            os.environ.pop(name, None)
        self.checker = Checker(self.bin, self.repository, LIVE, self.temporary)
        self.times = {}
        self.make_content()

    def close(self):
        if self.restarted:
            self.restarted.send_signal(signal.SIGQUIT)
            self.restarted.wait()
        shutil.rmtree(self.top, ignore_errors=True)

    def make_content(self):
        psql("postgres", f"CREATE DATABASE {LIVE}")
        psql(LIVE, SCHEMA_SQL)
        self.new = content(LIVE)
        done = self.checker.run("pgkeep-backup", LIVE)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        psql(LIVE, OLD_SQL)
        self.old = content(LIVE)
        psql("postgres", f"CREATE DATABASE old_{LIVE} TEMPLATE {LIVE}")
        self.repository.rename(self.pristine)
        self.changed = False
        self.reset()

    # The archive with the new content once more, so that a repository can be pruned.
    def add_archives(self, stamps):
        folder = self.repository / LIVE
        first = next(folder.glob("*.sql.gz"))
        for stamp in stamps:
            copy = folder / f"{LIVE}_{stamp}.sql.gz"
            shutil.copy2(first, copy)
            shutil.copy2(folder / f".{first.name}.evidence", folder / f".{copy.name}.evidence")
        self.remember_archives()

    # Of the live database as it is, so that they can be compared.
    def add_backup(self):
        done = self.checker.run("pgkeep-backup", LIVE)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        self.remember_archives()

    # The names of all that are published, below the repository.
    def archives(self):
        return {str(path.relative_to(self.repository)) for path in self.checker.archives()}

    # What the next run finds, as it may not change it.
    def remember_archives(self):
        self.before = {name: (self.repository / name).read_bytes() for name in self.archives()}

    # `database`: whether the live database may have been changed.
    def reset(self, database=True):
        shutil.rmtree(self.repository, ignore_errors=True)
        shutil.copytree(self.pristine, self.repository)
        self.remember_archives()
        for entry in self.temporary.iterdir():
            shutil.rmtree(entry, ignore_errors=True)
        if database and self.changed:
            psql("postgres", f"DROP DATABASE IF EXISTS {LIVE} WITH (FORCE);\nCREATE DATABASE {LIVE} TEMPLATE old_{LIVE};")
        self.changed = False

    def environment(self, tag, **changes):
        env = dict(os.environ)
        env.update({TAG: tag, "PGKEEP_REPOSITORY": str(self.repository), "TMPDIR": str(self.temporary)})
        for name, value in changes.items():
            if value is None:
                env.pop(name, None)
            else:
                env[name] = value
        return env

    # `meanwhile(process)` is called at once and may return a note. `limit`: seconds until it counts as hung.
    # `prefix`: words before the program, such as a shell that sets a limit.
    def run(self, program, *arguments, meanwhile=None, limit=60, env=None, prefix=(), stdout=None, stderr=None,
            preexec=None):
        tag = uuid.uuid4().hex
        out_file, err_file = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        begin = time.monotonic()
        process = subprocess.Popen([*prefix, str(self.bin / program), *arguments], stdin=subprocess.DEVNULL,
                                   stdout=stdout if stdout is not None else out_file,
                                   stderr=stderr if stderr is not None else err_file,
                                   env=self.environment(tag, **(env or {})), preexec_fn=preexec,
                                   start_new_session=True)
        notes, hung = [], False
        try:
            if meanwhile:
                notes.append(meanwhile(process))
            process.wait(timeout=max(0.1, limit - (time.monotonic() - begin)))
        except subprocess.TimeoutExpired:
            hung = True
            process.kill()
            process.wait()
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        texts = []
        for file in (out_file, err_file):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
            file.close()
        return Outcome(code, *texts, time.monotonic() - begin, tag, hung, notes)

    # In a few words, before a checker or the next run has looked at it.
    def what_is_left(self):
        wait_until(server_answers, 30)
        names = self.checker.left_databases()
        hidden = [path.name for path in self.repository.rglob(".*") if not LASTING.match(path.name)]
        found = {
            "a staging database": any("__restore_" in name for name in names),
            "the old database": any("__before_" in name for name in names),
            "a temporary file": bool(hidden),
            "a folder in TMPDIR": any(self.temporary.iterdir()),
            "a safety snapshot": any(self.repository.rglob("*.safety.sql.gz")),
        }
        return ", ".join(name for name, there in found.items() if there)

    # How long the whole of it takes: the median of three.
    def measure(self, program, *arguments):
        key = (program, *arguments)
        if key not in self.times:
            seconds = []
            for _ in range(3):
                outcome = self.run(program, *arguments)
                if outcome.code != 0:
                    raise RuntimeError(f"{program} fails without a fault: {outcome.err}")
                seconds.append(outcome.seconds)
                self.changed = True
                self.reset()
            self.times[key] = sorted(seconds)[1]
        return self.times[key]

    # --- the server

    def postmaster(self):
        return int((self.scratch / "data" / "postmaster.pid").read_text().splitlines()[0])

    def crash_server(self):
        """Immediate shutdown, and started again."""
        pid = self.postmaster()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
        owner = os.stat(f"/proc/{pid}")
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: self.is_gone(pid), 20)
        (self.scratch / "data" / "postmaster.pid").unlink(missing_ok=True)
        with open(self.scratch / "data" / "again.log", "ab") as log:
            identity = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
            self.restarted = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                              cwd=self.scratch / "data", preexec_fn=die_with_parent, **identity)
        wait_until(server_answers, 30)

    def is_gone(self, pid):
        if self.restarted and self.restarted.pid == pid:
            return self.restarted.poll() is not None
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True

    # Waits inside the server for a session whose application_name is like `pattern`, `pause` seconds more, and ends
    # it. Start it before the program; the result says whether there was one.
    def begin_to_end_session(self, pattern, pause=0.0, seconds=20, how="pg_terminate_backend(p)"):
        sql = f"""DO $$ DECLARE p int; BEGIN
            FOR i IN 1..{int(seconds * 500)} LOOP
                PERFORM pg_stat_clear_snapshot();
                SELECT pid INTO p FROM pg_stat_activity WHERE application_name LIKE '{pattern}' LIMIT 1;
                IF p IS NOT NULL THEN
                    PERFORM pg_sleep({pause}); PERFORM {how}; RAISE NOTICE 'pid=%', p; RETURN;
                END IF;
                PERFORM pg_sleep(0.002);
            END LOOP; END $$"""
        env = {name: value for name, value in os.environ.items() if name != TAG}
        return subprocess.Popen(["psql", "-XAtq", "-d", "postgres", "-c", sql], env=env, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
