"""The figures of `scale.py` as a picture: cost against size, both on a logarithmic scale."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter
from steps import STEPS

LINES = {
    "load-memory": ("tab:gray", "-"),
    "load-kg": ("tab:blue", "-"),
    "load-oxigraph": ("tab:blue", ":"),
    "build-kg": ("tab:green", "-"),
    "reason-memory": ("tab:red", "-"),
    "reason-disk": ("tab:red", "--"),
    "reason-reasonable": ("tab:red", ":"),
    "reason-owlrl": ("tab:orange", ":"),
    "validate-kg": ("tab:purple", "--"),
    "validate-sparql": ("tab:purple", "-"),
    "export-kg": ("tab:brown", "-"),
    "export-pyoxigraph": ("tab:brown", ":"),
}
"""The steps that are drawn, with colour and style: dots for others' work."""


def draw(figures: Mapping[str, Any], path: Path) -> None:
    """Draw seconds of the processor, and peak memory, into `path`: the same picture for the same figures."""
    with matplotlib.rc_context({"svg.hashsalt": "scale", "svg.fonttype": "none", "font.size": 9}):
        picture = Figure(figsize=(11, 6), layout="constrained")
        for place, (key, label) in enumerate((("processor", "seconds of the processor"), ("megabytes", "peak memory, MB")), 1):
            axes = picture.add_subplot(1, 2, place)
            for name, (colour, style) in LINES.items():
                points = sorted((run["size"], run[key]) for run in figures["runs"] if run["step"] == name and key in run)
                if points:
                    step = STEPS[name]
                    label_of = f"{step.what}: {step.by}".replace("`", "")
                    axes.plot(*zip(*points, strict=True), color=colour, linestyle=style, marker="o", markersize=3, label=label_of)
            axes.set(xscale="log", yscale="log", xlabel="triples asserted", ylabel=label)
            axes.grid(visible=True, which="major", alpha=0.3)
            axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
            axes.yaxis.set_minor_formatter(NullFormatter())
        picture.legend(*picture.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)
        picture.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
