"""The server, or single connections of a run, end in the middle."""

import os
import signal
import time

from cases import Case, PROGRAMS
from random_signals import measured, prepare

SESSIONS = {
    "backup": {"the keeper's": "pgkeep keeper%", "the observer's": "pgkeep observer%", "a worker's": "pgkeep worker%",
               "pg_dump's": "pg_dump%"},
    "restore": {"the staging keeper's": "pgkeep staging%", "the claim's": "pgkeep claim%", "a loader's": "pgkeep load%",
                "pg_restore's": "pg_restore", "a prover's": "pgkeep proof%", "the safety snapshot's": "pgkeep keeper%"},
    "restore --in-place": {"the only": "pgkeep in place%"},
    "verify --against": {"the keeper's": "pgkeep compare", "a worker's": "pgkeep compare _"},
}
# How the message says whose connection it was.
LABELS = {
    "the keeper's": r"\(keeper\)", "the observer's": r"\(observer\)", "a worker's": r"\(worker \d+\)", "pg_dump's": "pg_dump failed",
    "the staging keeper's": r"\(staging\)", "the claim's": r"\(claim\)", "a loader's": r"\(load( \d+)?\)",
    "pg_restore's": "pg_restore failed", "a prover's": r"\(proof( \d+)?\)", "the only": r"\(in place\)",
    "the safety snapshot's": r"no safety snapshot of \"shop\" could be taken: .*\(keeper\)",
}
DRILL_LIMIT = 240.0  # initdb on a busy machine
LOST = r"terminat|closed the connection|lost|shut|starting up|refused|recover|administrator|crash|no connection|not answer"


def end_session(world, program, pattern):
    prepare(world, program)
    helper = world.begin_to_end_session(pattern)
    time.sleep(0.1)
    outcome = world.run(*PROGRAMS[program])
    helper.send_signal(signal.SIGINT)  # psql cancels what it waits for in vain
    if "pid=" in helper.communicate()[1]:
        outcome.notes.append("reached")
    return outcome


# `share` of the duration of a whole run.
def crash_server(world, program, share):
    after = share * measured(world, program)
    prepare(world, program)

    def meanwhile(process):
        time.sleep(after)
        reached = process.poll() is None
        world.crash_server()
        return reached

    return world.run(*PROGRAMS[program], meanwhile=meanwhile)


# The server that a drill starts for itself, once it has a database to restore into.
def crash_drill(world, moment):
    def meanwhile(process):
        end = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < end:
            try:
                for file in world.temporary.rglob("postmaster.pid"):
                    time.sleep(moment)
                    pid = int(file.read_text().splitlines()[0])
                    if pid > 0:  # initdb's server notes its own as a negative number
                        os.kill(pid, signal.SIGQUIT)
                        return "reached"
            except (OSError, IndexError, ValueError):
                pass  # the folder is being made or removed
            time.sleep(0.01)
        return None

    return world.run(*PROGRAMS["drill"], meanwhile=meanwhile, limit=DRILL_LIMIT)


# The server ends all sessions and recovers, as after a crash of one process.
def kill_backend(world, program, pattern):
    def meanwhile(process):
        _, said = helper.communicate()
        if "pid=" not in said:
            return None
        os.kill(int(said.split("pid=")[1].split()[0]), signal.SIGKILL)
        return "reached"

    prepare(world, program)
    helper = world.begin_to_end_session(pattern, how="1")
    time.sleep(0.1)
    return world.run(*PROGRAMS[program], meanwhile=meanwhile)


def label(program, whose):
    if program == "verify --against":
        return r"\(compare( \d+)?\)" if whose == "a worker's" else r"\(compare\)"
    return LABELS[whose]


def cases(world, random, count):
    for _ in range(max(2, count // 8)):
        yield Case("its server shut down immediately", "drill",
                   lambda world, m=random.uniform(0, 2): crash_drill(world, m), {0, 3}, "could not be tried", limit=DRILL_LIMIT)
    for program, sessions in SESSIONS.items():
        for whose, pattern in sessions.items():
            yield Case(f"{whose} connection ended by the server", program,
                       lambda world, p=program, s=pattern: end_session(world, p, s), {0, 1, 3},
                       f"{label(program, whose)}.*({LOST})", must_happen=True)
        pattern = next(iter(sessions.values()))
        yield Case("kill -9 of one server process", program,
                   lambda world, p=program, s=pattern: kill_backend(world, p, s), {0, 1, 3}, LOST,
                   must_happen=True)
        for _ in range(max(2, count // 8)):
            share = random.uniform(0, 1)
            yield Case("the server shut down immediately, and started again", program,
                       lambda world, p=program, s=share: crash_server(world, p, s), {0, 1, 3}, LOST)
