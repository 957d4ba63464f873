"""Figures for reports: one style, and each figure with the table behind it, its caption and its alt text.

A drawing gets what its files will say, not what was computed: tables with the digits of their CSV, options as they come
back from JSON. Whoever has the files has all that went into the picture.
"""

import dataclasses
import html
import inspect
import json
import re
import textwrap
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec
from weakref import WeakKeyDictionary

import fontpkg_noto_sans_arabic
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends import backend_agg, backend_pdf, backend_svg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, StrMethodFormatter

from analysis.core.csv_files import write_csv
from analysis.core.printable import visible
from analysis.publish.findings.wording import listed, percent
from analysis.publish.markup import svg_source
from analysis.publish.tables import as_written, described, note, output_folder, show, write_json

P = ParamSpec("P")

WIDTH = 3.8  # inches, of the figures of a report: on a telephone their letters can still be read
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
PERCENT = FuncFormatter(lambda share, _: f"{100 * share:.4g}%")
LETTER = 0.066  # that a letter of a label takes, about
LABELS = 0.45  # of the width, what labels of rows take at the most
ROW, ROW_OF_TWO = 0.2, 0.28  # inches, of a row whose label has one line, or two
SHORT = 5  # letters of a number that leave room to the next one wherever matplotlib puts them
LINE = 0.17  # of a legend


# Register the letters that DejaVu Sans lacks, those of Urdu among them.
_font = font_manager.get_font(fontpkg_noto_sans_arabic.ROOT / "files" / "NotoSansArabic[wdth,wght].ttf")
font_manager.fontManager.ttflist.append(dataclasses.replace(font_manager.ttfFontProperty(_font), name=ARABIC))


class Size(NamedTuple):
    """How large a figure is drawn."""

    width: float = WIDTH  # inches, of the finished picture
    letters: float = 1.0  # the scale of all that is measured in points: letters, lines, marks; 1 in a report
    pixels: int | None = None  # the width of a PNG; None: as many as `DPI` gives


_REPORT = Size()
_SIZE: ContextVar[Size] = ContextVar("size", default=_REPORT)


@contextmanager
def style(size: Size | None = None) -> Iterator[None]:
    """Draw in the house style, whatever the user's own matplotlib settings are.

    `size` holds for all that is drawn inside; the default is that of the enclosing block, or else of a report.
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
    """Width in inches to draw a figure at, with letters at their size in a report.

    Where letters are larger, the drawing is laid out smaller by as much, and `write_picture` enlarges it.

    >>> with style(Size(width=10, letters=2)):
    ...     room()
    5.0
    """
    size = _SIZE.get()
    return size.width / size.letters


class Call(NamedTuple):
    """How a figure was drawn."""

    function: str  # module and name, "plots.interval_dots"
    table: pd.DataFrame  # the first table, as it was given
    parts: dict[str, pd.DataFrame]  # the tables drawn beside it, by the name of the parameter
    options: dict[str, Any]  # all else, as JSON has it
    told: str  # what kind of figure it is and which values are highest, in words


_CALLS: WeakKeyDictionary[Figure, Call] = WeakKeyDictionary()
DRAWINGS: dict[str, Callable[..., Figure]] = {}  # by module and name: nothing else is ever called by a file's word


def drawing(draw: Callable[P, tuple[Figure, str]]) -> Callable[P, Figure]:
    """Make a function that draws tables, the first argument the main one, draw what its files will say.

    The function returns the figure and the beginning of its alt text: what kind of figure it is, what it compares and
    which values are highest. It gets its tables as `as_written` reads them back, its other arguments as JSON has them
    (a tuple is a list, the keys of a dict are sorted), and all texts as `visible` shows them, since an SVG must not
    hold control characters. `call_of` the figure returns the record of the call, defaults included.
    """
    signature = inspect.signature(draw)
    by_name: Callable[..., tuple[Figure, str]] = draw
    function = f"{draw.__module__.rpartition('.')[2]}.{draw.__name__}"

    @wraps(draw)
    def recorded(*args: P.args, **kwargs: P.kwargs) -> Figure:
        call = signature.bind(*args, **kwargs)
        call.apply_defaults()
        tables = {name: value for name, value in call.arguments.items() if isinstance(value, pd.DataFrame)}
        others = {name: value for name, value in call.arguments.items() if name not in tables}
        options = json.loads(json.dumps(others, sort_keys=True, default=lambda value: value.tolist()))  # of NumPy
        with style(), warnings.catch_warnings():
            # Laying out a figure draws it; letters without a font are reported once, when it is written.
            warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
            drawn = {name: _visible_table(as_written(table)) for name, table in tables.items()}
            fig, told = by_name(**drawn, **_visible_value(options))
        main, *beside = tables
        _CALLS[fig] = Call(function, tables[main], {name: tables[name] for name in beside}, options, told)
        return fig

    DRAWINGS[function] = recorded
    return recorded


def call_of(fig: Figure) -> Call | None:
    """How `fig` was drawn; None if not by a function of this package."""
    return _CALLS.get(fig)


def save_figure(fig: Figure, name: str, data: pd.DataFrame, caption: str, alt: str) -> None:
    """Write `fig` to the run's folder as ``<name>.png`` (300 dpi), ``.svg`` and ``.pdf``, and show it.

    `data` is the table that was drawn (``<name>.csv``). `caption` and `alt`, the pattern in the picture in words, go to
    ``<name>.json``, `alt` after the drawing's own words on its kind and highest values. Where a function of this
    package drew the figure from `data`, that file also says how, for `redraw`; a further table that was drawn, such as
    ``growth``, is ``<name>.growth.csv``. Raises `ValueError` for an empty caption or alt text.
    """
    if not caption.strip() or not alt.strip():
        raise ValueError(f"figure {name!r} needs a caption and an alt text: say what it shows")
    call = call_of(fig)
    caption, alt = visible(caption), visible(f"{call.told} {alt}" if call else alt)
    folder = output_folder()
    missing = write_picture(fig, {kind: folder / f"{name}.{kind}" for kind in _METADATA})
    write_csv(data, folder / f"{name}.csv")
    about = {"caption": caption, "alt": alt, **described(data)}
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
    """Write `fig` to each of `paths`, by format (png, svg, pdf), and return the letters that no font has, sorted.

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
    """Draw `fig` into a file of one format. (`savefig` would lay it out anew each time.)"""
    canvas, own = fig.canvas, fig.dpi
    fig.set_dpi(dpi)
    try:
        getattr(_CANVAS[kind](fig), f"print_{kind}")(path, metadata=_METADATA[kind], **meant)
    finally:
        fig.set_dpi(own)
        fig.set_canvas(canvas)


