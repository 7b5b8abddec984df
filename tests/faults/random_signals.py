"""kill -9 and SIGTERM at moments drawn evenly over the whole duration of a run, which is measured first."""

import signal
import time

from cases import Case, KILLED, PROGRAMS, STAMPS, TERMINATED

SIGNALS = {"kill -9": (signal.SIGKILL, {0, KILLED}), "SIGTERM": (signal.SIGTERM, {0, TERMINATED})}
# How many of each come in an ordinary run, of which --count is a multiple of the first.
SHARES = {"backup": 8, "restore": 8, "restore --in-place": 3, "verify": 3, "drill": 1, "prune": 3}
FULL = 8


def prepare(world, program):
    if program == "prune":
        world.add_archives(STAMPS)
    elif program == "verify --against":
        world.add_backup()


def plant(world, program, number, moment):
    after = moment()
    prepare(world, program)
    command = PROGRAMS[program]

    def meanwhile(process):
        time.sleep(after)
        if process.poll() is None:
            process.send_signal(number)
            return "reached"
        return None

    return world.run(*command, meanwhile=meanwhile)


def cases(world, random, count):
    for program, share in SHARES.items():
        for name, (number, codes) in SIGNALS.items():
            repeat = max(1, round(count * share / FULL))

            # Measured when it is needed: most runs want a few of the cases only.
            def moment(program=program):
                return random.uniform(0, 1.05 * measured(world, program))

            yield Case(f"{name} at a random moment", program,
                       lambda world, p=program, n=number, m=moment: plant(world, p, n, m), codes, repeat=repeat)


# To be called before prepare(): the world is as after reset().
def measured(world, program):
    if program not in world.times:
        seconds = []
        for _ in range(3):
            world.changed = True
            world.reset()
            prepare(world, program)
            seconds.append(world.run(*PROGRAMS[program]).seconds)
        world.changed = True
        world.reset()
        world.times[program] = sorted(seconds)[1]
    return world.times[program]
