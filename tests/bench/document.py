"""Puts the results into docs/benchmarks.md, between two markers; the rest of that page is written by hand."""

import os
import shutil

_BEGIN, _END = "<!-- bench:begin -->", "<!-- bench:end -->"
_TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PAGE = os.path.join(_TOP, "docs", "benchmarks.md")
IMAGES = os.path.join(_TOP, "docs", "images")


def _between_markers(page, text):
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise SystemExit(f"{PAGE} has no line `{_BEGIN}` with a line `{_END}` behind it")
    return f"{before}{_BEGIN}\n\n{text}\n{_END}{after}"


def write(text, plots, plot_folder):
    with open(PAGE, encoding="utf-8") as file:
        page = _between_markers(file.read(), text)
    os.makedirs(IMAGES, exist_ok=True)
    for name, _ in plots:
        shutil.copyfile(os.path.join(plot_folder, name), os.path.join(IMAGES, name))
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)
