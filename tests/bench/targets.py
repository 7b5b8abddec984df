"""What pgkeep must reach: one table. {jobs} in a name stands for the number."""

import dataclasses

import figures


@dataclasses.dataclass(frozen=True)
class Target:
    work: str
    data_set: str
    command: str
    against: str
    at_most: float
    measure: str = "wall"  # or bytes: the size of the file


TARGETS = (
    Target("backup, default level", "mixed", "pgkeep-backup", "pg_dump | gzip", 0.30),
    Target("its file", "mixed", "pgkeep-backup", "pg_dump | gzip", 1.00, "bytes"),
    Target("backup -Z1", "mixed", "pgkeep-backup -Z1", "pg_dump >/dev/null", 0.80),
    Target("the same", "mixed", "pgkeep-backup -Z1", "pg_dump -Fd -j{jobs} -Z1", 0.60),
    Target("its file", "mixed", "pgkeep-backup -Z1", "pg_dump | gzip -1", 1.00, "bytes"),
    Target("backup of many small tables", "small", "pgkeep-backup", "pg_dump -Fc", 0.70),
    Target("backup of one huge table", "huge", "pgkeep-backup", "pg_dump -Fd -j{jobs}", 0.40),
    Target("restore without check", "mixed", "pgkeep-restore --check=none", "gunzip | psql", 0.50),
    Target("the same", "mixed", "pgkeep-restore --check=none", "pg_restore -j{jobs}", 0.90),
    Target("restore with full content proof", "mixed", "pgkeep-restore", "gunzip | psql", 0.65),
    Target("verify checksum", "mixed", "pgkeep-verify", "gzip -t", 0.20),
    Target("one table out of the archive", "mixed", "pgkeep-restore --stdout -t", "zcat | sed", 0.10),
)
MEMORY_LIMIT = 80 << 20  # of each program with 2 jobs, on any data
LINEAR_LIMIT = 1.10  # cost of a byte at the whole scale, of that at a tenth


@dataclasses.dataclass(frozen=True)
class Verdict:
    work: str
    against: str
    at_most: str
    measured: str
    met: bool
    missed_by: str


def _verdict(work, against, limit, value, shown_limit, shown):
    met = value <= limit
    return Verdict(work, against, shown_limit, shown, met, "" if met else f"{(value / limit - 1) * 100:.0f} %")


def _of_target(target, results):
    jobs = results["jobs"]
    commands = results["sets"].get(target.data_set, {}).get("commands", {})
    ours = commands.get(target.command.format(jobs=jobs))
    against = commands.get(target.against.format(jobs=jobs))
    if not ours or not against:
        return None
    ratio = figures.ratio(ours, against, target.measure)
    return _verdict(
        f"{target.work} ({target.data_set})",
        target.against.format(jobs=jobs) + (", size" if target.measure == "bytes" else ""),
        target.at_most,
        ratio.value,
        f"{target.at_most:.2f}",
        figures.with_spread(ratio),
    )


def _of_memory(results):
    for program in ("pgkeep-backup", "pgkeep-verify", "pgkeep-restore"):
        found = {name: one["memory"][program] for name, one in results["sets"].items()}
        if found:
            worst = max(found, key=found.get)
            shown = f"{figures.mebibytes(found[worst])} MiB"
            limit = f"{figures.mebibytes(MEMORY_LIMIT)} MiB"
            yield _verdict(f"peak memory of {program}, 2 jobs ({worst})", "", MEMORY_LIMIT, found[worst], limit, shown)


def _of_linearity(results):
    for program, summary in results.get("linearity", {}).items():
        ratio = summary["wall"]["ratio"]
        if ratio is not None:
            yield _verdict(
                f"{program}, ten times the data", "cost of a byte at a tenth", LINEAR_LIMIT, ratio, f"{LINEAR_LIMIT:.2f}", f"{ratio:.2f}"
            )


def verdicts(results):
    """Of each target whose data set and peer were measured."""
    found = [_of_target(target, results) for target in TARGETS]
    return [one for one in found if one] + list(_of_memory(results)) + list(_of_linearity(results))
