"""Figures for reports: one style, and each figure with the table behind it, its caption and its alt text."""

import dataclasses
import html
import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

import fontpkg_noto_sans_arabic
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends import backend_agg, backend_pdf, backend_svg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from analysis.core.csv_files import write_csv
from analysis.core.printable import visible
from analysis.publish.drawing import call_of
from analysis.publish.markup import svg_source
from analysis.publish.tables import described, note, output_folder, show, write_json

WIDTH = 4.9  # inches, of the figures of a report: between one column of a journal and two
DPI = 300  # of a PNG

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
_CANVAS: dict[str, Any] = {
    "png": backend_agg.FigureCanvasAgg,
    "svg": backend_svg.FigureCanvasSVG,
    "pdf": backend_pdf.FigureCanvasPdf,
}
THOUSANDS = StrMethodFormatter("{x:,.10g}")  # a million in full, and no digits that only the processor knows
LETTER = 0.066  # that a letter of a label takes, about
LONGEST_LABEL = 44  # characters of a label of a row in a report
SHORT = 5  # letters of a number that leave room to the next one wherever matplotlib puts them
LINE = 0.17  # of a legend


def _know_arabic() -> None:
    """Make the letters that DejaVu Sans lacks, those of Urdu among them, known to matplotlib."""
    path = fontpkg_noto_sans_arabic.ROOT / "files" / "NotoSansArabic[wdth,wght].ttf"
    entry = font_manager.ttfFontProperty(font_manager.get_font(path))
    font_manager.fontManager.ttflist.append(dataclasses.replace(entry, name=ARABIC))


_know_arabic()


class Size(NamedTuple):
    """How large a figure is drawn."""

    width: float = WIDTH  # inches, of the finished picture
    letters: float = 1.0  # how much larger than in a report all is that is measured in points: letters, lines, marks
    pixels: int | None = None  # how wide a PNG is; None: as many as `DPI` gives


REPORT = Size()
_SIZE: ContextVar[Size] = ContextVar("size", default=REPORT)


@contextmanager
def style(size: Size | None = None) -> Iterator[None]:
    """Draw in the house style, whatever the user's own matplotlib settings are.

    A drawing finds how wide it may be by `room`; `size` holds for all that is drawn inside. Without it the size of the
    block around it goes on, or else that of a report.
    """
    token = _SIZE.set(size or _SIZE.get())
    try:
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(_STYLE)  # type: ignore[arg-type]
            yield
    finally:
        _SIZE.reset(token)


def room() -> float:
    """How many inches wide a figure is to be drawn, with letters at their size in a report.

    Where letters are larger, the drawing is laid out smaller by as much, and `write_picture` enlarges it.

    >>> with style(Size(width=10, letters=2)):
    ...     room()
    5.0
    """
    size = _SIZE.get()
    return size.width / size.letters


def save_figure(fig: Figure, name: str, data: pd.DataFrame, caption: str, alt: str) -> None:
    """Write `fig` to the run's folder as ``<name>.png`` (300 dpi), ``.svg``, ``.pdf``, and show it.

    `data` is the table that was drawn (``<name>.csv``); `caption` and `alt`, what the picture shows in words, go to
    ``<name>.json``. That has also how it was drawn, where a function of this package drew it from `data`, so that
    `redraw` can do it again; a further table that was drawn, such as ``nodes``, is ``<name>.nodes.csv``. Raises
    `ValueError` without a caption or alt text: a figure without words cannot be published.
    """
    if not caption.strip() or not alt.strip():
        raise ValueError(f"figure {name!r} needs a caption and an alt text: say what it shows")
    caption, alt = visible(caption), visible(alt)
    folder = output_folder()
    missing = write_picture(fig, {kind: folder / f"{name}.{kind}" for kind in _METADATA})
    write_csv(data, folder / f"{name}.csv")
    about = {"caption": caption, "alt": alt, **described(data)}
    call = call_of(fig)
    if call and (data is call.table or data.equals(call.table)):
        about["drawing"] = {"function": call.function, "options": call.options, "parts": list(call.parts)}
        for part, table in call.parts.items():
            write_csv(table, folder / f"{name}.{part}.csv")
            words = f"The {part} in the figure {name}. {caption}"
            write_json({"caption": words, **described(table)}, folder / f"{name}.{part}.json")
    write_json(about, folder / f"{name}.json")
    show(
        f'<figure><img src="{svg_source(folder / f"{name}.svg")}" alt="{html.escape(alt)}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>",
        alt,
        kind="figure",
        name=name,
    )
    if missing:
        note(f"The figure above shows boxes for letters that its fonts do not have: {missing}. Its table has them.")