def _write_enlarged_pdf(fig: Figure, path: Path, times: float) -> None:
    """Write `fig` on a page of as many times its size. (`savefig` has no page but of the figure's own size.)"""
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
    """Multiply the width and height of the picture in `path`; its ``viewBox`` stays."""
    text = path.read_text(encoding="utf-8")
    size = re.compile(r'(?<=<svg )(.*?)width="([\d.]+)pt" height="([\d.]+)pt"', re.DOTALL)
    larger = size.sub(
        lambda m: f'{m[1]}width="{times * float(m[2]):.6g}pt" height="{times * float(m[3]):.6g}pt"', text, 1
    )
    path.write_text(larger, encoding="utf-8", newline="\n")


def plane(height: float) -> tuple[Figure, Axes]:
    """A figure of `height` inches, as wide as there is room, and the one drawing in it."""
    fig = Figure(figsize=(room(), height))
    return fig, fig.add_subplot()


def labelled_rows(labels: Iterable[object], *, legend: bool = False) -> tuple[Figure, Axes]:
    """A figure with room for a row for each label, the first on top; long labels have two lines."""
    written = row_names(labels)
    pitch = ROW_OF_TWO if any("\n" in label for label in written) else ROW
    fig, ax = plane(0.75 + 0.3 * legend + pitch * max(len(written), 2))
    ax.set_yticks(np.arange(len(written)), written, linespacing=1)
    ax.set_ylim(len(written) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=5)
    ax.spines["left"].set_visible(False)
    return fig, ax


def row_names(labels: Iterable[object]) -> list[str]:
    """Labels of rows, in one or two lines as there is room."""
    return apart(labels, lambda label: in_lines(label, int(LABELS * room() / LETTER)))


def apart(labels: Iterable[object], short: Callable[[object], str]) -> list[str]:
    """Each label as `short` writes it; where it would write several alike, without the first words that they share.

    >>> apart(["The Daily of Upper Dir", "The Daily of Lower Dir", "Radio"], lambda name: cut(name, 13))
    ['… Upper Dir', '… Lower Dir', 'Radio']
    """
    names = [named(label) for label in labels]
    alike = defaultdict(list)
    for name in dict.fromkeys(names):
        alike[short(name)].append(name)
    written = {}
    for cut_off, own in alike.items():
        words = [name.split(" ") for name in own]
        alike_so_far = takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))
        shared = min(len(list(alike_so_far)), len(words[0]) - 1)
        for name, parts in zip(own, words, strict=True):
            written[name] = cut_off if len(own) == 1 else short(" ".join(["…", *parts[shared:]]))
    return [written[name] for name in names]


