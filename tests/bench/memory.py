"""Peak memory of each program of pgkeep with 2 jobs, on each data set."""

import commands
import rounds

JOBS = 2
PROGRAMS = ("pgkeep-backup", "pgkeep-verify", "pgkeep-restore")


def measure_memory(context, meter, series):
    """{program: bytes}. What the rounds showed where they had 2 jobs, else one more run."""
    if context["jobs"] == JOBS:
        found = {one.name: max(cost.peak_memory for cost in one.costs) for one in series}
        return {program: found[program] for program in PROGRAMS}
    again = {**context, "jobs": JOBS}
    return {
        command.name: rounds.run_once(command, again, meter, False)[0].peak_memory
        for command in commands.COMMANDS
        if command.name in PROGRAMS
    }
