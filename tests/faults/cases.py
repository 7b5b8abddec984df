"""The programs as they are run here, what a case is, and how the end of a run is judged.

What a run published is judged in published.py, what must hold whatever happened in invariants.py.
"""

import re
from dataclasses import dataclass, field

import published
from invariants import LASTING
from published import KILLED
from world import LIVE

RETRY = ("--connect-retries=2", "--retry-delay=100ms")
PROGRAMS = {
    "backup": ("pgkeep-backup", "-j2", *RETRY, LIVE),
    "backup --globals": ("pgkeep-backup", "-j2", "--globals", *RETRY, LIVE),
    "restore": ("pgkeep-restore", "-y", "-j2", *RETRY, "-d", LIVE, "latest"),
    "restore --in-place": ("pgkeep-restore", "-y", "-j2", "--in-place", *RETRY, "-d", LIVE, "latest"),
    "restore --no-safety-snapshot": ("pgkeep-restore", "-y", "-j2", "--no-safety-snapshot", *RETRY, "-d", LIVE, "latest"),
    "verify": ("pgkeep-verify",),
    "verify --against": ("pgkeep-verify", "-j2", f"--against=dbname={LIVE}", "-d", LIVE, "latest"),
    "drill": ("pgkeep-verify", "--level=drill"),
    "prune": ("pgkeep-backup", "--prune-only", "--keep-last=2", LIVE),
}
STAMPS = ["20260101_010000", "20260102_010000", "20260103_010000", "20260104_010000", "20260105_010000"]

TERMINATED = 143
IN_DOUBT = re.compile(r"cannot be asked whether|may have been|was committed")


@dataclass
class Case:
    fault: str
    program: str  # of PROGRAMS
    plant: object  # (world) -> Outcome
    codes: set = field(default_factory=lambda: {0, 1})
    says: str = ""  # a regular expression that the message of a failure matches
    repeat: int = 1
    must_happen: bool = False  # the run counts only when `plant` noted that the fault came
    preloads: bool = False  # with libpgkeep_faults.so; see preload.py
    kept: int = published.KEEP_LAST  # so many of the newest archives a prune leaves
    any_content: bool = False  # the program could not know how it ended
    next_run: bool = True  # also demand that the next backup or restore succeeds
    limit: float = 60.0  # seconds that it may take


def changes_database(case):
    return case.program.startswith("restore")


def is_broken_off(outcome):
    return outcome.code == KILLED


def allowed_contents(world, case, outcome):
    if not changes_database(case):
        return [world.old]
    if outcome.code in (0, 3):
        return [world.new]
    if is_broken_off(outcome) or case.any_content or IN_DOUBT.search(outcome.err):
        return [world.old, world.new]
    return [world.old]


def judge_message(case, outcome):
    if outcome.code in (0, KILLED) or not outcome.err and outcome.code == TERMINATED:
        return  # killed, or stopped before it had begun
    errors = [line for line in outcome.err.splitlines() if re.search(r"(^|: )error: ", line)]
    if len(errors) != 1 and outcome.code != 3 and case.says != "nothing":
        yield f"{len(errors)} messages of an error instead of one: {outcome.err.strip()[:400]}"
    elif case.says and case.says != "nothing" and not re.search(case.says, outcome.err):
        yield f"the message does not match /{case.says}/: {outcome.err.strip()[:400]}"


# What a program that ended by itself has left without a word.
def judge_remains(world, outcome):
    if is_broken_off(outcome):
        return
    for path in world.repository.rglob(".*"):
        if not LASTING.match(path.name):
            yield f"the file {path.name} is left after exit code {outcome.code}"
    for name in world.checker.left_databases():
        if name not in outcome.err:
            yield f"database {name} is left after exit code {outcome.code}, and not named: {outcome.err.strip()[:300]}"
    for path in world.temporary.iterdir():
        yield f"{path.name} is left in TMPDIR after exit code {outcome.code}"


def judge(world, case, outcome):
    problems = []
    if outcome.hung:
        problems.append(f"did not end within {case.limit:.0f} s: {outcome.err.strip()[:300]}")
    elif outcome.code not in case.codes:
        problems.append(f"exit code {outcome.code} instead of {sorted(case.codes)}: {outcome.err.strip()[:400]}")
    if case.must_happen and not any(outcome.notes):
        problems.append("the fault did not happen")
    problems += judge_message(case, outcome)
    restore = changes_database(case)
    world.changed = restore
    allowed = allowed_contents(world, case, outcome)
    dead = world.checker.check_server()
    if dead:
        return problems + dead
    problems += published.judge(world, case, outcome)
    if not problems:
        problems += judge_remains(world, outcome)
    problems += world.checker.check(allowed, outcome.tag, restore=restore and case.next_run, archived=world.new,
                                    backup=case.next_run)
    return problems
