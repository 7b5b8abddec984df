"""Runs the commands of one data set in turn, round after round, so that a machine whose speed drifts drifts for all."""

import os
import shutil

import checks
import commands
import measure
import server


class Series:
    """What each round of one command cost."""

    def __init__(self, command, name):
        self.command = command
        self.name = name
        self.costs = []
        self.bytes = None

    def as_json(self):
        return {
            "task": self.command.task,
            "ours": self.command.ours,
            "wall": [cost.wall for cost in self.costs],
            "client_cpu": [cost.client_cpu for cost in self.costs],
            "server_cpu": [cost.server_cpu for cost in self.costs],
            "peak_memory": [cost.peak_memory for cost in self.costs],
            "bytes": self.bytes,
        }


def _remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)


def _clear(command, context):
    if command.output:
        _remove(os.path.join(context["work"], command.output))
    if command.restores:
        server.drop_database(commands.COPY)


def run_once(command, context, meter, checked):
    """The cost, and the bytes written (None when it writes no file)."""
    _clear(command, context)
    cost = meter.run(command.line.format(**context))
    path = os.path.join(context["work"], command.output) if command.output else ""
    size = measure.size_on_disk(path) if path else None
    if size == 0:
        raise checks.WrongOutput(f"{command.name} wrote nothing into {path}")
    if checked:
        checks.check_output(command, path, context)
    return cost, size


def run_rounds(chosen, context, meter, runs, warm_up, report):
    """The output is checked in the first round, which does not count when it warms up. Returns a list of Series."""
    series = [Series(command, commands.full_name(command, context["jobs"])) for command in chosen]
    first = 0 if warm_up else 1
    for number in range(first, runs + 1):
        report(f"round {number} of {runs}" if number else "warming up")
        for one in series:
            cost, size = run_once(one.command, context, meter, number == first)
            if number:
                one.costs.append(cost)
                one.bytes = size
    server.drop_database(commands.COPY)
    return series
