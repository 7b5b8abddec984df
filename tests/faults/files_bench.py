"""What files are made to fail under: a database, a repository to copy for each try, and the programs."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import preload
from invariants import TAG, content, psql

ARCHIVE = re.compile(r"^[^.].*\.sql\.gz$")

SHOP = """
CREATE TABLE goods AS SELECT i AS id, md5(i::text) || repeat('x', 40) AS name FROM generate_series(1, 4000) i;
ALTER TABLE goods ADD PRIMARY KEY (id); CREATE INDEX ON goods (name); CREATE SEQUENCE numbers START 7;
CREATE TABLE mark AS SELECT 'older' AS v; SELECT lo_from_bytea(0, 'a large object');
"""


class Operation:
    def __init__(self, name, command, changes=False):
        self.name, self.command, self.changes = name, command, changes

    def __str__(self):
        return self.name


def operations(database):
    return [
        Operation("backup", ["pgkeep-backup", "-j1", "--connect-retries=0", database]),
        Operation("restore", ["pgkeep-restore", "-y", "-j1", "--connect-retries=0", "-d", database, "latest"], True),
        Operation("verify", ["pgkeep-verify", "-q", "-j1"]),
        Operation("prune", ["pgkeep-backup", "--prune-only", "--keep-last=1", "--min-keep=1", database]),
        # What cannot be read for a moment is no reason to remove an archive that the policy keeps.
        Operation("prune nothing", ["pgkeep-backup", "--prune-only", "--keep-last=2", "--min-keep=1", database]),
    ]


def digests(folder):
    """Name and hash of each visible archive."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*.sql.gz") if ARCHIVE.match(path.name)}


class Bench:
    """A database, a repository to copy, and what is known of both."""

    def __init__(self, bin_folder, work):
        self.bin = Path(bin_folder).resolve()
        self.work = Path(work)
        self.home = self.work / "home"
        self.template = self.work / "template"
        self.tries = 0
        for folder in (self.home, self.template):
            folder.mkdir()
        self.database = f"files_{os.getpid()}"
        psql("postgres", f"CREATE DATABASE {self.database}")
        psql(self.database, SHOP)
        self.make_archive()  # of what no restore may bring back
        psql(self.database, "UPDATE mark SET v = 'saved'")
        self.saved = content(self.database)
        self.make_archive()
        psql(self.database, "UPDATE mark SET v = 'live'")
        self.live = content(self.database)
        self.before = digests(self.template)
        self.newest = max(self.before)

    def make_archive(self):
        done = self.plain(self.template, ["pgkeep-backup", self.database])
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        archives = sorted(self.template.rglob("*.sql.gz"))
        if len(archives) < 2:  # of an earlier day, so that nothing later falls into its second
            for path in archives[0].parent.iterdir():
                path.rename(path.with_name(re.sub(r"_\d{8}_", "_20250101_", path.name)))

    def environment(self, repository, tag=None, **more):
        env = dict(os.environ, HOME=str(self.home), PGKEEP_REPOSITORY=str(repository), LC_ALL="C", TZ="UTC", **more)
        env["PATH"] = f"{self.bin}:{env['PATH']}"
        if tag:
            env[TAG] = tag
        return env

    def plain(self, repository, command):
        return subprocess.run([str(self.bin / command[0]), *command[1:]], capture_output=True, text=True,
                              env=self.environment(repository), stdin=subprocess.DEVNULL, timeout=120)

    def put_live_back(self, operation):
        if operation.changes and content(self.database) != self.live:
            psql(self.database, "UPDATE mark SET v = 'live'")

    def fresh(self):
        """A folder with a copy of the repository, and one for temporary files."""
        self.tries += 1
        root = self.work / f"try{self.tries}"
        root.mkdir()
        (root / "tmp").mkdir()
        os.chmod(root / "tmp", 0o1777)
        shutil.copytree(self.template, root / "repository")
        return root

    def faulted(self, operation, root, **faults):
        """How it ended, its tag, and `CALL PATH` of what the library noted."""
        tag = f"{os.getpid()}.{self.tries}"
        log = self.work / "calls"
        env = self.environment(root / "repository", tag, TMPDIR=str(root / "tmp"), PGKEEP_FAULTS_FOLDER=str(root),
                               **preload.environment(self.bin, log, **faults))
        done = subprocess.run([str(self.bin / operation.command[0]), *operation.command[1:]], capture_output=True,
                              text=True, env=env, stdin=subprocess.DEVNULL, timeout=120)
        return done, tag, preload.take_log(log)

    def calls(self, operation):
        """`CALL PATH` of each call that a run in which nothing fails makes, in their order."""
        root = self.fresh()
        done, _, lines = self.faulted(operation, root, PGKEEP_FAULTS_CLOCK="1:+0")  # notes its looks at the clock too
        if done.returncode != 0:
            raise RuntimeError(f"{operation} fails without a fault: {done.stderr}")
        self.put_live_back(operation)
        shutil.rmtree(root)
        return [line for line in lines if line[0] != "loaded"]
