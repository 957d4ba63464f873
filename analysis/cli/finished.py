"""Commands on finished runs: redraw a figure, export a report, compare two runs, sweep a parameter."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Optional

import typer

from analysis.cli.shared import (
    CorpusArgument,
    counted,
    names,
    note,
    parameter_errors,
    path_argument,
    path_option,
    progress_bars,
)
from analysis.core.errors import ParameterError
from analysis.core.paths import FIGURES

RunArgument = Annotated[str, path_argument("The folder of a finished report.", metavar="RUN")]


def figure(
    run: RunArgument,
    name: Annotated[str, typer.Argument(help="The figure, such as framing/frames_profile.")],
    width: Annotated[
        str,
        typer.Option(help="85mm, 3.5in, column (85 mm), page (174 mm), slide (1920 pixels), or report (as it was)."),
    ] = "report",
    format: Annotated[
        Optional[str], typer.Option(help="pdf, svg or png [default: the ending of --out, or pdf].")
    ] = None,
    out: Annotated[Optional[str], path_option("The picture to write [default: the figure's name, here].")] = None,
) -> None:
    """Draw a figure of a finished report in another width or format."""
    from analysis.publish.redraw import redraw

    with _print_warnings():
        print(redraw(Path(run), name, width=width, format=format, out=Path(out) if out else None))


def export(
    run: RunArgument,
    docx: Annotated[bool, typer.Option("--docx", help="As an editable Word file.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="As a PDF.")] = False,
    out: Annotated[Optional[str], path_option("The file to write, .docx or .pdf [default: RUN.docx, RUN.pdf].")] = None,
    annex: Annotated[bool, typer.Option("--annex", help="With all tables, figures, prose and parameters.")] = False,
) -> None:
    """Write a finished report as a Word file or a PDF."""
    from analysis.publish.export import export as write

    folder, target = Path(run).absolute(), Path(out) if out else None
    wanted = [ending for ending, asked in ((".docx", docx), (".pdf", pdf)) if asked]
    if target and (len(wanted) > 1 or wanted not in ([], [target.suffix.lower()])):
        raise ParameterError(f"--out {out!r} goes with one of --docx and --pdf, that of its ending: leave one out")
    if not target and not wanted:
        raise ParameterError("nothing to write: give --docx, --pdf, or --out with a name that ends in .docx or .pdf")
    with parameter_errors(), _print_warnings():
        for place in [target] if target else [folder.with_name(f"{folder.name}{ending}") for ending in wanted]:
            print(write(folder, place, annex=annex))


def compare(
    run_a: Annotated[str, path_argument("The folder of a finished report.", metavar="RUN_A")],
    run_b: Annotated[str, path_argument("The folder of another.", metavar="RUN_B")],
    out: Annotated[Optional[str], path_option("The comparison's folder [default: figures/A-and-B].")] = None,
) -> None:
    """Say what moved from one finished report to another."""
    from analysis.publish.comparing.compare import compare as compared
    from analysis.publish.comparing.compare_page import write_comparison

    pair = [Path(run).resolve().name for run in (run_a, run_b)]
    print(write_comparison(compared(run_a, run_b), out or FIGURES / "-and-".join(pair)))


def sweep(
    corpus: CorpusArgument,
    parameter: Annotated[
        list[str], typer.Option("-p", "--parameter", metavar="NAME=A,B", help="A parameter and its values; repeatable.")
    ],
    out: Annotated[
        Optional[str], path_option("The sweep's folder [default: figures/<name of the corpus>-sweep].")
    ] = None,
    only: Annotated[Optional[str], typer.Option(help="Only these notebooks, such as framing,redundancy.")] = None,
) -> None:
    """Make a report for each value of a parameter, and compare them."""
    from analysis.publish.comparing.sweep import sweep as swept

    target = Path(out) if out else FIGURES / f"{Path(corpus).resolve().stem or 'report'}-sweep"
    with progress_bars() as bars:
        done = swept(
            corpus,
            target,
            parameter,
            only=names(only),
            progress=lambda run, section, number, total: bars(f"{run} {section}", number, total),
        )
    for failure in done.failures:
        note(str(failure))
    if done.kept:
        note(f"{counted(len(done.kept), 'finished run')} kept as it was: {', '.join(done.kept)}")
    if done.page:
        print(done.page)
    if done.failures:
        raise typer.Exit(1)


COMMANDS = (figure, export, compare, sweep)


@contextmanager
def _print_warnings() -> Iterator[None]:
    """Print each warning as one line on stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, UserWarning):
            note(str(warning.message))
