"""The command line: ``lafz``, or ``python -m analysis``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import typer
from typer.core import TyperGroup

from analysis.cli import coding, finished, project, scale
from analysis.cli.shared import (
    CorpusArgument,
    counted,
    exit_cleanly,
    names,
    note,
    parameter_errors,
    path_argument,
    path_option,
    print_table,
    progress_bars,
)
from analysis.core.errors import ParameterError
from analysis.core.paths import FIGURES
from analysis.core.printable import printable
from analysis.core.resources import LOCAL, connect, fitting, infrequent_gc, read_memory
from analysis.publish.parameters import notebooks, parse_assignments, read_parameters, read_params_file, takes

GROUPS = {  # headings and commands in the order of `lafz --help`
    "Read texts": ("report", "new", "params", "sweep"),
    "Check a run, and use it": ("verify", "compare", "figure", "export"),
    "Code with people": ("code", "evaluate"),
    "Texts of any size": ("count", "pairs"),
}


class Grouped(TyperGroup):
    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands under the headings of `GROUPS`, with their descriptions aligned."""
        width = max(map(len, self.commands))
        for heading, group in GROUPS.items():
            with formatter.section(heading):
                rows = [(name.ljust(width), self.commands[name].get_short_help_str(70)) for name in group]
                formatter.write_dl(rows)


app = typer.Typer(
    cls=Grouped,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Read texts closely, with numbers.",
    epilog="Example: lafz report my_texts",
)
app.add_typer(coding.app, name="code")
for command in (*finished.COMMANDS, *scale.COMMANDS, project.new):
    app.command()(command)


@app.command()
def report(
    corpus: CorpusArgument,
    out: Annotated[Optional[str], path_option("The report's folder [default: figures/<name of the corpus>].")] = None,
    only: Annotated[Optional[str], typer.Option(help="Only these notebooks, such as framing,redundancy.")] = None,
    parameter: Annotated[
        Optional[list[str]], typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A parameter; repeatable.")
    ] = None,
    params: Annotated[Optional[Path], path_option("A YAML file of parameters; -p goes over it.")] = None,
    keep_failed: Annotated[bool, typer.Option(help="Keep the unfinished folder of a failed run.")] = False,
    memory: Annotated[
        Optional[str],
        typer.Option(
            help="How much memory the notebooks may take, such as 8GB [default: what is free]; with --dask ADDRESS "
            "each worker too."
        ),
    ] = None,
    dask: Annotated[
        Optional[str],
        typer.Option(
            metavar="ADDRESS",
            help="A dask scheduler whose workers read the corpus, such as tcp://10.0.0.5:8786; or local.",
        ),
    ] = None,
) -> None:
    """Run the notebooks on CORPUS and write an illustrated report.

    Prints what the report says first of words, frames and repeats, and, on the last line, where its page is.
    """
    from analysis.publish.run.processes import waiting

    values = (read_params_file(params) if params else {}) | parse_assignments(parameter or [])
    if "corpus" in values:
        raise ParameterError("parameter 'corpus' is the first argument: lafz report CORPUS")
    target = Path(out) if out else FIGURES / (Path(corpus).resolve().stem or "report")
    chosen = names(only)
    size = read_memory(memory) if memory else None
    with waiting() as processes:  # they import while this process does, which both is slow
        from analysis.core.compiled import is_first_use
        from analysis.publish.page import answers
        from analysis.publish.run.assemble import report as make
        from analysis.publish.run.machine import free

        if is_first_use():
            note("the first report on a machine compiles what it counts with, and keeps it: a minute or two more")
        room = size or free()
        workers = fitting(room) if dask == LOCAL else 1  # workers of this machine share its memory
        with _mention_kept(target):
            with connect(dask, workers=workers) as client, progress_bars() as progress:
                failures = make(
                    corpus,
                    target,
                    only=chosen,
                    values=values,
                    keep_failed=keep_failed,
                    client=client,
                    memory=size,
                    worker_memory=room // workers,
                    processes=processes,
                    progress=progress,
                )
            for failure in failures:
                note(str(failure))
            if failures:
                raise typer.Exit(1)
    for sentence in answers(target, list(notebooks(chosen))):
        print(printable(sentence))
    print(target / "index.html")


@contextmanager
def _mention_kept(out: Path) -> Iterator[None]:
    """After a failure or a signal, say on stderr that finished parts of the report `out` are kept, if they are."""
    from analysis.core.jobs import KEPT
    from analysis.publish.run.sections import is_kept

    try:
        yield
    except BaseException as error:
        if (isinstance(error, typer.Exit) or not isinstance(error, Exception)) and is_kept(out):
            note(KEPT)
        raise


@app.command()
def verify(
    run: Annotated[str, path_argument("The folder of a finished report.")],
) -> None:
    """Run a finished report again and compare every file byte for byte."""
    from analysis.publish.verify import changed_versions, shortened
    from analysis.publish.verify import verify as compare

    with progress_bars() as progress:
        differences = compare(run, progress=progress)
    for line in shortened(differences):
        print(printable(line))
    if differences:
        for line in changed_versions(run):
            note(line)
        note(f"{run}: {counted(len(differences), 'difference')}")
        raise typer.Exit(1)
    print(f"{run}: every file is the same, byte for byte")


@app.command("evaluate")
def evaluate_on(
    what: Annotated[
        Literal["words", "sentences", "frames", "passives", "reuse"], typer.Argument(help="What to score.")
    ],
    gold: Annotated[
        list[str],
        path_argument(
            "words, sentences: treebanks in CoNLL-U. frames: CSV tables of text and frame. passives: CSV tables "
            "of sentence and passive, 1 or 0. reuse: folders of docs.jsonl.gz, pairs.csv and cases.csv, as PAN's."
        ),
    ],
    lexicon: Annotated[Optional[Path], path_option(f"For frames, a lexicon [default: {coding.LEXICON.name}].")] = None,
) -> None:
    """Score the package on labelled texts of your own."""
    from analysis.cli.evaluate import evaluate

    with parameter_errors():
        table = evaluate(what, gold, lexicon=lexicon)
    print_table(table, digits=4)


@app.command("params")
def list_parameters(
    notebook: Annotated[Optional[str], typer.Argument(help="One notebook, such as framing; all without it.")] = None,
) -> None:
    """List the parameters of the notebooks with their defaults."""
    from rich.console import Console  # slow to import
    from rich.table import Table

    only = [notebook.split("_", 1)[1] if notebook[:2].isdigit() else notebook] if notebook else []
    console = Console(width=None if sys.stdout.isatty() else 140)
    for path in notebooks(only).values():
        table = Table("parameter", "takes", "default", "meaning", title=path.stem, title_justify="left")
        for parameter in read_parameters(path):
            table.add_row(parameter.name, takes(parameter), repr(parameter.default), parameter.meaning)
        console.print(table)


def main() -> None:
    """Run the command line: 0 done, 1 a notebook failed, 2 bad usage or bad input, 128 and more stopped by a signal."""
    try:
        with infrequent_gc(), exit_cleanly():
            app(prog_name="lafz")
    except ParameterError as error:
        note(str(error))
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
