"""Replay of the tiers of all CDNOW members in memory (bench.tiers_replay) as a figure."""

import tempfile
from pathlib import Path

from bench import cdnow, tiers_replay
from bench.figure import Figure


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        told = tiers_replay.measure(cdnow.folder(Path(scratch)) / "purchases.csv.gz")
    return [Figure("replay of the tiers of all CDNOW members", told["replay"], told["floor"], 6, detail=told)]
