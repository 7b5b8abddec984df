#!/usr/bin/env python3
"""Makes files fail under backup, restore, verify and prune, call by call, and looks what is left.

A run in which nothing fails is counted first with libpgkeep_faults.so (file_faults.cpp); then each of its
calls on a file of the repository or of the temporary folder fails in turn, each in a copy of the same
repository. The clock jumps at each look at it. With root's rights a small tmpfs fills up too, at many sizes.
After each run the invariant checker (invariants.py) looks, and here it is asked moreover that

* an interrupted or short call changes nothing, and the exit code is 0;
* a program that ends with something else than 0 names the file and the reason;
* after exit code 1 nothing new is published, and after 0 all is;
* archives from before are there, byte for byte (after a prune: those that it was to keep).

The server is that of PGHOST, PGPORT and PGUSER (tests/faults/run.sh and pgkeep-scratch give one):

    tests/faults/files.py --bin=build/bin [--sample=N --seed=N] [--only=TEXT] [--add=FILE]

One line for each problem, and at the end a row for each operation and fault; 1 when there is a problem.
"""

import argparse
import ctypes
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from invariants import LASTING, TAG, Checker, content, psql

ERRORS = {
    "ENOSPC": "No space left on device", "EDQUOT": "Disk quota exceeded", "EIO": "Input/output error",
    "EMFILE": "Too many open files",
}
HARMLESS = ("EINTR", "short")
# What can happen to which call. `+`: to all that follow too, as on a disk that stays full.
FAULTS = {
    "write": ("ENOSPC", "ENOSPC+", "EDQUOT", "EIO", "EINTR", "short"),
    "pwrite": ("ENOSPC+", "EIO", "EINTR", "short"),
    "read": ("EIO", "EINTR", "short"),
    "pread": ("EIO", "EINTR", "short"),
    "fsync": ("EIO", "ENOSPC", "EINTR"),
    "fdatasync": ("EIO", "ENOSPC", "EINTR"),
    "rename": ("EIO", "ENOSPC"),
    "openat": ("EMFILE", "EMFILE+", "EIO", "EINTR"),
    "link": ("EIO",),
    "ftruncate": ("EIO", "EINTR"),
    "unlink": ("EIO",),
    "flock": ("EINTR", "EIO"),
}
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
        tag = f"{os.getpid()}.{self.tries}"
        env = self.environment(root / "repository", tag, TMPDIR=str(root / "tmp"), PGKEEP_FAULTS_FOLDER=str(root),
                               LD_PRELOAD=str(self.bin / "libpgkeep_faults.so"), **faults)
        done = subprocess.run([str(self.bin / operation.command[0]), *operation.command[1:]], capture_output=True,
                              text=True, env=env, stdin=subprocess.DEVNULL, timeout=120)
        return done, tag

    def calls(self, operation):
        """`CALL PATH` of each call that a run in which nothing fails makes, in their order."""
        root = self.fresh()
        log = self.work / "calls"
        done, _ = self.faulted(operation, root, PGKEEP_FAULTS_LOG=str(log))
        if done.returncode != 0:
            raise RuntimeError(f"{operation} fails without a fault: {done.stderr}")
        lines = log.read_text().splitlines()
        log.unlink()
        self.put_live_back(operation)
        shutil.rmtree(root)
        return [line.split(" ", 1) for line in lines]


