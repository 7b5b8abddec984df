"""Medians, ratios and their spread, from the JSON of the results."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Ratio:
    value: float  # of the medians
    lowest: float  # of the rounds, each with its own
    highest: float


def median(series, key="wall"):
    return statistics.median(series[key])


def ratio(series, against, key="wall"):
    if key == "bytes":
        value = series["bytes"] / against["bytes"]
        return Ratio(value, value, value)
    rounds = [one / other for one, other in zip(series[key], against[key])]
    return Ratio(median(series, key) / median(against, key), min(rounds), max(rounds))


def seconds(value):
    return f"{value:.2f}"


def with_spread(value):
    """`0.31 (0.30-0.33)`"""
    if value.lowest == value.highest:
        return f"{value.value:.2f}"
    return f"{value.value:.2f} ({value.lowest:.2f}-{value.highest:.2f})"


def mebibytes(value):
    return f"{value / (1 << 20):.0f}"


def megabytes(value):
    return f"{value / 1e6:.1f}"
