"""Figures for reports: one style, and each figure with the table behind it, its caption and its alt text."""

import base64
import dataclasses
import html
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fontpkg_noto_sans_arabic
import matplotlib as mpl
import pandas as pd
from matplotlib import font_manager
from matplotlib.figure import Figure

from analysis.publish.tables import note, output_folder, show, write_csv, write_json

# Inches. Between the columns of a journal page, 85 and 174 mm: letters of 8.5 points are 6 in one column, 11.5 in two.
WIDTH = 4.9

# Okabe and Ito (2008): eight colours that people with any kind of colour vision tell apart.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
    "grey": "#767676",
}

_MISSING = re.compile(r"Glyph (\d+) .* missing from")

ARABIC = "Lafz Arabic"  # a name that no font of the machine has

_STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.grid": False,
    "axes.labelsize": 8.5,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "figure.constrained_layout.use": True,
    "font.family": ["DejaVu Sans", ARABIC],  # they come with packages, so every machine draws the same
    "font.size": 8.5,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "svg.fonttype": "path",
    "svg.hashsalt": "lafz",  # ids in the file follow from the drawing and not from chance
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}
# Without these, each format would record when and by which version it was written.
_METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def _know_arabic() -> None:
    """Make the letters that DejaVu Sans lacks, those of Urdu among them, known to matplotlib."""
    path = fontpkg_noto_sans_arabic.ROOT / "files" / "NotoSansArabic[wdth,wght].ttf"
    entry = font_manager.ttfFontProperty(font_manager.get_font(path))
    font_manager.fontManager.ttflist.append(dataclasses.replace(entry, name=ARABIC))


_know_arabic()


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style, whatever the user's own matplotlib settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # type: ignore[arg-type]
        yield


def save_figure(fig: Figure, name: str, data: pd.DataFrame, caption: str, alt: str) -> None:
    """Write `fig` to the run's folder as ``<name>.png`` (300 dpi), ``.svg``, ``.pdf``, and show it.

    `data` is the table that was drawn (``<name>.csv``); `caption` and `alt`, what the picture shows in words, go to
    ``<name>.json``. Raises `ValueError` without a caption or alt text: a figure without words cannot be published.
    """
    if not caption.strip() or not alt.strip():
        raise ValueError(f"figure {name!r} needs a caption and an alt text: say what it shows")
    folder = output_folder()
    with style(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fig.draw_without_rendering()
        fig.set_layout_engine("none")  # laid out once and for all formats
        for kind, metadata in _METADATA.items():
            fig.savefig(folder / f"{name}.{kind}", dpi=300, metadata=metadata)
    # A warning would bring a path of this machine into the notebook; that a letter is missing is for the reader.
    missing = {chr(int(found[1])) for w in caught if (found := _MISSING.match(str(w.message)))}
    for other in caught:
        if not _MISSING.match(str(other.message)):
            warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
    write_csv(data, folder / f"{name}.csv")
    write_json(
        {"caption": caption, "alt": alt, "columns": list(map(str, data.columns)), "rows": len(data)},
        folder / f"{name}.json",
    )
    show(
        f'<figure><img src="{svg_source(folder / f"{name}.svg")}" alt="{html.escape(alt)}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>",
        alt,
        kind="figure",
        name=name,
    )
    if missing:
        letters = "".join(sorted(missing))
        note(f"The figure above shows boxes for letters that its fonts do not have: {letters}. Its table has them.")


def svg_source(path: Path) -> str:
    """The picture in `path` as the source of an ``<img>``, where it can run no script and its ids meet no others."""
    return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
