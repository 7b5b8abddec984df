"""pg_dump and pg_restore that are missing, old, broken, silent or endless: scripts in a folder named by --bindir."""

import os
import signal
import subprocess
import time
from pathlib import Path

from cases import Case, PROGRAMS, TERMINATED

# $REAL is the real program. Calls for the version, and of pg_restore for the table of contents, are answered properly
# where the fault is to come later.
HONEST_VERSION = 'case "$*" in *--version*|*-V*) exec "$REAL" "$@";; esac\n'
FAULTS = {
    "prints an unreadable version": ("echo 'pg_dump (PostgreSQL) ???'\nexit 0\n", r"version"),
    "is older than the server": ("echo \"$NAME (PostgreSQL) 9.6.1\"\nexit 0\n", r"9\.6|older|version"),
    "fails at once": (HONEST_VERSION + "echo 'it broke' >&2\nexit 1\n", r"pg_(dump|restore) .*it broke"),
    "fails in the middle": (HONEST_VERSION + "\"$REAL\" \"$@\" | head -c 700\necho 'it broke' >&2\nexit 1\n", r"it broke|exit code 1"),
    "dies by a signal": (HONEST_VERSION + "kill -SEGV $$\n", r"signal 11"),
    "prints garbage and ends with 0": (HONEST_VERSION + "head -c 20000 /dev/zero | tr '\\0' x\nexit 0\n", ""),
    "prints nothing and ends with 0": (HONEST_VERSION + "exit 0\n", ""),
    "is cut short and ends with 0": (HONEST_VERSION + "\"$REAL\" \"$@\" | head -c 700\nexit 0\n", ""),
    "loses its last 50 bytes and ends with 0": (HONEST_VERSION + "\"$REAL\" \"$@\" | head -c -50\nexit 0\n", ""),
}
ENDLESS = {
    "hangs for ever": HONEST_VERSION + "exec sleep 1000\n",
    "hangs for ever and ignores SIGTERM": HONEST_VERSION + "trap '' TERM\nwhile :; do sleep 1; done\n",
    "prints to standard error for ever": HONEST_VERSION + "while :; do echo 'on and on' >&2; done\n",
    "prints to standard output for ever": HONEST_VERSION + "exec yes\n",
}
# pg_restore's output is not what a restore needs of it: the proof decides.
HARMLESS = {("restore", "pg_restore", fault): {0, 1, 4} for fault in
            ("is cut short and ends with 0", "loses its last 50 bytes and ends with 0")}
TERM_AFTER = 1.0
TERM_LIMIT = 14.0  # five seconds until SIGKILL, and the clean-up


def real_bindir():
    done = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True)
    return Path(os.environ["PATH"].split(":")[0] if done.returncode else done.stdout.strip())


# A folder with programs that run the real ones (links would lead out of it), and the fake one among them.
def make_folder(world, name, script):
    folder = world.top / "fake"
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    folder.mkdir()
    for program in real_bindir().iterdir():
        text = script if program.name == name else 'exec "$REAL" "$@"\n'
        if text is not None:
            (folder / program.name).write_text(f"#!/bin/sh\nNAME={program.name}\nREAL={program}\n{text}")
            (folder / program.name).chmod(0o755)
    return folder


def with_fake(world, program, name, script):
    return world.run(*PROGRAMS[program], f"--bindir={make_folder(world, name, script)}")


# A program that hangs is no failure by itself: SIGTERM must end the run.
def with_endless(world, program, name, script):
    def meanwhile(process):
        time.sleep(TERM_AFTER)
        reached = process.poll() is None
        process.send_signal(signal.SIGTERM)
        return reached

    return world.run(*PROGRAMS[program], f"--bindir={make_folder(world, name, script)}", meanwhile=meanwhile,
                     limit=TERM_AFTER + TERM_LIMIT)


def cases(world):
    for program, name in (("backup", "pg_dump"), ("backup", "pg_restore"), ("restore", "pg_restore"), ("restore", "pg_dump")):
        yield Case(f"{name} is missing", program,
                   lambda world, p=program, n=name: with_fake(world, p, n, None), {1}, name, next_run=False)
        for fault, (script, says) in FAULTS.items():
            if (program, name) == ("backup", "pg_restore") and "version" in says:
                continue  # of the two, pg_dump's version is asked
            yield Case(f"{name} {fault}", program,
                       lambda world, p=program, n=name, s=script: with_fake(world, p, n, s),
                       HARMLESS.get((program, name, fault), {1}), says or name + "|relation", next_run=False)
        if (program, name) == ("restore", "pg_dump"):
            continue
        for fault, script in ENDLESS.items():
            yield Case(f"{name} {fault}, then SIGTERM", program,
                       lambda world, p=program, n=name, s=script: with_endless(world, p, n, s), {1, TERMINATED},
                       "", next_run=False, limit=TERM_AFTER + TERM_LIMIT)