def in_lines(label: object, most: int) -> str:
    """`label` in one line of up to `most` characters, or in two, each as `cut` leaves it.

    A remark in brackets gets the second line where the two would not fit otherwise.

    >>> in_lines("War and eradication (uncertain)", 20), in_lines("Rights and accountability", 20)
    ('War and eradication\\n(uncertain)', 'Rights and\\naccountability')
    """
    text = cut(label, 10 * most)
    if len(text) <= most or " " not in text:
        return cut(text, most)
    gap, remark = max(text.rfind(" ", 0, most + 1), text.find(" ")), text.rfind(" (")
    if 0 < remark <= most or (remark > 0 and len(text) - gap - 1 > most >= len(text) - remark - 1):
        gap = remark
    return f"{cut(text[:gap], most)}\n{cut(text[gap + 1 :], most)}"


def cut(label: object, most: int) -> str:
    """`label` in at most `most` characters, words left out in the middle; a missing one is "(none)".

    >>> cut("a long way to go", 13), cut("Ministry of Defence", 14), cut("azm-e-istehkam", 9), cut("", 9)
    ('a long … go', 'Ministry …', 'azm-…hkam', '(none)')
    """
    text = named(label)
    words = text.split(" ")
    if len(text) <= most:
        return text
    if len(words[0]) + 2 > most:
        return f"{text[: most // 2]}…{text[-most // 2 + 1 :]}"
    # Words from the end and from the beginning in turn, as many as there is room for.
    tries = (
        " ".join([*words[: 1 + turn // 2], "…", *words[len(words) - (turn + 1) // 2 :]]) for turn in range(len(words))
    )
    return list(takewhile(lambda shown: len(shown) <= most, tries))[-1]


def named(label: object) -> str:
    """A name as figures write it; a missing one is "(none)"."""
    return "(none)" if label is None or label != label or label == "" else str(label)


def highest(names: Iterable[object], values: Iterable[float], *, share: bool = False, most: int = 3) -> str:
    """Name the highest `most` of the values; of more, also the lowest and how many are high.

    >>> highest(["war", "law", "aid", "tax"], [2, 1234.5, 10.25, 0.125])
    'Highest: law (1,234), aid (10.2) and war (2); lowest: tax (0.12); 1 of 4 reach half of the highest.'
    """
    known = [(str(name), float(value)) for name, value in zip(names, values, strict=True) if value == value]
    ranked = sorted(known, key=lambda one: -one[1])
    said = [f"{name} ({number(value, share=share)})" for name, value in ranked]
    if not said:
        return "It has no values."
    high = sum(value >= ranked[0][1] / 2 for _, value in ranked)
    low = f"; lowest: {said[-1]}; {high:,} of {len(said):,} reach half of the highest" if len(said) > most else ""
    return f"Highest: {listed(said[:most])}{low}."


def number(value: float, *, share: bool = False) -> str:
    """A number with two or three digits, or all before the point, and a true minus sign; shares in per cent.

    >>> number(7126.4), number(-1.25), number(0.0412), number(0.131, share=True)
    ('7,126', '−1.2', '0.04', '13%')
    """
    if share:
        return percent(value)
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 1 else 2
    return f"{value:,.{digits}f}".replace("-", "−")


def legend_above(fig: Figure, handles: Sequence[Artist], names: Sequence[str] | None = None) -> None:
    """Put a legend over the drawing, in as few lines as there is room for; `labelled_rows` leaves room for one."""
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
            text.set_text(cut(text.get_text(), int(room() / LETTER) - 6))
    fig.set_figheight(fig.get_figheight() + LINE * (-(-len(handles) // columns) - 1))


def name_x(ax: Axes, name: str) -> None:
    """Name the horizontal axis so that all of it is in the picture, and its numbers apart; to be done last.

    The name is in the middle where it fits, else flush right, in two lines if need be.
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
    """Put as many numbers on the horizontal axis as fit; matplotlib allows for three letters in each."""
    locator = ax.xaxis.get_major_locator()
    written = ax.xaxis.get_major_formatter().format_ticks(list(ax.get_xticks()))
    if not isinstance(locator, MaxNLocator) or max(map(len, written), default=0) <= SHORT:
        return
    fig.draw_without_rendering()
    widest = max(label.get_window_extent().width for label in ax.get_xticklabels())
    most = min(max(int(ax.bbox.width / (1.2 * widest)), 1), 9)
    ax.xaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))


def day_in_words(day: pd.Timestamp) -> str:
    """
    >>> day_in_words(pd.Timestamp("2024-06-01"))
    '1 Jun 2024'
    """
    return f"{day.day} {day.month_name()[:3]} {day.year}"


def _visible_table(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with its texts and the names of its columns made visible."""
    for name in table.select_dtypes("object"):
        texts = (text for text in table[name].unique() if isinstance(text, str))
        if unseen := {text: shown for text in texts if (shown := visible(text)) != text}:
            table[name] = table[name].map(lambda text, unseen=unseen: unseen.get(text, text))
    return table.rename(columns=visible)


def _visible_value(value: Any) -> Any:
    """A value of JSON with its texts made visible."""
    if isinstance(value, dict):
        return {visible(key): _visible_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_visible_value(item) for item in value]
    return visible(value) if isinstance(value, str) else value
