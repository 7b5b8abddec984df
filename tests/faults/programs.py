"""pg_dump and pg_restore that are missing, old, broken, silent or endless: scripts in a folder named by --bindir."""

import os
import signal
import subprocess
import time
from pathlib import Path

from cases import Case, PROGRAMS, TERMINATED
from invariants import wait_until

# $REAL is the real program, $MARK the file that shows that the fault came. Calls for the version, and for late faults
# those that only read the archive, are answered properly: what is left writes into the staging database.
HONEST_VERSION = 'case "$*" in *--version*|*-V*) exec "$REAL" "$@";; esac\n: >"$MARK"\n'
LATE = ('case " $* " in *" --version "*|*" -V "*|*" --list "*|*" -l "*|*" --file=- "*) exec "$REAL" "$@";; esac\n'
        ': >"$MARK"\n')
MARKED = ': >"$MARK"\n'
FAULTS = {
    "prints an unreadable version": (MARKED + "echo 'pg_dump (PostgreSQL) ???'\nexit 0\n", r"version|\?\?\?"),
    "is older than the server": (MARKED + "echo \"$NAME (PostgreSQL) 9.6.1\"\nexit 0\n", r"9\.6|older"),
    "fails at once": (HONEST_VERSION + "echo 'it broke' >&2\nexit 1\n", r"it broke"),
    "fails in the middle": (HONEST_VERSION + "\"$REAL\" \"$@\" | head -c 700\necho 'it broke' >&2\nexit 1\n", r"it broke|exit code 1"),
    "dies by a signal": (HONEST_VERSION + "kill -SEGV $$\n", r"signal 11"),
    "prints garbage and ends with 0": (HONEST_VERSION + "head -c 20000 /dev/zero | tr '\\0' x\nexit 0\n", ""),
    "prints nothing and ends with 0": (HONEST_VERSION + "exit 0\n", ""),
    "is cut short and ends with 0": (HONEST_VERSION + "\"$REAL\" \"$@\" | head -c 300\nexit 0\n", ""),
    "loses its last 50 bytes and ends with 0": (HONEST_VERSION + "\"$REAL\" \"$@\" | head -c -50\nexit 0\n", ""),
}
ENDLESS = {
    "hangs for ever": HONEST_VERSION + "exec sleep 1000\n",
    "hangs for ever and ignores SIGTERM": HONEST_VERSION + "trap '' TERM\nwhile :; do sleep 1; done\n",
    "prints to standard error for ever": HONEST_VERSION + "while :; do echo 'on and on' >&2; done\n",
    "prints to standard output for ever": HONEST_VERSION + "exec yes\n",
}
# What pg_restore does to the staging database.
LATE_FAULTS = {
    "fails at once": (LATE + "echo 'it broke' >&2\nexit 1\n", "pg_restore failed.*it broke"),
    "fails after its work": (LATE + "\"$REAL\" \"$@\"\necho 'it broke' >&2\nexit 1\n", "pg_restore failed.*it broke"),
    "dies by a signal": (LATE + "kill -SEGV $$\n", "pg_restore failed.*signal 11"),
    "does nothing and ends with 0": (LATE + "exit 0\n", ""),
}
LATE_ENDLESS = {name: script.replace(HONEST_VERSION, LATE) for name, script in ENDLESS.items()}
# Of which program, and of which run of ours.
BROKEN = [("backup", "pg_dump"), ("backup", "pg_restore"), ("restore", "pg_restore"), ("restore", "pg_dump"),
          ("restore --in-place", "pg_restore"), ("restore --in-place", "pg_dump"), ("drill", "pg_restore"),
          ("drill", "initdb"), ("backup --globals", "pg_dumpall")]
TERM_AFTER = 1.0
TERM_LIMIT = 14.0  # five seconds until SIGKILL, and the clean-up
LIMIT = 60.0 + TERM_LIMIT


