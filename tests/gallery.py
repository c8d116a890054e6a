"""Draw every chart on every input, to be looked at: ``python -m tests.gallery FOLDER [INPUT …]``."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import matplotlib as mpl

from tests.plot_inputs import INPUTS

CHARTS = (
    "creation_over_time", "creation_and_survival", "creation_calendar", "token_ages", "permission_spread",
    "permission_combinations", "operations_per_token", "operation_matrix", "permission_matrix", "concentration",
    "sensitive_reach",
)  # fmt: skip


def main(folder: str, *inputs: str) -> None:
    """Write one picture a chart and input, and one of all charts in one narrow figure."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    warnings.simplefilter("error")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name in inputs or INPUTS:
        frames = INPUTS[name]()
        for chart in CHARTS:
            figure = getattr(frames.plot, chart)().get_figure()
            figure.savefig(target / f"{name}.{chart}.png", dpi=80)
            plt.close(figure)
        grid, axes = plt.subplots(4, 3, figsize=(15, 17))
        for chart, ax in zip(CHARTS, axes.flat, strict=False):
            getattr(frames.plot, chart)(ax=ax)
        grid.savefig(target / f"{name}.grid.png", dpi=70)
        plt.close(grid)


if __name__ == "__main__":
    main(*sys.argv[1:])
