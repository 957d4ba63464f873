"""A figure of a finished report drawn again from its files, at another size, without its notebook."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from analysis.core.errors import ParameterError, did_you_mean
from analysis.core.files import whole_file
from analysis.publish.figures import DRAWINGS, WIDTH, Size, style, write_picture
from analysis.publish.loading import load_run, read_run_table
from analysis.publish.records import read_about, refuse_malformed

MODULES = ("plots", "charts")  # they register the drawings
FORMATS = ("pdf", "svg", "png")
INCH = 25.4  # mm
NAMED = {"report": WIDTH * INCH, "column": 85.0, "page": 174.0, "slide": 254.0}  # mm: a journal has columns of about 85
NARROWEST, WIDEST = 20.0, 600.0  # mm
UNITS = {"mm": 1.0, "cm": 10.0, "in": INCH}
SLIDE = 16 / 9  # width to height
PIXELS = 1920  # of a slide


def redraw(run: Path, name: str, *, width: str = "report", format: str | None = None, out: Path | None = None) -> Path:
    """Draw the figure `name` of the finished report in the folder `run` again, and return the path of the picture.

    `name` has its section where two have a figure of that name: "framing/style" or "style". `width` is a length
    ("85mm", "8.5cm", "3.35in", from 20 to 600 mm), "column" (85 mm), "page" (174 mm), "slide" (254 mm, 1920 pixels as
    PNG, letters up to twice as large as long as the figure stays within 16:9) or "report" (as it was, byte for byte
    with the same versions). Letters keep their size in points. `format` is pdf, svg or png (300 dpi), by default that
    of the ending of `out`, or pdf. By default the picture goes to the working directory under the figure's name. Raises
    `ParameterError` for a value that cannot be used.
    """
    form, place = _target(format, out)
    millimetres = _millimetres(width)
    whole, about = _figure(run, name)
    place = place or Path(f"{whole.rpartition('/')[2]}.{form}")
    if not place.parent.is_dir():
        raise ParameterError(f"no such folder: {str(place.parent)!r}: make it first, or give another --out")
    inches = round(millimetres / INCH, 9)  # the width of a report in millimetres is that in inches again
    size = Size(inches, pixels=PIXELS if width == "slide" else None)
    with _no_room_refused(name, width), refuse_malformed(f"the figure {whole!r} of {str(run)!r}"):
        if width == "slide":
            high = _drawn(run, whole, about, size._replace(letters=2.0)).get_figheight()
            size = size._replace(letters=min(2.0, max(1.0, size.width / SLIDE / high)))
        fig = _drawn(run, whole, about, size)
        with whole_file(place) as written, style(size):
            missing = write_picture(fig, {form: written})
    if missing:
        warnings.warn(f"{place.name} shows boxes for letters that its fonts do not have: {missing}", stacklevel=2)
    return place


def figures(run: Path) -> list[str]:
    """The names of the figures of the finished report in the folder `run`, with their sections."""
    return [name for name in load_run(run) if (Path(run) / f"{name}.svg").is_file()]


@contextmanager
def _no_room_refused(name: str, width: str) -> Iterator[None]:
    """Turn matplotlib's warning that the labels leave nothing for the drawing into a `ParameterError`."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*axes sizes collapsed to zero")
        try:
            yield
        except UserWarning:
            raise ParameterError(
                f"width {width!r} leaves no room for the drawing of {name!r}: use a wider one"
            ) from None


def _figure(run: Path, name: str) -> tuple[str, dict[str, Any]]:
    """The whole name of a figure, and the record beside its table."""
    known = figures(run)
    found = [one for one in known if name in (one, one.rpartition("/")[2])]
    if len(found) > 1:
        raise ParameterError(f"{name!r} is the name of several figures: use {' or '.join(found)}")
    if not found:
        short = [one if "/" in name else one.rpartition("/")[2] for one in known]
        raise ParameterError(
            f"no figure {name!r} in {str(run)!r}.{did_you_mean(name, short)} There are: {', '.join(known) or 'none'}"
        )
    about = read_about(run, found[0], figure=True)
    if about.get("drawing") is None:
        raise ParameterError(
            f"figure {name!r} has no record of how it was drawn: save it with the table that a drawing of "
            f"analysis.publish was given, or make the report again"
        )
    return found[0], about


def _drawn(run: Path, name: str, about: dict[str, Any], size: Size) -> Figure:
    """The figure `name`, as its record says, in another size."""
    for module in MODULES:
        import_module(f"analysis.publish.{module}")
    record = about["drawing"]
    draw = DRAWINGS.get(record["function"])
    if draw is None:
        raise ParameterError(f"{name}.json names a drawing that this version does not have: {record['function']!r:.80}")
    names = {part: f"{name}.{part}" for part in record["parts"]}
    parts = {part: read_run_table(run, own, read_about(run, own)) for part, own in names.items()}
    with style(size):
        return draw(read_run_table(run, name, about), **parts, **record["options"])


def _millimetres(width: str) -> float:
    """
    >>> _millimetres("8.5cm"), _millimetres("column"), round(_millimetres("3.35 in"), 2)
    (85.0, 85.0, 85.09)
    """
    if width in NAMED:
        return NAMED[width]
    read = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+) ?(mm|cm|in)", width)
    if not read:
        raise ParameterError(f"width {width!r} is no length: use {', '.join(NAMED)}, or such as 85mm, 8.5cm, 3.35in")
    length = float(read[1]) * UNITS[read[2]]
    if not NARROWEST <= length <= WIDEST:
        raise ParameterError(f"width {width!r} is {length:g} mm: use one from {NARROWEST:g} to {WIDEST:g} mm")
    return length


def _target(form: str | None, out: Path | None) -> tuple[str, Path | None]:
    """The format, and where to write."""
    ending = out.suffix[1:].lower() if out else ""
    form = form or ending or FORMATS[0]
    if form not in FORMATS:
        raise ParameterError(f"{form!r} is no format of a figure: use {', '.join(FORMATS)}")
    if out and out.is_dir():
        raise ParameterError(f"{str(out)!r} is a folder: give the name of a file")
    if out and ending != form:
        raise ParameterError(f"{str(out)!r} does not end in .{form}: give it that ending, or another format")
    return form, out
