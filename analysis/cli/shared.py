"""Shared by the commands: options, reading a corpus, errors as one line, progress bars, tables."""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from analysis.core.errors import ParameterError, with_advice
from analysis.core.files import LeftAlone, finished
from analysis.core.paths import shipped, typed_path
from analysis.core.printable import printable
from analysis.core.signals import stop_signals
from analysis.publish.parameters import READING, check, notebooks, parse_assignments, read_parameters

if TYPE_CHECKING:
    import pandas as pd

    from analysis.text.tokens import Tokens


def path_given(param: typer.CallbackParam, value: Any) -> Any:
    """A `callback` that expands ``~`` in a path or several; an address (s3://) stays."""
    if isinstance(value, list | tuple):
        return [path_given(param, one) for one in value]
    if value is None or (isinstance(value, str) and "://" in value):
        return value
    try:
        return type(value)(typed_path(value))
    except ParameterError as error:
        raise ParameterError(f"{param.opts[0]} {error}") from None


def path_option(text: str, **more: Any) -> Any:
    """An option whose value is a path."""
    return typer.Option(help=text, callback=path_given, **more)


def path_argument(text: str, **more: Any) -> Any:
    """An argument that is a path, or several."""
    return typer.Argument(help=text, callback=path_given, **more)


def corpus_given(param: typer.CallbackParam, value: Any) -> Any:
    """A `callback` like `path_given` for a corpus or several, which may be named as one of the package's."""
    if isinstance(value, list):
        return [corpus_given(param, one) for one in value]
    found = path_given(param, value)
    own = None if os.path.exists(found) else shipped(found)  # noqa: PTH110 - an address is no path
    return type(found)(own) if own else found


CorpusArgument = Annotated[
    str,
    typer.Argument(
        help="A folder of texts, or one text file; `sample` is the one that comes along.", callback=corpus_given
    ),
]
ReadingOption = Annotated[
    Optional[list[str]],
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help=f"{', '.join(READING)}, as in a report; repeatable."),
]


class Stopped(BaseException):
    """A signal that asks the process to stop, caught by `exit_cleanly` alone."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)


@contextmanager
def exit_cleanly() -> Iterator[None]:
    """End a command that is stopped, or meets an `OSError`, with one line and an exit status.

    After a signal (one of `stop_signals`) the line names the results finished before, and the status is 128 plus the
    number of the signal; for an `OSError` it is 2. A `LeftAlone` warning becomes a line.
    """
    heard, before, shown = stop_signals(), len(finished), warnings.showwarning

    def stop(number: int, frame: FrameType | None) -> None:
        for kind in heard:
            signal.signal(kind, signal.SIG_IGN)  # a second signal must not interrupt cleaning up
        raise Stopped(number)

    def tell(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, LeftAlone):
            note(str(message))
        else:
            shown(message, category, *where, **more)

    earlier = {kind: signal.signal(kind, stop) for kind in heard}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("once", LeftAlone)
            warnings.showwarning = tell
            yield
    except Stopped as stopped:
        new = ", ".join(str(path) for path in dict.fromkeys(finished[before:]) if path.exists())
        with suppress(OSError):  # the terminal may be gone
            note(f"stopped by {stopped.signal.name}: no result is half-written{new and f'; finished before: {new}'}")
        raise SystemExit(128 + stopped.signal) from None
    except OSError as error:
        note(with_advice(str(error)))
        raise SystemExit(2) from None
    finally:
        for kind, handler in earlier.items():
            if signal.getsignal(kind) == stop:
                signal.signal(kind, handler)


@contextmanager
def parameter_errors() -> Iterator[None]:
    """Turn `ValueError`, `OSError` and a missing package into a `ParameterError` of one line."""
    try:
        yield
    except OSError as error:
        raise ParameterError(with_advice(str(error))) from None
    except (ValueError, ModuleNotFoundError) as error:
        raise ParameterError(str(error)) from None


def read_tokens(corpus: str, assignments: Sequence[str] | None) -> "Tokens":
    """The words of `corpus`, read with `read_options`; prints the number of problems on stderr."""
    import numpy as np

    from analysis.text.loading import load_tokens
    from analysis.text.shards import load_documents

    found = load_tokens(corpus, **read_options(assignments))
    tokens = load_documents(found, np.arange(found.n_documents))
    if count := len(tokens.corpus.problems):
        note(
            f"{counted(count, 'problem')} in reading {corpus}: the report lists them, "
            f"and so does read_corpus({corpus!r}).problems in Python"
        )
    return tokens


def read_options(assignments: Sequence[str] | None) -> dict[str, Any]:
    """The options for reading a corpus: those of the notebooks, changed by ``name=value`` texts.

    >>> read_options(["emoji=false"])["emoji"], read_options([])["language"]
    (False, 'en')
    """
    [notebook] = notebooks(["redundancy"]).values()
    known = {parameter.name: parameter for parameter in read_parameters(notebook) if parameter.name in READING}
    values = parse_assignments(assignments or ())
    if values.get("metadata"):
        typed_path(values["metadata"])
    if unknown := [name for name in values if name not in known]:
        raise ParameterError(f"{unknown[0]!r} is no parameter of reading a corpus: use {', '.join(READING)}")
    return {name: check(values[name], known[name]) if name in values else known[name].default for name in READING}


def names(text: str | None) -> list[str]:
    """The names in a text with commas."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """A `Progress` function that draws bars on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True))
    tasks: dict[str, TaskID] = {}

    def progress(what: str, done: int, total: int) -> None:
        bar.start()  # not earlier: stopping an unused one prints an empty line
        if what not in tasks:
            tasks[what] = bar.add_task(what)
        bar.update(tasks[what], completed=done, total=total)

    try:
        yield progress
    finally:
        if tasks:
            bar.stop()


def note(text: str) -> None:
    """Print a line for the user on stderr."""
    print(f"lafz: {printable(text)}", file=sys.stderr)


def print_table(table: "pd.DataFrame", *, digits: int = 3) -> None:
    """Print `table` on stdout, a line a row, numbers with `digits` decimals."""
    for line in table.to_string(index=False, float_format=f"{{:.{digits}f}}".format, na_rep="-").split("\n"):
        print(printable(line))


def counted(number: int, thing: str) -> str:
    """A number and the noun that it counts.

    >>> [counted(number, "pair") for number in (0, 1, 1200)]
    ['no pairs', '1 pair', '1,200 pairs']
    """
    return f"{number or 'no':{',' if number else ''}} {thing}{'' if number == 1 else 's'}"


def check_ending(path: Path, endings: Sequence[str]) -> None:
    """Raise `ParameterError` for a path whose ending is none of `endings`."""
    if path.suffix.lower() not in endings:
        raise ParameterError(f"--out {str(path)!r}: give a name that ends in {' or '.join(endings)}")
