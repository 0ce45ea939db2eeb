"""What a bench measured, as a table and as JSON; and the lag of the loop."""

import asyncio
import dataclasses
import json
import pathlib
import statistics
import sys
from collections.abc import Sequence

TICK = 0.005
"""Seconds between two looks at how late the loop is."""


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One number; JSON has a list of them."""

    case: str
    metric: str
    value: float
    unit: str


def medians(rounds: Sequence[Sequence[Figure]]) -> list[Figure]:
    """The median over rounds that measured the same."""
    return [
        dataclasses.replace(
            same[0], value=statistics.median(figure.value for figure in same)
        )
        for same in zip(*rounds, strict=True)
    ]


def show(figures: Sequence[Figure], json_file: pathlib.Path | None) -> None:
    """Print a row a case, and write the file if one is wanted."""
    columns = list(dict.fromkeys((f.metric, f.unit) for f in figures))
    cells = {(f.case, f.metric): f"{f.value:,.4g}" for f in figures}
    width = max(len(figure.case) for figure in figures)
    titles = [f"{metric} [{unit}]" for metric, unit in columns]
    lines = [" " * width + "".join(f"  {title}" for title in titles)]
    for case in dict.fromkeys(figure.case for figure in figures):
        line = case.ljust(width)
        for (metric, _), title in zip(columns, titles, strict=True):
            line += "  " + cells.get((case, metric), "-").rjust(len(title))
        lines.append(line)
    sys.stdout.write("\n".join(lines) + "\n")
    if json_file is not None:
        rows = [dataclasses.asdict(figure) for figure in figures]
        json_file.write_text(json.dumps(rows, indent=1) + "\n")


class LagMeter:
    """How late a timer of `TICK` seconds fires, while something else happens."""

    def __init__(self) -> None:
        self._lags: list[float] = []

    def percentile(self, percent: int) -> float:
        """Milliseconds; needs some ticks."""
        if len(self._lags) < 2:
            return 0.0
        return statistics.quantiles(self._lags, n=100)[percent - 1] * 1000

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(TICK)
            self._lags.append(loop.time() - before - TICK)
