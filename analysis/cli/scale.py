"""Commands for corpora of any size, on this machine or a cluster: `lafz count` and `lafz pairs`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from analysis.cli.shared import (
    ReadingOption,
    check_ending,
    corpus_given,
    counted,
    note,
    parameter_errors,
    path_option,
    progress_bars,
    read_options,
)
from analysis.core.files import is_lafz_folder

DOCUMENT = "document"  # what `lafz pairs` pairs by default

CorporaArgument = Annotated[
    list[str],
    typer.Argument(
        help="Folders of texts, text files, or addresses such as s3://bucket/news/*.parquet. With several, the doc_id "
        "of each document begins with the name of its corpus.",
        metavar="CORPUS...",
        callback=corpus_given,
    ),
]
OutOption = Annotated[str, path_option("The table to write: a name that ends in .parquet or .csv.")]
MemoryOption = Annotated[
    str, typer.Option(help="How much memory all processes together may take; with --dask ADDRESS each worker.")
]
DaskOption = Annotated[
    Optional[str],
    typer.Option(
        metavar="ADDRESS",
        help="A dask scheduler, such as tcp://10.0.0.5:8786, whose workers see the same files; or local.",
    ),
]
WorkOption = Annotated[
    Optional[Path],
    path_option("The folder for intermediate results [default: beside the table]."),
]


def count(
    corpus: CorporaArgument,
    out: OutOption,
    memory: MemoryOption = "1GB",
    dask: DaskOption = None,
    work: WorkOption = None,
    parameter: ReadingOption = None,
    lexicon: Annotated[
        Optional[Path], path_option("Count the hits of the frames of this lexicon instead of words.")
    ] = None,
    adjust_for_redundancy: Annotated[
        bool,
        typer.Option(
            "--adjust-for-redundancy",
            help="Count each occurrence of a sentence that occurs n times as 1/n; counts then have fractions.",
        ),
    ] = False,
) -> None:
    """Count the words, or frames, of each document of CORPUS.

    The corpus may be of any size. One row per document and word: doc_id, term, count. With --lexicon one per document
    and frame: doc_id, frame, hits, score, sentences_with_hit, and the words and sentences of the document. Run the same
    command again to resume one that was stopped. The table is the same, byte for byte, whatever --memory and --dask.
    """
    from analysis.engine.partitions import problems_of

    with _prepared(out, memory, dask, work, parameter) as given:
        given["adjust_for_redundancy"] = adjust_for_redundancy
        if lexicon:
            from analysis.framing.lexicon import read_lexicon
            from analysis.scale.frames import frame_counts

            done = frame_counts(corpus, read_lexicon(lexicon, language=given["language"]), out, **given)
        else:
            from analysis.core.compiled import without_blas
            from analysis.scale.count import count as counting

            without_blas()
            done = counting(corpus, out, **given)
    _tell_problems(done.problems, problems_of(Path(out)))
    print(f"{counted(done.rows, 'row')} from {counted(done.documents, 'document')}: {out}")


def pairs(
    corpus: CorporaArgument,
    out: OutOption,
    unit: Annotated[
        str, typer.Option(help="What to pair: document; or sentence or paragraph, for near repeats.")
    ] = DOCUMENT,
    threshold: Annotated[
        Optional[float],
        typer.Option(
            help="For documents, the least containment, 0 to 1: the share of one document's runs of four words that "
            "the other has too [default: all pairs that count as reuse]. For sentences or paragraphs, the least "
            "Jaccard similarity of their sets of words [default: 0.8]."
        ),
    ] = None,
    memory: MemoryOption = "1GB",
    dask: DaskOption = None,
    work: WorkOption = None,
    parameter: ReadingOption = None,
) -> None:
    """List the pairs of documents, or sentences, that share text.

    CORPUS may be of any size. One row per pair: a, b, shared (runs of four words), containment_a and containment_b (the
    share of a document's runs that the other has), jaccard, and earlier (a, b or unknown), by date. With --unit
    sentence or paragraph: a_doc, a_start, a_end, b_doc, b_start, b_end (characters), similarity, and omitted, the
    number of further pairs of b with earlier ones that are not listed, if there are more than 50. Run the same command
    again to resume one that was stopped. The table is the same, byte for byte, whatever --memory and --dask.
    """
    with _prepared(out, memory, dask, work, parameter) as given:
        if threshold is not None:
            given["threshold"] = threshold
        if unit == DOCUMENT:
            _pair_documents(corpus, Path(out), given)
        else:
            _pair_units(corpus, Path(out), unit, given)


def _pair_documents(corpus: list[str], out: Path, given: dict[str, Any]) -> None:
    from analysis.engine.partitions import problems_of
    from analysis.scale.pairs import common_of
    from analysis.scale.pairs import pairs as pairing

    done = pairing(corpus, out, **given)
    if done.common:
        note(
            f"{counted(done.common, 'run')} of four words, in more than 200 documents each, not counted as shared: "
            f"{common_of(out)} lists the most widespread"
        )
    _tell_problems(done.problems, problems_of(out))
    at_least = f" with a containment of {given['threshold']:g} or more" if "threshold" in given else ""
    print(f"{counted(done.pairs, 'pair')}{at_least} among {counted(done.documents, 'document')}: {out}")


def _pair_units(corpus: list[str], out: Path, unit: str, given: dict[str, Any]) -> None:
    from analysis.engine.partitions import problems_of
    from analysis.redundancy.near_places import MANY
    from analysis.scale.near import near
    from analysis.text.units import UNITS

    if unit not in UNITS:
        raise ValueError(f"--unit {unit!r}: use {', '.join([DOCUMENT, *UNITS[:-1]])} or {UNITS[-1]}")
    done = near(corpus, out, unit=unit, **given)
    if done.omitted:
        note(
            f"{counted(done.omitted, 'pair')} more, counted in the column omitted: a {unit} that is nearly the same as "
            f"more than {MANY} earlier ones is listed with the first of them alone"
        )
    _tell_problems(done.problems, problems_of(out))
    print(f"{counted(done.pairs, 'pair')} among {counted(done.units, unit)}: {out}")


COMMANDS = (count, pairs)


@contextmanager
def _prepared(
    out: str, memory: str, dask: str | None, work: Path | None, parameter: Sequence[str] | None
) -> Iterator[dict[str, Any]]:
    """Check the options of both commands before any work, show progress on stderr, and report errors in one line."""
    from analysis.core.jobs import KEPT, work_path
    from analysis.core.resources import LOCAL, connect, fitting, read_memory

    with parameter_errors():
        check_ending(Path(out), (".parquet", ".csv"))
        size = read_memory(memory)
        workers = fitting(size) if dask == LOCAL else 1  # workers of this machine share its memory
        given: dict[str, Any] = {"memory": size // workers, "work": work, **read_options(parameter)}
        watched = progress_bars() if sys.stderr.isatty() else nullcontext(lambda what, done, total: None)
        with connect(dask, workers=workers) as client, watched as progress:
            try:
                yield given | {"client": client, "progress": progress}
            except Exception:
                raise
            except BaseException:  # Ctrl-C, or another signal
                if is_lafz_folder(work_path(Path(out), work)):
                    note(KEPT)
                raise


def _tell_problems(number: int, table: Path) -> None:
    """Report the number of problems on stderr, and the table that lists them."""
    if number:
        note(f"{counted(number, 'problem')} in reading: {table} lists them")
