"""Runs clang-tidy over sources, several of them in one unit; see check-analysis.sh, which calls it.

    tidy_units.py CLANG_TIDY BUILD_FOLDER FILE...

A unit includes neighbours of one folder: most of the time of clang-tidy goes into the headers of libraries, which a unit
pays once. Sources of which two define the same name in unnamed namespaces are told apart first. All headers given are one
unit of their own, in which a name that two of them define is a finding: across sources no compiler sees it.

Ends with 1 for findings.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

UNIT_SIZE = 10


class Tidy:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        commands = json.loads((folder / "compile_commands.json").read_text())
        self.commands = {entry["file"]: entry for entry in commands}

    def run(self, folder, source, *options):
        command = [self.program, "-p", str(folder), "--quiet", *options, str(source)]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        if result.returncode < 0:
            return 1, f"{source}: clang-tidy ended by signal {-result.returncode}\n{result.stderr}"
        return result.returncode, result.stdout

    def write_unit(self, sources):
        """A folder with a source that includes these, compiled like the first, or like any for headers."""
        folder = self.folder / "units" / sources[0].replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        # By this name the static analyzer knows that it has to follow the paths through what is included.
        unit = folder / "UnifiedSource.cpp"
        unit.write_text("".join(f'#include "{pathlib.Path(s).absolute()}" // NOLINT\n' for s in sources))
        like = self.commands.get(str(pathlib.Path(sources[0]).absolute())) or list(self.commands.values())[-1]
        entry = {**like, "file": str(unit), "command": like["command"].replace(like["file"], str(unit))}
        (folder / "compile_commands.json").write_text(json.dumps([entry]))
        return folder, unit

    def clashing(self, folder, unit, sources):
        """The sources that cannot be compiled behind the ones before them."""
        code, output = self.run(folder, unit, "--checks=-*,misc-static-assert")
        if code == 0:
            return []
        named = set(re.findall(r"^([^\s:]+):\d+:\d+: error: ", output, re.MULTILINE))
        clashing = [s for s in sources[1:] if str(pathlib.Path(s).absolute()) in named]
        return clashing or sources[1:]

    def check(self, sources):
        """Code and text of one unit, in as many goes as the names in it need."""
        worst, text = 0, ""
        while sources:
            later = []
            if sources[0].endswith(".hpp"):
                code, output = self.run(*self.write_unit(sources))
            elif len(sources) == 1:
                code, output = self.run(self.folder, sources[0])
            else:
                folder, unit = self.write_unit(sources)
                later = self.clashing(folder, unit, sources)
                sources = [s for s in sources if s not in later]
                if later:
                    folder, unit = self.write_unit(sources)
                code, output = self.run(folder, unit)
            worst, text, sources = max(worst, code), text + output, later
        return worst, text


def make_units(sources):
    """Headers first; the rest in the order given, which the caller chose by urgency."""
    headers = [s for s in sources if s.endswith(".hpp")]
    units = [headers] if headers else []
    for source in sources:
        if source in headers:
            continue
        last = units[-1] if units else []
        near = last and last is not headers and os.path.dirname(last[-1]) == os.path.dirname(source)
        if near and len(last) < UNIT_SIZE:
            last.append(source)
        else:
            units.append([source])
    return units


def main():
    program, folder, *sources = sys.argv[1:]
    tidy = Tidy(program, pathlib.Path(folder).absolute())
    worst, shown = 0, set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for future in concurrent.futures.as_completed([pool.submit(tidy.check, u) for u in make_units(sources)]):
            code, text = future.result()
            worst = max(worst, code)
            # A finding in a header comes with every source that includes it.
            for finding in re.split(r"(?m)^(?=\S+:\d+:\d+: (?:error|warning): )", text):
                if finding and finding not in shown:
                    shown.add(finding)
                    print(finding, end="", flush=True)
    sys.exit(min(worst, 1))


main()
