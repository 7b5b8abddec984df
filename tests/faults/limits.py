"""Little of what a process needs: descriptors, memory, output, a home, a locale, a clock's zone."""

import os
import resource
import subprocess

from cases import Case, PROGRAMS

MEBIBYTE = 1 << 20


def limited(kind, value):
    def preexec():
        resource.setrlimit(kind, (value, value))
    return preexec


def with_limit(kind, value):
    return lambda world, program: world.run(*PROGRAMS[program], preexec=limited(kind, value))


def with_environment(**changes):
    return lambda world, program: world.run(*PROGRAMS[program], env=changes)


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


def has_locale(name):
    done = subprocess.run(["locale", "-a"], capture_output=True, text=True)
    return name.lower() in done.stdout.lower()


DESCRIPTORS = r"[Tt]oo many open files|descriptor"
MEMORY = r"[Mm]emory|cannot allocate|Resource temporarily|thread|cannot start"


def cases(world):
    table = []
    for count in (5, 8, 12, 16, 20, 26):
        table.append((f"at most {count} open files", with_limit(resource.RLIMIT_NOFILE, count),
                      ("backup", "restore", "verify"), {0, 1, 2}, DESCRIPTORS))
    for size in (48, 96, 144, 192, 256):
        table.append((f"at most {size} MiB of address space", with_limit(resource.RLIMIT_AS, size * MEBIBYTE),
                      ("backup", "restore", "verify"), {0, 1, 127}, ""))
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
        ("TZ=Pacific/Kiritimati", with_environment(TZ="Pacific/Kiritimati"), every, {0}, ""),
        ("TZ=broken", with_environment(TZ="broken/zone+99"), every, {0}, ""),
        ("PGTZ and PGDATESTYLE of somebody else",
         with_environment(PGTZ="Asia/Kathmandu", PGDATESTYLE="German, DMY"), every, {0}, ""),
        ("LC_ALL=nowhere", with_environment(LC_ALL="xx_YY.UTF-8"), every, {0}, ""),
    ]
    for locale in ("tr_TR.utf8", "de_DE.utf8"):
        if has_locale(locale):
            table.append((f"LC_ALL={locale}", with_environment(LC_ALL=locale), every, {0}, ""))
    for fault, plant, programs, codes, says in table:
        for program in programs:
            yield Case(fault, program, lambda world, p=program, plant=plant: plant(world, p), codes, says,
                       next_run=False)