class Judge:
    """What one faulted run has to answer for, beside the invariants."""

    def __init__(self, bench, operation, root):
        self.bench, self.operation, self.root = bench, operation, root
        self.repository = root / "repository"
        self.problems = []

    def judge(self, done, tag, harmless, reason=None, codes=(0, 1)):
        found = digests(self.repository)
        text = done.stderr + done.stdout
        if done.returncode not in ((0,) if harmless else codes):
            self.say(f"ends with {done.returncode}: {text.strip()}")
        if done.returncode != 0 and not harmless:
            self.check_message(text, reason)
        self.check_archives(done.returncode, found)
        self.check_invariants(done.returncode, tag)
        return self.problems

    def say(self, problem):
        self.problems.append(problem)

    def check_message(self, text, reason):
        if str(self.root) not in text:
            self.say(f"names no file: {text.strip()}")
        if reason and reason not in text:
            self.say(f"does not say why ({reason}): {text.strip()}")

    def check_archives(self, code, found):
        new = [name for name in found if name not in self.bench.before]
        changed = [name for name, digest in self.bench.before.items() if found.get(name) != digest]
        if self.operation.name == "prune":
            changed = [name for name in changed if name != min(self.bench.before) or name in found]
        for name in changed:
            self.say(f"archive {name} is not what it was")
        backups = [name for name in new if "safety" not in name]
        if self.operation.name == "backup" and (len(backups) == 1) != (code in (0, 3)):
            self.say(f"ends with {code} and publishes {len(backups)} archives")

    def check_invariants(self, code, tag):
        allowed = [self.bench.live]
        if self.operation.changes:
            allowed = [self.bench.saved] if code in (0, 3) else [self.bench.live]
        checker = Checker(self.bench.bin, self.repository, self.bench.database, self.root / "tmp")
        self.problems += checker.check(allowed, tag)


def rows_of(results):
    """One row for each operation and fault: how often it was tried, and how it ended."""
    rows = {}
    for operation, fault, code, problems, *_ in results:
        if code is None and not problems:
            continue  # the run took another way, and the call did not come
        row = rows.setdefault((operation, fault), {"operation": operation, "fault": fault, "tried": 0,
                                                   "done": 0, "refused": 0, "attention": 0, "problems": 0})
        row["tried"] += 1
        row["done"] += code == 0
        row["attention"] += code == 3
        row["refused"] += code in (1, 4)
        row["problems"] += bool(problems)
    return list(rows.values())


def add_to(path, results):
    """To the rows that become the table of docs/reliability.md."""
    from results import Results

    sums = Results()
    for operation, fault, code, problems, err, left in results:
        if code is not None:
            sums.row(f"files: {fault}", operation).add(code, problems, 1, 0.0, err, left)
    sums.add_file(path)


def planned(bench, operation):
    """Each single fault: its name, the environment that makes it, whether it is harmless, the reason, the path."""
    numbers = {}
    plans = []
    for call, path in bench.calls(operation):
        numbers[call] = numbers.get(call, 0) + 1
        for fault in FAULTS[call]:
            name = fault.rstrip("+")
            lasting = "+" if fault.endswith("+") else ""
            plans.append((f"{call} {fault}", {"PGKEEP_FAULTS_PLAN": f"{call}@{numbers[call]}{lasting}={name}"},
                          name in HARMLESS, ERRORS.get(name), path))
    for look in (1, 2, 3, 5, 8, 13):
        for jump in (f"{look}:+90000", f"{look}:-90000", f"{look}:+4000,{look + 2}:-4000"):
            plans.append(("clock jumps", {"PGKEEP_FAULTS_CLOCK": jump}, True, None, jump))
    return plans


def try_plan(bench, operation, plan):
    fault, environment, harmless, reason, path = plan
    root = bench.fresh()
    log = bench.work / "calls"
    done, tag = bench.faulted(operation, root, PGKEEP_FAULTS_LOG=str(log), **environment)
    met = fault == "clock jumps" or "\nfault " in "\n" + log.read_text()
    log.unlink()
    # An archive that cannot be read is reported as one that a person must look at.
    codes = (0, 1, 3, 4) if operation.name == "verify" else (0, 1, 3)
    left = what_is_left(root / "repository")
    problems = Judge(bench, operation, root).judge(done, tag, harmless, reason, codes)
    bench.put_live_back(operation)
    shutil.rmtree(root)
    what = ",".join(environment.values())
    return (operation.name, fault, done.returncode if met else None,
            [f"{operation} {what} ({path}): {p}" for p in problems], done.stderr, left)


def what_is_left(repository):
    hidden = [path for path in repository.rglob(".*") if not LASTING.match(path.name)]
    found = {"a temporary file": hidden, "a safety snapshot": list(repository.rglob("*.safety.sql.gz"))}
    return ", ".join(name for name, paths in found.items() if paths)


