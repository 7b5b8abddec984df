"""What the runs found, and the table of docs/reliability.md."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

BEGIN = "<!-- faults: made by tests/faults/run.sh --write -->"
END = "<!-- /faults -->"


@dataclass
class Row:
    """One fault in one program."""

    fault: str
    program: str
    tried: int = 0
    reached: int = 0  # it happened while the program ran
    survived: int = 0
    codes: Counter = field(default_factory=Counter)
    problems: list = field(default_factory=list)
    seconds: float = 0.0  # the longest run

    def add(self, code, problems, reached, seconds):
        self.tried += 1
        self.reached += reached
        self.survived += not problems
        self.codes[code] += 1
        self.problems += problems
        self.seconds = max(self.seconds, seconds)


class Results:
    def __init__(self):
        self.rows = {}

    def row(self, fault, program):
        return self.rows.setdefault((fault, program), Row(fault, program))

    def problems(self):
        return [f"{row.program}, {row.fault}: {problem}" for row in self.rows.values() for problem in row.problems]

    # Adds what the file holds from earlier parts of the same run, and writes the sum back.
    def add_file(self, path):
        own, self.rows = self.rows, {}
        if Path(path).exists():
            for entry in json.loads(Path(path).read_text()):
                entry["codes"] = Counter(dict(entry["codes"]))
                self.rows[entry["fault"], entry["program"]] = Row(**entry)
        for key, row in own.items():
            old = self.rows.setdefault(key, Row(*key))
            for name in ("tried", "reached", "survived", "codes", "problems"):
                setattr(old, name, getattr(old, name) + getattr(row, name))
            old.seconds = max(old.seconds, row.seconds)
        rows = [{**row.__dict__, "codes": sorted(row.codes.items())} for row in self.rows.values()]
        Path(path).write_text(json.dumps(rows, indent=1) + "\n")

    def table(self):
        lines = [
            "| fault | program | tried | in the middle | survived | exit codes seen (times) | data lost |",
            "| --- | --- | ---: | ---: | ---: | --- | ---: |",
        ]
        for row in self.rows.values():
            codes = ", ".join(f"{code} ({times})" for code, times in sorted(row.codes.items()))
            lost = sum("holds" in problem or "does not answer" in problem for problem in row.problems)
            lines.append(f"| {row.fault} | {row.program} | {row.tried} | {row.reached} | {row.survived} | {codes} | {lost} |")
        tried = sum(row.tried for row in self.rows.values())
        survived = sum(row.survived for row in self.rows.values())
        return "\n".join([*lines, "", f"In all: {tried:,} faults tried, {survived:,} survived."])

    def write(self, page):
        text = Path(page).read_text()
        before, rest = text.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        Path(page).write_text(f"{before}{BEGIN}\n{self.table()}\n{END}{after}")
