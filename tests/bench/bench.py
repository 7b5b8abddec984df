"""The order of events of the benchmark. Started by run.sh, which starts the server."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import checks
import commands
import datasets
import document
import linearity
import machine
import measure
import memory
import plots
import report
import rounds
import server

_TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
_OUTPUT = os.path.join(_TOP, "build", "bench")
_DATABASE = "bench"
_LINEARITY = "linearity"
_SMOKE_SCALE = 0.1


def _parse():
    names = [one.name for one in datasets.DATA_SETS] + [_LINEARITY]
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", description="Times pgkeep side by side with what it replaces.")
    parser.add_argument("--scale", type=float, default=None, help="100 (default) is about 640 MB of text in the mixed set")
    parser.add_argument("--runs", type=int, default=5, help="rounds that count, after one to warm up (default: 5)")
    parser.add_argument("--only", metavar="SET[,SET]", help="some of: " + ", ".join(names))
    parser.add_argument("--smoke", action="store_true", help="tiny data, one round: only whether every command does what it should")
    parser.add_argument("--write", action="store_true", help="put tables and plots into docs/benchmarks.md and docs/images/")
    parser.add_argument("--add", action="store_true", help="take the sets that are not run now from the last results (same machine, scale, rounds)")
    parser.add_argument("--bin", default=os.path.join(_TOP, "build", "bin"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    everything = names[:-1] if arguments.smoke else names  # linearity runs nothing that the mixed set does not
    arguments.sets = arguments.only.split(",") if arguments.only else everything
    unknown = [name for name in arguments.sets if name not in names]
    if unknown:
        parser.error(f"there is no data set {unknown[0]}; there are: {', '.join(names)}")
    if arguments.smoke and arguments.write:
        parser.error("--smoke measures nothing that could be written down")
    if arguments.runs < 1 or (arguments.scale is not None and arguments.scale <= 0):
        parser.error("--runs and --scale must be above 0")
    arguments.runs = 1 if arguments.smoke else arguments.runs
    arguments.scale = arguments.scale or (_SMOKE_SCALE if arguments.smoke else 100.0)
    return arguments


_began = time.monotonic()


def _say(text):
    print(f"[{time.monotonic() - _began:.0f} s] {text}", file=sys.stderr, flush=True)


def _measure_set(name, arguments, context, meter):
    _say(f"{name}: making the data")
    datasets.load(name, _DATABASE, arguments.scale)
    with tempfile.TemporaryDirectory(dir=context["work"]) as folder:
        own = {**context, "work": folder, "data": name}
        text = datasets.text_size(_DATABASE)
        chosen = commands.commands_for(name, arguments.smoke)
        series = rounds.run_rounds(chosen, own, meter, arguments.runs, not arguments.smoke, lambda step: _say(f"{name}: {step}"))
        return {
            "text": text,
            "commands": {one.name: one.as_json() for one in series},
            "memory": memory.measure_memory(own, meter, series),
        }


def _measure(arguments, work):
    with measure.Meter(server.ServerCpu(), work) as meter:
        return _measure_sets(arguments, work, meter)


def _measure_sets(arguments, work, meter):
    cores = len(os.sched_getaffinity(0))
    context = {"bin": arguments.bin, "work": work, "db": _DATABASE, "jobs": max(2, min(cores, 4)), "table": commands.TABLE}
    results = {
        "scale": arguments.scale,
        "runs": arguments.runs,
        "warm_up": not arguments.smoke,
        "jobs": context["jobs"],
        "machine": machine.describe_machine(),
        "versions": machine.describe_versions(arguments.bin),
        "memory_floor": meter.memory_floor(),
        "sets": {},
    }
    if arguments.add:
        _add_last(results)
    for name in arguments.sets:
        if name == _LINEARITY:
            results["linearity"] = linearity.measure_linearity(
                context, meter, arguments.scale, arguments.runs, not arguments.smoke, lambda step: _say(f"{name}: {step}")
            )
        else:
            results["sets"][name] = _measure_set(name, arguments, context, meter)
        if not arguments.smoke:
            _keep_json(results, _OUTPUT)  # an hour of measuring is not lost with what comes after it
    return results


def _add_last(results):
    """The sets of the last results, when they were measured in the same way."""
    with open(os.path.join(_OUTPUT, "results.json"), encoding="utf-8") as file:
        last = json.load(file)
    differs = [key for key, value in results.items() if key not in ("sets", "memory_floor") and last.get(key) != value]
    if differs:
        sys.exit(f"bench: the last results differ in {', '.join(differs)}; measure everything again, without --add")
    results["sets"] = last["sets"]
    if _LINEARITY in last:
        results[_LINEARITY] = last[_LINEARITY]


def _keep_json(results, folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "results.json"), "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)


def _keep(results, folder):
    """JSON, Markdown and plots; returns the plots."""
    _keep_json(results, folder)
    drawn = plots.draw(results, folder)
    with open(os.path.join(folder, "results.md"), "w", encoding="utf-8") as file:
        file.write(report.markdown(results, ".", drawn))
    return drawn


def _publish(results, write):
    drawn = _keep(results, _OUTPUT)
    print(report.markdown(results, ".", []))
    if write:
        document.write(report.markdown(results, "images", drawn), drawn, _OUTPUT)


def main():
    arguments = _parse()
    try:
        with tempfile.TemporaryDirectory(prefix="pgkeep-bench-") as work:
            results = _measure(arguments, work)
    except (measure.CommandFailed, checks.WrongOutput) as error:
        sys.exit(f"bench: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"bench: `{' '.join(error.cmd)}` ended with {error.returncode}")
    if arguments.smoke:
        _keep(results, os.path.join(_OUTPUT, "smoke"))
        count = sum(len(one["commands"]) for one in results["sets"].values())
        print(f"{count} commands on {len(results['sets'])} data sets did what they should, in {time.monotonic() - _began:.0f} s.")
    else:
        _publish(results, arguments.write)


if __name__ == "__main__":
    main()
