"""Little of what a process needs: descriptors, memory, output, a home, a locale, a clock's zone."""

import os
import resource
import signal
import subprocess
import time

import preload
from cases import Case, PROGRAMS
from published import KEEP_LAST
from random_signals import prepare

MEBIBYTE = 1 << 20


def limited(kind, value):
    def preexec():
        resource.setrlimit(kind, (value, value))
    return preexec


def with_limit(kind, value):
    def plant(world, program):
        prepare(world, program)
        return world.run(*PROGRAMS[program], preexec=limited(kind, value))
    return plant


def with_environment(**changes):
    def plant(world, program):
        prepare(world, program)
        return world.run(*PROGRAMS[program], env=changes)
    return plant


def with_stream(number, verbose=()):
    def plant(world, program):
        with open("/dev/full", "wb") as full:
            streams = {"stdout" if number == 1 else "stderr": full}
            return world.run(*PROGRAMS[program], *verbose, **streams)
    return plant


def closed_stream(number, *more):
    def plant(world, program):
        return world.run(*PROGRAMS[program], *more, preexec=lambda: os.close(number))
    return plant


# A pipe whose reader has gone.
def broken_pipe(number, *more):
    def plant(world, program):
        read, write = os.pipe()
        os.close(read)
        try:
            return world.run(*PROGRAMS[program], *more, **{"stdout" if number == 1 else "stderr": write})
        finally:
            os.close(write)
    return plant


# A program that looks at the clock at the same places sees it jump there (file_faults.cpp).
def with_clock(world, program, jumps):
    prepare(world, program)
    log = world.top / "looks"
    outcome = world.run(*PROGRAMS[program], env=preload.environment(world.bin, log, PGKEEP_FAULTS_CLOCK=jumps), limit=CLOCK_LIMIT)
    outcome.notes.append(preload.reached_jump(preload.take_log(log), jumps))
    return outcome


# Stopped and continued all the time, as by a shell's job control: calls that wait end early.
def with_stops(world, program):
    def meanwhile(process):
        times = 0
        while process.poll() is None and times < 2000:
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.001)
            process.send_signal(signal.SIGCONT)
            time.sleep(0.004)
            times += 1
        return times > 20

    return world.run(*PROGRAMS[program], meanwhile=meanwhile)


def has_locale(name):
    done = subprocess.run(["locale", "-a"], capture_output=True, text=True)
    return name.lower() in done.stdout.lower()


DESCRIPTORS = "Too many open files"
EVERY = ("backup", "restore", "restore --in-place", "verify", "prune")
# A prune looks twice, and the others at least three times.
CLOCKS = {"goes a day back in the middle": "2:-86400", "goes a day ahead in the middle": "2:+86400",
          "is a year behind": "1:-31536000", "is a year ahead": "1:+31536000", "jumps ahead and back": "1:+4000,2:-4000"}
# What is dated in the future counts for no rule and stays: the newest archive beside two others, or all six. See
# lib/model/retention.hpp.
KEPT = {"is a year behind": 6, "goes a day back in the middle": 3, "jumps ahead and back": 3}
CLOCK_LIMIT = 180.0  # what waits for a time that has moved away would wait a day
MEMORY = "cannot start a thread: Resource temporarily unavailable|out of memory|Cannot allocate memory"


def cases(world):
    table = []
    for count in (5, 8, 12, 16, 20, 26):
        table.append((f"at most {count} open files", with_limit(resource.RLIMIT_NOFILE, count),
                      EVERY, {0, 1, 2}, DESCRIPTORS))
    for size in (48, 96, 144, 192, 256):
        table.append((f"at most {size} MiB of address space", with_limit(resource.RLIMIT_AS, size * MEBIBYTE),
                      EVERY, {0, 1}, MEMORY))
    every = ("backup", "restore", "verify")
    table += [
        ("standard error full", with_stream(2, ("-v",)), every, {0}, "nothing"),
        ("standard error closed", closed_stream(2, "-v"), every, {0}, "nothing"),
        ("standard output closed", closed_stream(1), ("backup", "restore"), {0}, ""),
        ("standard output closed, results wanted", closed_stream(1, "-v"), ("backup", "restore"), {3}, r"standard output.*is done"),
        ("standard output full, results wanted", with_stream(1, ("-v",)), ("backup", "restore"), {3}, r"standard output.*is done"),
        ("standard output full, JSON wanted", with_stream(1, ("--json",)), ("backup", "restore"), {3}, "standard output"),
        ("standard output full, results wanted", with_stream(1, ("-v",)), ("verify",), {1}, "standard output"),
        ("nobody reads standard output", broken_pipe(1, "-v"), ("backup", "restore"), {3}, r"standard output.*is done"),
        ("nobody reads standard error", broken_pipe(2, "-v"), every, {0}, "nothing"),
        ("HOME unset", with_environment(HOME=None), every, {0}, ""),
        ("HOME not there", with_environment(HOME="/nonexistent"), every, {0}, ""),
        ("TMPDIR unset", with_environment(TMPDIR=None), ("backup", "restore"), {0}, ""),
        ("TMPDIR not there", with_environment(TMPDIR="/nonexistent"), ("backup", "restore"), {0}, ""),
        ("TMPDIR not there", with_environment(TMPDIR="/nonexistent"), ("drill",), {0}, ""),
        ("TZ=Pacific/Kiritimati", with_environment(TZ="Pacific/Kiritimati"), EVERY, {0}, ""),
        ("TZ=broken", with_environment(TZ="broken/zone+99"), EVERY, {0}, ""),
        ("PGTZ and PGDATESTYLE of somebody else",
         with_environment(PGTZ="Asia/Kathmandu", PGDATESTYLE="German, DMY"), every, {0}, ""),
        ("LC_ALL=nowhere", with_environment(LC_ALL="xx_YY.UTF-8"), EVERY, {0}, ""),
    ]
    for locale in ("tr_TR.utf8", "de_DE.utf8"):
        if has_locale(locale):
            table.append((f"LC_ALL={locale}", with_environment(LC_ALL=locale), EVERY, {0}, ""))
    for fault, plant, programs, codes, says in table:
        for program in programs:
            yield Case(fault, program, lambda world, p=program, plant=plant: plant(world, p), codes, says,
                       next_run=False)
    for program in ("backup", "restore"):
        yield Case("stopped and continued all the time", program, lambda world, p=program: with_stops(world, p), {0},
                   must_happen=True, next_run=False)
    yield from clock_cases()


def clock_cases():
    # What is dated in the future is not `latest`.
    for program, codes in (("backup", {0}), ("restore", {0, 1}), ("restore --in-place", {0, 1}), ("verify", {0}), ("drill", {0}),
                           ("prune", {0})):
        for name, jumps in CLOCKS.items():
            yield Case(f"the clock {name}", program,
                       lambda world, p=program, jumps=jumps: with_clock(world, p, jumps), codes, must_happen=True,
                       preloads=True, kept=KEPT.get(name, KEEP_LAST), next_run=False, limit=CLOCK_LIMIT)
