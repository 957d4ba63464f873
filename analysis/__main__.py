"""The command line: ``lafz``, or ``python -m analysis``."""

import sys
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from analysis.framing.lexicon import LexiconError
from analysis.paths import FIGURES
from analysis.publish.parameters import (
    ParameterError,
    notebooks,
    parse_assignments,
    read_parameters,
    read_params_file,
)
from analysis.text.corpus import CorpusError

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, help="Read texts closely, with numbers."
)
USER_ERRORS = (CorpusError, LexiconError, ParameterError)


@app.command()
def report(
    corpus: Annotated[str, typer.Argument(help="A folder of texts, or one text file.")],
    out: Annotated[
        Optional[str], typer.Option(help="The report's folder [default: figures/<name of the corpus>].")
    ] = None,
    only: Annotated[Optional[str], typer.Option(help="Only these notebooks, such as framing,redundancy.")] = None,
    parameter: Annotated[
        Optional[list[str]], typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A parameter; repeatable.")
    ] = None,
    params: Annotated[Optional[Path], typer.Option(help="A YAML file of parameters; -p goes over it.")] = None,
    keep_failed: Annotated[bool, typer.Option(help="Keep the unfinished folder of a failed run.")] = False,
) -> None:
    """Run the notebooks on CORPUS and write an illustrated report."""
    from analysis.publish import runs  # papermill and nbconvert take their time, and other commands need neither

    values = (read_params_file(params) if params else {}) | parse_assignments(parameter or [])
    if "corpus" in values:
        raise ParameterError("parameter 'corpus' is the first argument: lafz report CORPUS")
    target = Path(out) if out else FIGURES / (Path(corpus).resolve().stem or "report")
    chosen = [name.strip() for name in (only or "").split(",") if name.strip()]
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks = {}

        def progress(section: str, done: int, total: int) -> None:
            if section not in tasks:
                tasks[section] = bar.add_task(section)
            bar.update(tasks[section], completed=done, total=total)

        failures = runs.report(corpus, target, only=chosen, values=values, keep_failed=keep_failed, progress=progress)
    for failure in failures:
        print(f"lafz: {failure}", file=sys.stderr)
    if failures:
        raise typer.Exit(1)
    print(target / "index.html")


@app.command()
def verify(run: Annotated[str, typer.Argument(help="The folder of a finished report.")]) -> None:
    """Run a finished report again from its manifest and compare every file byte for byte."""
    from analysis.publish.verify import verify as compare

    differences = compare(run)
    for line in differences:
        print(line)
    if differences:
        print(f"lafz: {run}: {len(differences)} differences", file=sys.stderr)
        raise typer.Exit(1)
    print(f"{run}: every file is the same, byte for byte")


@app.command("evaluate")
def evaluate_on(
    what: Annotated[Literal["words", "sentences", "passives"], typer.Argument(help="What to score.")],
    gold: Annotated[list[str], typer.Argument(help="Treebanks in CoNLL-U, or CSV files of sentence and passive.")],
) -> None:
    """Score the package on labelled text of your own."""
    from analysis.evaluate import evaluate

    try:
        table = evaluate(what, gold)
    except (OSError, ValueError) as error:
        raise ParameterError(str(error)) from None
    print(table.to_string(index=False, float_format="{:.4f}".format))


@app.command("params")
def list_parameters(
    notebook: Annotated[Optional[str], typer.Argument(help="One notebook, such as framing; all without it.")] = None,
) -> None:
    """List the parameters of the notebooks: type, default, meaning."""
    only = [notebook.split("_", 1)[1] if notebook[:2].isdigit() else notebook] if notebook else []
    console = Console(width=None if sys.stdout.isatty() else 140)
    for path in notebooks(only).values():
        table = Table("parameter", "type", "default", "meaning", title=path.stem, title_justify="left")
        for parameter in read_parameters(path):
            kind = f"{parameter.type} or none" if parameter.optional else parameter.type
            table.add_row(parameter.name, kind, repr(parameter.default), parameter.meaning)
        console.print(table)


def main() -> None:
    """Run the command line: 0 done, 1 a notebook failed, 2 bad usage or bad input."""
    try:
        app(prog_name="lafz")
    except USER_ERRORS as error:
        print(f"lafz: {error}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
