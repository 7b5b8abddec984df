"""Whether cost grows with the data: the mixed set empty, at a tenth of the scale, and at the scale, in the same rounds.

Empty tables cost what every run costs, whatever the data: start-up, the schema, the small tables. That is taken off
before seconds are divided by bytes.
"""

import os

import commands
import datasets
import figures
import rounds
import server

_PROGRAMS = ("pgkeep-backup", "pgkeep-verify", "pgkeep-restore")
_SIZES = {"empty": 0.0, "tenth": 0.1, "whole": 1.0}


def _prepare(size, scale, context):
    database = f"linear_{size}"
    folder = os.path.join(context["work"], database)
    os.mkdir(folder)
    datasets.load("mixed", database, scale * _SIZES[size])
    return {**context, "db": database, "work": folder, "data": database}


def _per_byte(found, size, empty, key):
    cost = figures.median(found[size], key) - figures.median(found["empty"], key)
    return cost / (found[size]["text"] - empty)


def _summary(found):
    empty = found["empty"]["text"]
    summary = {"sizes": found, "fixed": figures.median(found["empty"])}
    for key in ("wall", "cpu"):
        tenth = _per_byte(found, "tenth", empty, key)
        whole = _per_byte(found, "whole", empty, key)
        summary[key] = {"tenth": tenth, "whole": whole, "ratio": whole / tenth if tenth > 0 else None}
    return summary


def _as_found(series, text):
    found = series.as_json()
    found["cpu"] = [client + of_server for client, of_server in zip(found["client_cpu"], found["server_cpu"])]
    return {**found, "text": text}


def measure_linearity(context, meter, scale, runs, warm_up, report):
    """{program: summary}, with seconds for each byte of text."""
    chosen = [command for command in commands.COMMANDS if command.name in _PROGRAMS]
    report("making the mixed set empty, at a tenth, and whole")
    contexts = {size: _prepare(size, scale, context) for size in _SIZES}
    texts = {size: datasets.text_size(one["db"]) for size, one in contexts.items()}
    series = {(size, command.name): rounds.Series(command, command.name) for size in _SIZES for command in chosen}
    for number in range(0 if warm_up else 1, runs + 1):
        report(f"round {number} of {runs}")
        for command in chosen:
            for size in _SIZES:
                cost, _ = rounds.run_once(command, contexts[size], meter, False)
                if number:
                    series[size, command.name].costs.append(cost)
    for one in contexts.values():
        server.drop_database(one["db"])
    server.drop_database(commands.COPY)
    return {
        command.name: _summary({size: _as_found(series[size, command.name], texts[size]) for size in _SIZES})
        for command in chosen
    }
