"""The results as Markdown."""

import commands
import datasets
import figures
import targets


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _machine(results):
    machine, versions = results["machine"], results["versions"]
    scale = f"scale {results['scale']:g}, {results['runs']} runs" + (" after one to warm up" if results["warm_up"] else "")
    programs = "; ".join(f"{name}: {version}" for name, version in versions.items())
    return (
        f"{machine['cores']} cores ({machine['cpu']}), {machine['memory'] / (1 << 30):.0f} GiB, {machine['system']}, Linux {machine['kernel']}; "
        f"{scale}, {results['jobs']} jobs; a throw-away server with `shared_buffers=1GB` and no fsync. Medians; in brackets the lowest and the "
        f"highest round. Absolute times mean little elsewhere; the ratios do.\n\nVersions: {programs}."
    )


def _targets(results):
    rows = [
        (one.work, one.against, one.at_most, one.measured, "met" if one.met else f"missed by {one.missed_by}")
        for one in targets.verdicts(results)
    ]
    return "### Targets\n\n" + _table(("work", "against", "at most", "measured", "verdict"), rows)


def _row(name, series, reference, against):
    ratio = figures.with_spread(figures.ratio(series, reference)) if reference and name != against else ""
    wall = series["wall"]
    return (
        f"**{name}**" if series["ours"] else name,
        f"{figures.seconds(figures.median(series))} ({figures.seconds(min(wall))}-{figures.seconds(max(wall))})",
        ratio,
        figures.seconds(figures.median(series, "client_cpu")),
        figures.seconds(figures.median(series, "server_cpu")),
        figures.mebibytes(max(series["peak_memory"])),
        "" if series["bytes"] is None else figures.megabytes(series["bytes"]),
    )


def _task_table(task, found):
    against = commands.REFERENCES[task]
    rows = [_row(name, one, found.get(against), against) for name, one in found.items() if one["task"] == task]
    head = (task, "seconds", f"of {against}", "client CPU s", "server CPU s", "peak MiB", "MB written")
    return _table(head, rows)


def _note_on_table(data_set, found):
    cut = found.get("zcat | sed")
    if not cut:
        return ""
    return f"The table that is cut out is `{commands.TABLE}`, {cut['bytes'] / data_set['text'] * 100:.1f} % of the text.\n\n"


def _data_set(name, data_set):
    content = next(one.content for one in datasets.DATA_SETS if one.name == name)
    found = data_set["commands"]
    tasks = [task for task in commands.REFERENCES if any(one["task"] == task for one in found.values())]
    tables = "\n\n".join(_task_table(task, found) for task in tasks)
    return f"### {name}: {content}\n\n{figures.megabytes(data_set['text'])} MB of text. {_note_on_table(data_set, found)}".rstrip() + "\n\n" + tables


def _memory(results):
    if not results["sets"]:
        return ""
    programs = list(next(iter(results["sets"].values()))["memory"])
    rows = [(name, *(figures.mebibytes(one["memory"][program]) for program in programs)) for name, one in results["sets"].items()]
    floor = figures.mebibytes(results["memory_floor"])
    return (
        f"### Peak memory with 2 jobs, MiB\n\nOf the largest process. Less than {floor} MiB cannot be seen.\n\n"
        + _table(("data", *programs), rows)
    )


def _linearity(results):
    rows = []
    for program, one in results["linearity"].items():
        for key, word in (("wall", "seconds"), ("cpu", "CPU, client and server")):
            cost = one[key]
            ratio = "" if cost["ratio"] is None else f"{cost['ratio']:.2f}"
            rows.append((program, word, figures.seconds(one["fixed"]), f"{cost['tenth'] * 1e9:.2f}", f"{cost['whole'] * 1e9:.2f}", ratio))
    tenth, whole = (figures.megabytes(next(iter(results["linearity"].values()))["sizes"][size]["text"]) for size in ("tenth", "whole"))
    return (
        f"### Ten times the data\n\nSeconds for a GB of text of the mixed set, at {tenth} MB and at {whole} MB, without the fixed seconds that the set takes "
        "with its large tables empty.\n\n"
        + _table(("program", "", "fixed s", "s/GB, a tenth", "s/GB, whole", "ratio"), rows)
    )


def _images(folder, plots):
    return "\n\n".join(f"![{title}]({folder}/{file})" for file, title in plots)


def markdown(results, image_folder, plots):
    """`plots`: (file name, title) of those that were drawn."""
    parts = [_machine(results), _targets(results), _images(image_folder, plots)]
    parts += [_data_set(name, one) for name, one in results["sets"].items()]
    parts.append(_memory(results))
    if "linearity" in results:
        parts.append(_linearity(results))
    return "\n\n".join(part for part in parts if part) + "\n"
