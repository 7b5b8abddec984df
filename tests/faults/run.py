#!/usr/bin/env python3
"""Plants every fault and checks after each what must hold. Started by run.sh, inside pgkeep-scratch."""

import argparse
import random
import re
import sys
import time

import connections
import limits
import preload
import programs
import random_signals
import stalls
from cases import judge
from results import Results
from world import World

GROUPS = {
    "signals": lambda world, dice, count: random_signals.cases(world, dice, count),
    "connections": lambda world, dice, count: connections.cases(world, dice, count),
    "stalls": lambda world, dice, count: stalls.cases(world, dice),
    "limits": lambda world, dice, count: limits.cases(world),
    "programs": lambda world, dice, count: programs.cases(world),
}


NO_GROUP = "none"

# What an ordinary run of the tests plants, within about a minute: of each kind of fault the most telling ones.
QUICK = re.compile(
    r"^(backup|restore|restore --in-place|verify|prune): (kill -9|SIGTERM) at a random"
    r"|^backup: (the keeper's|a worker's) conn|^restore: the staging keeper's conn|^backup: the server shut"
    r"|^restore: connection of `pgkeep staging` stalls|^backup: connection of `pgkeep worker` (cut|stalls)"
    r"|^restore --in-place: one digit|^backup: the header"
    r"|^backup: pg_dump (is cut short|hangs for ever, )|^restore: pg_restore prints nothing"
    r"|^(backup|restore): standard output full, results|^(backup|restore|prune): at most 12 open files"
    r"|^restore: the connection for cleaning up stalls in the middle|^prune: the clock is a year ahead"
    r"|^verify --against: connection of `pgkeep compare 1` cut|^restore --no-safety-snapshot: pg_restore fails after its work"
)


def parse():
    parser = argparse.ArgumentParser(description="Plants faults and checks what must hold after each.")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--count", type=int, default=8, help="random moments of each signal in backup and restore")
    parser.add_argument("--seed", type=int, default=None, help="of the moments; printed, so that a run can be repeated")
    parser.add_argument("--group", action="append", choices=[*GROUPS, NO_GROUP],
                        help=f"only this group; may be repeated. {NO_GROUP}: run nothing, only write what --add holds")
    parser.add_argument("--only", default="", help="only cases whose `program: fault` matches this regular expression")
    parser.add_argument("--quick", action="store_true", help="only a selection, for the ordinary tests")
    parser.add_argument("--seconds", type=float, help="end after so many seconds, in the middle of the list")
    parser.add_argument("--add", help="file of results: what is there counts too, and the sum is written back")
    parser.add_argument("--write", help="page whose table is written")
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args()


def run_case(world, case, row, verbose):
    world.reset()
    outcome = case.plant(world)
    left = world.what_is_left()
    problems = judge(world, case, outcome)
    holds = world.checker.name_of({world.old: "old", world.new: "new"})
    row.add(outcome.code, problems, int(any(outcome.notes)), outcome.seconds, outcome.err, left, holds)
    if verbose or problems:
        state = "ok  " if not problems else "FAIL"
        print(f"{state} {case.program}: {case.fault}: exit {outcome.code} after {outcome.seconds:.1f} s", flush=True)
        if verbose and outcome.err:
            print("       " + outcome.err.strip().replace("\n", "\n       "))
        for problem in problems:
            print("     " + problem, flush=True)


def run_all(world, options, results):
    sanitized = preload.is_sanitized(options.bin)
    dice = random.Random(options.seed)
    end = time.monotonic() + options.seconds if options.seconds else None
    for name in options.group or GROUPS:
        begin = time.monotonic()
        for case in GROUPS[name](world, dice, options.count):
            name_of_case = f"{case.program}: {case.fault}"
            if not re.search(options.only, name_of_case) or options.quick and not QUICK.search(name_of_case):
                continue
            if case.preloads and sanitized:
                print(f"left out {name_of_case}: programs with a sanitizer cannot be run with {preload.NAME}", flush=True)
                continue
            for _ in range(case.repeat):
                if end and time.monotonic() > end:
                    return
                run_case(world, case, results.row(case.fault, case.program), options.verbose)
        print(f"{name}: {time.monotonic() - begin:.1f} s", flush=True)


def plant_faults(options, results):
    if options.seed is None:
        options.seed = random.randrange(1_000_000)
    print(f"seed {options.seed}", flush=True)
    world = World(options.bin)
    try:
        run_all(world, options, results)
    finally:
        world.close()


def main():
    options = parse()
    results = Results()
    if NO_GROUP not in (options.group or ()):
        plant_faults(options, results)
    problems = results.problems()
    if options.add:
        results.add_file(options.add)
    if options.write:
        results.write(options.write)
    tried = sum(row.tried for row in results.rows.values())
    survived = sum(row.survived for row in results.rows.values())
    print(f"{tried} faults tried, {survived} survived")
    return 1 if problems or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
