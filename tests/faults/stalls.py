"""A network that stalls, cuts, delays and garbles (proxy.py)."""

import signal
import subprocess
import time

from cases import Case, PROGRAMS, TERMINATED
from proxy import Plan, Proxy
from random_signals import prepare
from world import LIVE

# Whose connection, and how many bytes of which direction pass before the fault.
VICTIMS = {
    "backup": [("pgkeep keeper", "down", 3000), ("pgkeep worker", "down", 200000), ("pg_dump", "down", 20000)],
    "restore": [("pgkeep staging", "down", 1200), ("pgkeep load", "up", 20000), ("pg_restore", "down", 1000),
                ("pgkeep proof", "down", 100000)],
    "restore --in-place": [("pgkeep in place", "up", 200000)],
    "verify --against": [("pgkeep compare\0", "down", 1500), ("pgkeep compare 1", "down", 200000)],
}
# How the message says whose connection it was.
LABELS = {
    "pgkeep keeper": r"\(keeper\)", "pgkeep worker": r"\(worker \d+\)", "pg_dump": "pg_dump failed",
    "pgkeep staging": r"\(staging\)", "pgkeep load": r"\(load( \d+)?\)", "pg_restore": "pg_restore failed",
    "pgkeep proof": r"\(proof( \d+)?\)", "pgkeep in place": r"\(in place\)", "pgkeep compare\0": r"\(compare\)",
    "pgkeep compare 1": r"\(compare 1\)",
}
DATA = {"backup": ("pgkeep worker", "down", 300000), "restore": ("pgkeep load", "up", 20000),
        "restore --in-place": ("pgkeep in place", "up", 300000), "verify --against": ("pgkeep compare 1", "down", 300000)}
TERM_LIMIT = 20.0
CLEAN_UP_LIMIT = 75.0  # below the 90 s that systemd waits before it kills
CLEAN_UP_AT = 900  # bytes of its answers: the first statements are done
CLOSED = "server closed the connection unexpectedly"


def through(world, program, plan, meanwhile=None, limit=60.0):
    prepare(world, program)
    proxy = Proxy(plan)
    try:
        name, *arguments = PROGRAMS[program]
        env = {"PGHOST": "127.0.0.1", "PGPORT": str(proxy.port), "PGSSLMODE": "disable", "PGGSSENCMODE": "disable"}
        outcome = world.run(name, *arguments, env=env, limit=limit,
                            meanwhile=(lambda process: meanwhile(process, proxy)) if meanwhile else None)
        if proxy.fired.is_set():
            outcome.notes.append("reached")
        return outcome
    finally:
        proxy.close()


# Nothing comes any more and nothing is closed: no client can tell that from a long query. SIGTERM must end it.
def stall(world, program, plan):
    def meanwhile(process, proxy):
        if not proxy.fired.wait(30):
            return None
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        return "reached"

    return through(world, program, plan, meanwhile, TERM_LIMIT + 30)


# A run that is stopped cleans up, and then the connection on which it does that stalls.
def stall_clean_up(world, plan):
    def meanwhile(process, proxy):
        end = time.monotonic() + 30
        while not proxy.has_seen("pgkeep load") and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        return None

    return through(world, "restore", plan, meanwhile, CLEAN_UP_LIMIT + 30)


# Nobody sends a signal: what hangs must be noticed.
def unattended(world, program, plan):
    return through(world, program, plan, limit=CLEAN_UP_LIMIT + 30)


# The helper of the swap ends sessions that are in the way, so there must be one.
def with_client(world, program, plan):
    client = subprocess.Popen(["psql", "-XAtq", "-d", LIVE, "-c", "SELECT pg_sleep(600)"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return unattended(world, program, plan)
    finally:
        client.kill()
        client.wait()


def swap_cases():
    lost = f"the connection was lost in the swap, before its commit .{CLOSED}"
    for after in (900, 1300):
        yield Case("connection of `pgkeep swap` stalls for ever", "restore",
                   lambda world, plan=Plan("stall", "pgkeep swap\0", "down", after): unattended(world, "restore", plan),
                   {0, 1, 3}, lost, must_happen=True, next_run=False, limit=CLEAN_UP_LIMIT + 30)
    # What the helper sends, which is less than the server answers and the same for each version of it: its settings
    # come until byte 1079, then that it wants no warnings, and then what ends sessions.
    for after, when, plant in ((1085, "", unattended), (1125, " while a client is in the way", with_client)):
        yield Case(f"connection of `pgkeep swap helper` stalls for ever{when}", "restore",
                   lambda world, plan=Plan("stall", "pgkeep swap helper", "up", after), plant=plant: plant(world, "restore", plan),
                   {0, 1, 3}, r"\(swap helper\)|in the way", must_happen=True, next_run=False, limit=CLEAN_UP_LIMIT + 30)


def clean_up_cases():
    for kind, whose in (("stall", "the connection for"), ("stall_each", "each connection for"), ("stall_all", "all connections in")):
        for after, when in ((100, "while connecting"), (CLEAN_UP_AT, "in the middle")):
            yield Case(f"{whose} cleaning up stalls {when}, after SIGTERM", "restore",
                       lambda world, plan=Plan(kind, "pgkeep clean-up", "down", after): stall_clean_up(world, plan),
                       {TERMINATED}, "stopped by SIGTERM", must_happen=True, next_run=False, limit=CLEAN_UP_LIMIT + 30)


def cases(world, random):
    yield from clean_up_cases()
    yield from swap_cases()
    for program, victims in VICTIMS.items():
        for name, direction, after in victims:
            shown = name.rstrip("\0")
            yield Case(f"connection of `{shown}` cut in the middle of a message", program,
                       lambda world, p=program, plan=Plan("cut", name, direction, after): through(world, p, plan), {1},
                       f"{LABELS[name]}.*{CLOSED}", must_happen=True)
            yield Case(f"connection of `{shown}` stalls for ever, then SIGTERM", program,
                       lambda world, p=program, plan=Plan("stall", name, direction, after): stall(world, p, plan),
                       {TERMINATED}, "stopped by SIGTERM", must_happen=True, next_run=False, limit=TERM_LIMIT + 30)
        name, direction, after = DATA[program]
        yield Case("all connections stall for ever, then SIGTERM", program,
                   lambda world, p=program, plan=Plan("stall_all", name, direction, after): stall(world, p, plan),
                   {TERMINATED}, "stopped by SIGTERM", must_happen=True, next_run=False, limit=TERM_LIMIT + 30)
        yield Case("each piece of a connection delayed", program,
                   lambda world, p=program, plan=Plan("delay", name, direction, 0): through(world, p, plan), {0},
                   must_happen=True, next_run=False)
    # What is garbled on the way into the database differs from the archive: the proof must say so. On the way out no
    # client without TLS can know; see docs/reliability.md.
    for program in ("restore", "restore --in-place"):
        name, direction, after = DATA[program]
        yield Case("one digit of a row garbled on the way in", program,
                   lambda world, p=program, plan=Plan("garble", name, direction, after): through(world, p, plan), {1, 4},
                   "the restored content differs from the archive", must_happen=True, next_run=False)
    yield Case("the header of a message garbled on the way out", "backup",
               lambda world, plan=Plan("garble_header", "pgkeep worker", "down", 300000): through(world, "backup", plan),
               {1}, rf"{LABELS['pgkeep worker']}.*(unexpected response|lost synchronization)", must_happen=True)
