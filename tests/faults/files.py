#!/usr/bin/env python3
"""Makes files fail under backup, restore, verify and prune, call by call, and looks what is left.

A run in which nothing fails is counted first with libpgkeep_faults.so (file_faults.cpp); then each of its
calls on a file of the repository or of the temporary folder fails in turn, each in a copy of the same
repository. The clock jumps at each look at it. With root's rights a small tmpfs fills up too, at many sizes.
After each run the invariant checker (invariants.py) looks, and here it is asked moreover that

* an interrupted or short call changes nothing, and the exit code is 0;
* a program that ends with something else than 0 names the file and the reason;
* what failed did happen, and the exit code is not 0 when an archive that is published could not be synced, or
  one that is verified could not be read;
* after exit code 1 nothing new is published, and after 0 all is;
* archives from before are there, byte for byte (after a prune that ended with 0: exactly those that it was to keep).

Without tries, and with 0, for programs that were built with a sanitizer: see preload.py.

The server is that of PGHOST, PGPORT and PGUSER (tests/faults/run.sh and pgkeep-scratch give one):

    tests/faults/files.py --bin=build/bin [--sample=N --seed=N] [--only=TEXT] [--add=FILE]

One line for each problem, and at the end a row for each operation and fault; 1 when there is a problem.
"""

import argparse
import ctypes
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import preload
from files_bench import Bench, operations
from files_judge import Judge, must_fail
from invariants import LASTING, psql

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
    for operation, fault, code, problems, *rest in results:
        if code is not None:
            sums.row(f"files: {fault}", operation).add(code, problems, 1, *rest)
    sums.add_file(path)


def planned(bench, operation):
    """Each single fault: its name, the environment that makes it, whether it is harmless, the reason, the path."""
    numbers = {}
    plans = []
    calls = bench.calls(operation)
    looks = sum(call == "clock" for call, _ in calls)
    for call, path in calls:
        if call == "clock":
            continue
        numbers[call] = numbers.get(call, 0) + 1
        for fault in FAULTS[call]:
            name = fault.rstrip("+")
            lasting = "+" if fault.endswith("+") else ""
            plans.append((f"{call} {fault}", {"PGKEEP_FAULTS_PLAN": f"{call}@{numbers[call]}{lasting}={name}"},
                          name in HARMLESS, ERRORS.get(name), path))
    for look in (1, 2, 3, 5, 8, 13):
        for jump, last in ((f"{look}:+90000", look), (f"{look}:-90000", look), (f"{look}:+4000,{look + 2}:-4000", look + 2)):
            if last <= looks:
                plans.append(("clock jumps", {"PGKEEP_FAULTS_CLOCK": jump}, True, None, jump))
    return plans


def try_plan(bench, operation, plan):
    fault, environment, harmless, reason, path = plan
    root = bench.fresh()
    begin = time.monotonic()
    done, tag, lines = bench.faulted(operation, root, **environment)
    seconds = time.monotonic() - begin
    failed = [path for call, path in lines if call == "fault"]
    jumps = environment.get("PGKEEP_FAULTS_CLOCK")
    # An archive that cannot be read is reported as one that a person must look at.
    codes = {0, 1, 3, 4} if operation.name == "verify" else {0, 1, 3}
    if not harmless and must_fail(operation, fault.split(" ")[0], lines):
        codes.remove(0)
    left = what_is_left(root / "repository")
    judge = Judge(bench, operation, root)
    problems = judge.judge(done, tag, harmless, reason, codes, clock_behind=bool(jumps) and ":-" in jumps)
    # The calls of a program with threads differ from run to run, its looks at the clock must come.
    if jumps and not preload.reached_jump(lines, jumps):
        problems.append("the clock did not jump")
    bench.put_live_back(operation)
    shutil.rmtree(root)
    what = ",".join(environment.values())
    return (operation.name, fault, done.returncode if jumps or failed else None,
            [f"{operation} {what} ({path}): {p}" for p in problems], seconds, done.stderr, left, judge.holds)


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
        begin = time.monotonic()
        done, tag, _ = bench.faulted(operation, root)
        seconds = time.monotonic() - begin
        left = what_is_left(root / "repository")
        disk.libc.mount(None, disk.root, None, 32, b"size=64m")  # MS_REMOUNT
        judge = Judge(bench, operation, root)
        problems = judge.judge(done, tag, False, ERRORS["ENOSPC"], (0, 1, 3))
    root.rmdir()
    bench.put_live_back(operation)
    return (operation.name, "full tmpfs", done.returncode, [f"{operation} with room for {room}: {p}" for p in problems],
            seconds, done.stderr, left, judge.holds)


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
        if not operation.name.startswith("prune") and can_mount(bench.work):
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
    if preload.is_sanitized(options.bin):
        print(f"no tries: programs with a sanitizer cannot be run with {preload.NAME}")
        return 0
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
        print("{operation:13} {fault:15} tried {tried:4}  done {done:4}  attention {attention:3}  refused {refused:4}"
              "  problems {problems}".format(**row))
    print(f"{len(results)} tries in {time.monotonic() - begin:.0f} s, seed {options.seed}")
    if options.add:
        add_to(options.add, results)
    return 1 if any(row["problems"] for row in rows) or not results else 0


if __name__ == "__main__":
    sys.exit(main())
