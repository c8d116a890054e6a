"""Draw every chart on every input, to be looked at: ``python -m tests.gallery FOLDER [INPUT …]``."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import matplotlib as mpl

import dfns_frames as dff
from dfns_frames.plot import Plot
from tests.demo_frames import organisation
from tests.plot_inputs import ITEMS, load

CHARTS = tuple(name for name in dff.measures.__all__ if hasattr(Plot, name))

ORGANISATIONS = ("platform-lead", "payments-engineer", "sandbox-lead")
"""Callers of the demo, of whose organisation it is drawn who can do something."""


def main(folder: str, *inputs: str) -> None:
    """Write a picture a chart and input, and for each input one of all charts in a narrow grid."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    warnings.simplefilter("error")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name in inputs or ITEMS:
        charts = load(name).plot
        for chart in CHARTS:
            figure = getattr(charts, chart)().get_figure()
            figure.savefig(target / f"{name}.{chart}.png", dpi=80)
            plt.close(figure)
        grid, axes = plt.subplots(-(-len(CHARTS) // 3), 3, figsize=(15, 21))
        for chart, ax in zip(CHARTS, axes.flat[: len(CHARTS)], strict=True):
            getattr(charts, chart)(ax=ax)
        grid.savefig(target / f"{name}.grid.png", dpi=70)
        plt.close(grid)
    for caller in () if inputs else ORGANISATIONS:
        for what in ("move_funds", "grant_access", "config"):
            figure = organisation(caller).plot.who_can(what).get_figure()
            figure.savefig(target / f"{caller}.who_can.{what}.png", dpi=80)
            plt.close(figure)


if __name__ == "__main__":
    main(*sys.argv[1:])