def write_picture(fig: Figure, paths: dict[str, Path]) -> str:
    """Write `fig` to each of `paths`, by format: png, svg or pdf. The letters that no font has, sorted, are given back.

    No format says when or by which version it was written. An enlarged figure (`Size.letters`) has its full size.
    """
    size = _SIZE.get()
    with style(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fig.draw_without_rendering()
        fig.set_layout_engine("none")  # laid out once and for all formats
        for kind, path in paths.items():
            if kind == "pdf" and size.letters != 1:
                _write_enlarged_pdf(fig, path, size.letters)
                continue
            wide = fig.get_figwidth()
            dpi = size.pixels / wide if size.pixels else DPI * size.letters
            meant: dict[str, Any] = {"pil_kwargs": {"dpi": (dpi / size.letters,) * 2}} if kind == "png" else {}
            _print(fig, kind, path, dpi, **meant)
            if kind == "svg" and size.letters != 1:
                _enlarge_svg(path, size.letters)
    # A warning would bring a path of this machine into the notebook; that a letter is missing is for the reader.
    missing = {chr(int(found[1])) for w in caught if (found := _MISSING.match(str(w.message)))}
    for other in caught:
        if not _MISSING.match(str(other.message)):
            warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
    return "".join(sorted(missing))


def _print(fig: Figure, kind: str, path: Path, dpi: float, **meant: Any) -> None:
    """Draw `fig` into a file of one format. (`savefig` would lay it out each time before it draws it.)"""
    canvas, own = fig.canvas, fig.dpi
    fig.set_dpi(dpi)
    try:
        getattr(_CANVAS[kind](fig), f"print_{kind}")(path, metadata=_METADATA[kind], **meant)
    finally:
        fig.set_dpi(own)
        fig.set_canvas(canvas)


def _write_enlarged_pdf(fig: Figure, path: Path, times: float) -> None:
    """`fig` on a page of as many times its size. (`savefig` knows no page but one of the figure's own size.)"""
    width, height = fig.get_size_inches()
    dpi = fig.dpi
    fig.set_dpi(72)  # the unit of a PDF
    pdf: Any = backend_pdf  # it says nothing of its types
    file = pdf.PdfFile(path, metadata=_METADATA["pdf"])
    try:
        file.newPage(times * width, times * height)
        file.output(times, 0, 0, times, 0, 0, pdf.Op.concat_matrix)
        vectors = pdf.RendererPdf(file, DPI * times, height, width)
        renderer = pdf.MixedModeRenderer(fig, width, height, DPI * times, vectors)
        fig.draw(renderer)
        renderer.finalize()
        file.finalize()
    finally:
        file.close()
        fig.set_dpi(dpi)


def _enlarge_svg(path: Path, times: float) -> None:
    """Make the picture in `path` as many times as large: its ``viewBox`` stays, its width and height are others."""
    text = path.read_text(encoding="utf-8")
    size = re.compile(r'(?<=<svg )(.*?)width="([\d.]+)pt" height="([\d.]+)pt"', re.DOTALL)
    larger = size.sub(
        lambda m: f'{m[1]}width="{times * float(m[2]):.6g}pt" height="{times * float(m[3]):.6g}pt"', text, 1
    )
    path.write_text(larger, encoding="utf-8", newline="\n")


def labelled_rows(
    count: int, labels: Sequence[str] | pd.Series | pd.Index, *, legend: bool = False
) -> tuple[Figure, Axes]:
    """A figure with room for `count` labelled rows, the first on top."""
    fig = Figure(figsize=(room(), 0.75 + 0.3 * legend + 0.2 * max(count, 3)))
    ax = fig.add_subplot()
    ax.set_yticks(np.arange(count), [cut(label, longest()) for label in labels])
    ax.set_ylim(count - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return fig, ax


def longest(of_report: int = LONGEST_LABEL) -> int:
    """The characters that a label may have in the width there is, where in a report it may have so many."""
    return max(round(of_report * room() / WIDTH), 8)


def cut(label: object, most: int) -> str:
    """`label` with no more than `most` characters, the middle left out where it has more; a missing one is "(none)".

    A remark in brackets at its end stays whole where it leaves room for a word.

    >>> cut("a long way to go", 9), cut("War and eradication (not valid here)", 27), cut("", 9)
    ('a lo…o go', 'War and e… (not valid here)', '(none)')
    """
    text = "(none)" if label is None or label != label or label == "" else str(label)
    if len(text) <= most:
        return text
    remark = re.search(r" \([^()]*\)$", text)
    if remark and (left := most - len(remark[0]) - 1) >= 6:
        return f"{text[:left].rstrip()}…{remark[0]}"
    return f"{text[: most // 2]}…{text[-most // 2 + 1 :]}"


def legend_above(fig: Figure, handles: Sequence[Artist], names: Sequence[str] | None = None) -> None:
    """A legend over the drawing, in one line where it has the room; a figure of `labelled_rows` has it for one."""
    renderer = backend_agg.FigureCanvasAgg(fig).get_renderer()  # type: ignore[no-untyped-call]
    names = [str(handle.get_label()) for handle in handles] if names is None else list(names)
    for columns in range(len(handles), 0, -1):
        legend = fig.legend(handles=list(handles), labels=names, loc="outside upper left", ncols=columns)
        beyond = legend.get_window_extent(renderer).width / fig.dpi - fig.get_figwidth() + 0.1
        if beyond <= 0 or columns == 1:
            break
        legend.remove()
    if beyond > 0:
        for text in legend.get_texts():
            text.set_text(cut(text.get_text(), longest(56)))
    fig.set_figheight(fig.get_figheight() + LINE * (-(-len(handles) // columns) - 1))


def name_x(ax: Axes, name: str) -> None:
    """Write the `name` of the horizontal axis so that all of it is in the picture; to be done last.

    In the middle where that will do, else flush with the right end, in two lines if need be. There are fewer numbers on
    the axis where they would run into each other.
    """
    fig = ax.get_figure(root=True)
    assert fig is not None
    ax.set_xlabel(name)
    _thin(ax, fig)
    if LETTER * len(name) < 0.45 * fig.get_figwidth():
        return
    fig.draw_without_rendering()
    box = ax.xaxis.label.get_window_extent()
    if box.x0 < 0 or box.x1 > fig.bbox.x1:
        wide = int(fig.get_figwidth() / LETTER * 0.9)
        ax.set_xlabel("\n".join(textwrap.wrap(name, wide)), loc="right")


def _thin(ax: Axes, fig: Figure) -> None:
    """Put as many numbers on the horizontal axis as it has room for; matplotlib allows for three letters in each."""
    locator = ax.xaxis.get_major_locator()
    written = ax.xaxis.get_major_formatter().format_ticks(list(ax.get_xticks()))
    if not isinstance(locator, MaxNLocator) or max(map(len, written), default=0) <= SHORT:
        return
    fig.draw_without_rendering()
    widest = max(label.get_window_extent().width for label in ax.get_xticklabels())
    most = min(max(int(ax.bbox.width / (1.2 * widest)), 1), 9)
    ax.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
