"""Plots as SVG, drawn by gnuplot where it is installed."""

import os
import shutil
import subprocess

import figures

_OURS, _PEER = "0x2563a8", "0xb0b7bf"
_HEAD = """set terminal svg size 760,{height} font 'sans-serif,13' background 'white'
set output '{path}'
set title "{title}" noenhanced
set style fill solid noborder
set border 1
set tics nomirror
set grid x lc rgb '#dddddd'
set key off
set lmargin 32
set yrange [{count}-0.4:-0.6]
set xrange [0:*]
set xlabel '{axis}' noenhanced
set ytics noenhanced
"""


def _draw(path, title, axis, rows, reference=None):
    """`rows`: (label, value, ours). `reference`: where a line is drawn."""
    count = len(rows)
    script = _HEAD.format(height=110 + 26 * count, path=path, title=title, axis=axis, count=count)
    if reference is not None:
        script += f"set arrow from {reference},graph 0 to {reference},graph 1 nohead lc rgb '#444444' dt 2\n"
    script += "$bars << END\n"
    script += "".join(f'"{label}" {value:.4f} {_OURS if ours else _PEER} "{value:.2f}"\n' for label, value, ours in rows)
    script += "END\n"
    script += "plot $bars using ($2/2):0:($2/2):(0.36):3:ytic(1) with boxxyerror lc rgb variable, "
    script += "$bars using 2:0:4 with labels left offset 0.5,0 noenhanced\n"
    subprocess.run(["gnuplot"], input=script, check=True, text=True, stderr=subprocess.PIPE)


def _seconds(task):
    def rows(results):
        found = results["sets"].get("mixed", {}).get("commands", {})
        return [(name, figures.median(one), one["ours"]) for name, one in found.items() if one["task"] == task]

    return rows


def _ratios(results):
    pairs = (
        ("backup", "pgkeep-backup", "pg_dump | gzip"),
        ("restore", "pgkeep-restore", "gunzip | psql"),
        ("verify", "pgkeep-verify", "gzip -t"),
    )
    return [
        (f"{task}, {name}", figures.ratio(one["commands"][ours], one["commands"][peer]).value, task == "restore")
        for task, ours, peer in pairs
        for name, one in results["sets"].items()
        if peer in one["commands"]
    ]


def _memory(results):
    return [
        (f"{program} ({name})", size / (1 << 20), True)
        for name, one in results["sets"].items()
        for program, size in one["memory"].items()
    ]


# File, title, axis, rows of a result, and where a line is drawn.
_PLOTS = (
    ("bench-backup.svg", "Backup of the mixed set", "seconds", _seconds("backup"), None),
    ("bench-restore.svg", "Restore of the mixed set", "seconds", _seconds("restore"), None),
    ("bench-verify.svg", "Verification of the mixed set", "seconds", _seconds("verify"), None),
    ("bench-ratios.svg", "Time of pgkeep; 1 is that of pg_dump | gzip, gunzip | psql, gzip -t", "ratio", _ratios, 1.0),
    ("bench-memory.svg", "Peak memory with 2 jobs", "MiB", _memory, 80),
)


def draw(results, folder):
    """(file name, title) of each plot. Without gnuplot there is none."""
    if not shutil.which("gnuplot"):
        print("gnuplot is not installed, so no plot was drawn (on Debian: apt-get install gnuplot-nox).")
        return []
    os.makedirs(folder, exist_ok=True)
    drawn = []
    for file, title, axis, rows_of, reference in _PLOTS:
        rows = rows_of(results)
        if rows:
            _draw(os.path.join(folder, file), title, axis, rows, reference)
            drawn.append((file, title))
    return drawn
