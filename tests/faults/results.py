"""What the runs found, and the table of docs/reliability.md."""

import json
import re
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
    said: Counter = field(default_factory=Counter)
    left: Counter = field(default_factory=Counter)
    holds: Counter = field(default_factory=Counter)
    problems: list = field(default_factory=list)
    seconds: float = 0.0  # the longest run

    # `err`: what it wrote to standard error. `left`: what was there behind it, in a few words. `holds`: which content
    # the live database then had; empty when it did not answer.
    def add(self, code, problems, reached, seconds, err="", left="", holds=""):
        self.tried += 1
        self.said[short_message(err)] += 1
        self.left[left or "nothing"] += 1
        self.holds[holds or "no answer"] += 1
        self.reached += reached
        self.survived += not problems
        self.codes[code] += 1
        self.problems += problems
        self.seconds = max(self.seconds, seconds)


LONGEST = 90
COUNTERS = ("codes", "said", "left", "holds")


# The first error, or else the first warning, without what differs from run to run, and fit for a cell of a table.
def short_message(err):
    lines = [line for line in err.splitlines() if re.search(r"(^|: )(error|warning): ", line)]
    lines.sort(key=lambda line: "error: " not in line)
    text = re.split(r"(?:error|warning): ", lines[0], maxsplit=1)[1] if lines else ""
    text = re.sub(r"/[^ :,;)\"]*/", "", text)
    text = re.sub(r"[0-9]{8}_[0-9]{6}", "STAMP", text)
    text = re.sub(r"tmp-[0-9]+-[0-9a-f]+", "tmp-…", text)
    text = re.sub(r"\b[0-9][0-9,.]*\b", "N", text)
    text = text.replace("|", "/").replace("`", "'").replace("<", "(").replace(">", ")")
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


# The most frequent, and how many others there were; that nothing was said or left counts only when it was always so.
def most(counter):
    some = Counter({text: times for text, times in counter.items() if text not in ("", "nothing")})
    if not some:
        return "nothing" if counter else ""
    (text, _), *others = some.most_common()
    return text + (f" (and {len(others)} more)" if others else "")


def listed(counter):
    return ", ".join(f"{name} ({times})" for name, times in sorted(counter.items()))


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
                for name in COUNTERS:
                    entry[name] = Counter(dict(entry.get(name, [])))
                self.rows[entry["fault"], entry["program"]] = Row(**entry)
        for key, row in own.items():
            old = self.rows.setdefault(key, Row(*key))
            for name in ("tried", "reached", "survived", *COUNTERS, "problems"):
                setattr(old, name, getattr(old, name) + getattr(row, name))
            old.seconds = max(old.seconds, row.seconds)
        rows = [{**row.__dict__, **{name: sorted(getattr(row, name).items()) for name in COUNTERS}}
                for row in self.rows.values()]
        Path(path).write_text(json.dumps(rows, indent=1) + "\n")

    def table(self):
        lines = [
            "| fault | program | tried | in the middle | survived | exit codes seen (times) | said most often | left most often | database holds | data lost |",
            "| --- | --- | ---: | ---: | ---: | --- | --- | --- | --- | ---: |",
        ]
        for row in self.rows.values():
            codes, holds = listed(row.codes), listed(row.holds)
            lost = sum("holds" in problem or "does not answer" in problem for problem in row.problems)
            lines.append(f"| {row.fault} | {row.program} | {row.tried} | {row.reached} | {row.survived} | {codes} |"
                         f" {most(row.said)} | {most(row.left)} | {holds} | {lost} |")
        tried = sum(row.tried for row in self.rows.values())
        survived = sum(row.survived for row in self.rows.values())
        return "\n".join([*lines, "", f"In all: {tried:,} faults tried, {survived:,} survived."])

    def write(self, page):
        text = Path(page).read_text()
        before, rest = text.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        Path(page).write_text(f"{before}{BEGIN}\n{self.table()}\n{END}{after}")