class SmallDisk:
    """A tmpfs of a given size as the folder of a try."""

    def __init__(self, root, size):
        self.root, self.size = str(root).encode(), size
        self.libc = ctypes.CDLL(None, use_errno=True)

    def __enter__(self):
        options = f"size={self.size},mode=0755".encode()
        if self.libc.mount(b"pgkeep-test", self.root, b"tmpfs", 0, options) != 0:
            raise OSError(ctypes.get_errno(), "cannot mount a tmpfs")
        return self

    def __exit__(self, *_):
        self.libc.umount2(self.root, 2)


def try_small_disk(bench, operation, room):
    """A disk with `room` bytes beside what is there; it grows before the invariants are looked at."""
    bench.tries += 1
    root = bench.work / f"try{bench.tries}"
    root.mkdir()
    used = sum(path.stat().st_size // 4096 + 1 for path in bench.template.rglob("*")) * 4096
    with SmallDisk(root, used + room + 8 * 4096) as disk:
        (root / "tmp").mkdir()
        os.chmod(root / "tmp", 0o1777)
        shutil.copytree(bench.template, root / "repository")
        done, tag = bench.faulted(operation, root)
        left = what_is_left(root / "repository")
        disk.libc.mount(None, disk.root, None, 32, b"size=64m")  # MS_REMOUNT
        problems = Judge(bench, operation, root).judge(done, tag, False, ERRORS["ENOSPC"], (0, 1, 3))
    root.rmdir()
    bench.put_live_back(operation)
    return (operation.name, "full tmpfs", done.returncode, [f"{operation} with room for {room}: {p}" for p in problems],
            done.stderr, left)


def can_mount(work):
    probe = work / "probe"
    probe.mkdir()
    try:
        with SmallDisk(probe, 65536):
            return True
    except OSError:
        return False
    finally:
        probe.rmdir()


def all_tries(bench, wanted):
    """Functions, each of which makes one try and returns its result."""
    tries = []
    for operation in operations(bench.database):
        for plan in planned(bench, operation):
            tries.append((f"{operation} {plan[0]}", lambda o=operation, p=plan: try_plan(bench, o, p)))
        if operation.name != "prune" and can_mount(bench.work):
            for room in [0, 512, *range(2048, 450_000, 12_288)]:
                tries.append((f"{operation} full tmpfs", lambda o=operation, r=room: try_small_disk(bench, o, r)))
    return [(name, one) for name, one in tries if wanted in name]


def sampled(tries, size, seed):
    """In random order, and first one of each operation and fault, so that a small sample has seen the most."""
    shuffled = random.Random(seed).sample(tries, len(tries))
    seen, first, rest = set(), [], []
    for name, one in shuffled:
        (rest if name in seen else first).append((name, one))
        seen.add(name)
    return (first + rest)[:size]


def main():
    parser = argparse.ArgumentParser(description="Makes the files of pgkeep fail.")
    parser.add_argument("--bin", default="build/bin")
    parser.add_argument("--sample", type=int, default=0, help="so many tries, chosen by the seed; 0: all")
    parser.add_argument("--seconds", type=float, default=0, help="begin no try after so long; 0: no limit")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only tries whose `OPERATION CALL FAULT` holds this")
    parser.add_argument("--add", help="file of results (results.py): what is there counts too")
    options = parser.parse_args()
    begin = time.monotonic()
    results = []
    with tempfile.TemporaryDirectory(prefix="pgkeep-files-") as work:
        os.chmod(work, 0o755)
        bench = Bench(options.bin, work)
        tries = all_tries(bench, options.only)
        if options.sample:
            tries = sampled(tries, options.sample, options.seed)
        for _, one in tries:
            if options.seconds and time.monotonic() - begin > options.seconds:
                break
            results.append(one())
            print("\n".join(results[-1][3]), end="\n" if results[-1][3] else "", flush=True)
        psql("postgres", f"DROP DATABASE {bench.database} WITH (FORCE)")
    rows = rows_of(results)
    for row in rows:
        print("{operation:8} {fault:18} tried {tried:4}  done {done:4}  attention {attention:3}  refused {refused:4}"
              "  problems {problems}".format(**row))
    print(f"{len(results)} tries in {time.monotonic() - begin:.0f} s, seed {options.seed}")
    if options.add:
        add_to(options.add, results)
    return 1 if any(row["problems"] for row in rows) or not results else 0


if __name__ == "__main__":
    sys.exit(main())