# Whether the output that the fault spoils is read at all.
def is_asked(program, name, fault):
    if "version" in fault or "older" in fault:
        return program != "backup" or name == "pg_dump"  # of the two, pg_dump's version is asked
    return name != "initdb" or fault not in ("is cut short and ends with 0", "loses its last 50 bytes and ends with 0")


# Globals that could not be saved, and a drill that could not begin, are something to look at. What breaks in a drill is
# held against the archive when it is not known to be of this machine: see lib/verify/drill_outcome.hpp.
def codes_of(program, name, fault):
    if program == "drill" and name == "pg_restore" and fault in FAULTS and "version" not in fault and "older" not in fault:
        return {4}
    return {3} if program in ("drill", "backup --globals") else {1}


def says_of(program, name, says):
    return "could not be tried in a drill|1 of 1 archives damaged or failed" if program == "drill" else says or name


def real_bindir():
    done = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True)
    return Path(os.environ["PATH"].split(":")[0] if done.returncode else done.stdout.strip())


# For everybody: what a drill starts runs under another account.
def mark_of(world):
    folder = world.top / "marks"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o1777)
    return folder / "fake-was-run"


# A folder with programs that run the real ones (links would lead out of it), and the fake one among them.
def make_folder(world, name, script):
    folder = world.top / "fake"
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.mkdir()
    mark_of(world).unlink(missing_ok=True)
    for program in real_bindir().iterdir():
        text = script if program.name == name else 'exec "$REAL" "$@"\n'
        if text is not None:
            (folder / program.name).write_text(
                f"#!/bin/sh\nNAME={program.name}\nREAL={program}\nMARK={mark_of(world)}\n{text}")
            (folder / program.name).chmod(0o755)
    return folder


def with_fake(world, program, name, script):
    outcome = world.run(*PROGRAMS[program], f"--bindir={make_folder(world, name, script)}", limit=LIMIT)
    outcome.notes.append(mark_of(world).exists())
    return outcome


# A program that hangs is no failure by itself: SIGTERM must end the run.
def with_endless(world, program, name, script):
    bindir = make_folder(world, name, script)

    def meanwhile(process):
        wait_until(lambda: mark_of(world).exists() or process.poll() is not None, LIMIT - TERM_LIMIT)
        time.sleep(TERM_AFTER)
        reached = mark_of(world).exists() and process.poll() is None
        process.send_signal(signal.SIGTERM)
        return reached

    return world.run(*PROGRAMS[program], f"--bindir={bindir}", meanwhile=meanwhile, limit=LIMIT)


def broken_case(program, name, fault, script, codes, says):
    return Case(f"{name} {fault}", program, lambda world: with_fake(world, program, name, script), codes, says,
                must_happen=script is not None, next_run=False, limit=LIMIT)


def endless_case(program, name, fault, script):
    return Case(f"{name} {fault}, then SIGTERM", program, lambda world: with_endless(world, program, name, script),
                {TERMINATED}, "stopped by SIGTERM", must_happen=True, next_run=False, limit=LIMIT)


def cases(world):
    for program, name in BROKEN:
        yield broken_case(program, name, "is missing", None, codes_of(program, name, "is missing"), says_of(program, name, name))
        for fault, (script, says) in FAULTS.items():
            if is_asked(program, name, fault):
                yield broken_case(program, name, fault, script, codes_of(program, name, fault), says_of(program, name, says))
        for fault, script in ENDLESS.items():
            yield endless_case(program, name, fault, script)
    # A restore in place has no such moment: there pg_restore only ever reads.
    for fault, (script, says) in LATE_FAULTS.items():
        yield broken_case("restore --no-safety-snapshot", "pg_restore", f"{fault}, when it writes into the database", script,
                          {1, 4}, says)
    for fault, script in LATE_ENDLESS.items():
        yield endless_case("restore --no-safety-snapshot", "pg_restore", f"{fault}, when it writes into the database", script)
