"""``lafz code``: draw sentences for human coders, measure their agreement, score a lexicon against them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from analysis.cli.shared import (
    CorpusArgument,
    ReadingOption,
    check_ending,
    counted,
    note,
    parameter_errors,
    path_argument,
    path_option,
    print_table,
    read_options,
    read_tokens,
)
from analysis.core.files import whole_file
from analysis.core.paths import LEXICONS

if TYPE_CHECKING:
    import pandas as pd

    from analysis.framing.lexicon import Lexicon
    from analysis.text.tokens import Tokens

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Have people code sentences, and score a lexicon against them.",
)

LEXICON = LEXICONS / "security_communication.yml"
SHARES = ("precision", "recall", "f1", "f1_low", "f1_high")  # columns of the table of `validity` that are shown
LexiconOption = Annotated[
    Path,
    path_option(f"The frames, a file or a name of the package's [default: {LEXICON.name}].", show_default=False),
]
KeyOption = Annotated[
    Optional[Path],
    path_option("The key written with the sheet [default: <name of a sheet>.key.json]."),
]


@app.command()
def draw(
    corpus: CorpusArgument,
    out: Annotated[str, path_option("The sheet to write: a name that ends in .xlsx or .csv.")],
    lexicon: LexiconOption = LEXICON,
    size: Annotated[int, typer.Option(help="How many sentences.")] = 200,
    coders: Annotated[int, typer.Option(help="How many columns for codes.")] = 2,
    seed: Annotated[int, typer.Option(help="Where the random draw starts.")] = 0,
    parameter: ReadingOption = None,
) -> None:
    """Draw sentences of CORPUS for human coders.

    A sheet, in which the frames found are not shown, and a key with them that is kept from the coders. There are more
    sentences with rare frames than in the corpus; the scores take that into account.
    """
    from analysis.framing.coding import draw_sheet
    from analysis.framing.frames import in_language
    from analysis.framing.lexicon import read_lexicon
    from analysis.framing.sheets import sheet_files, write_sheet

    with parameter_errors():
        sheet_files(out)  # refuses an earlier sheet before the corpus is read
        frames = read_lexicon(lexicon, language=read_options(parameter)["language"])
        tokens = read_tokens(corpus, parameter)
        sheet = draw_sheet(tokens, frames, size=size, coders=coders, seed=seed)
        others = tokens.n_documents - in_language(tokens, frames).n_documents
        files = write_sheet(sheet, out, frames)
    if others:
        note(f"nothing is drawn from {counted(others, 'document')} in another language than {frames.language!r}")
    few = "" if len(sheet) == size else ", all there are"
    codebook = f", {files[2]} (for the coders too)" if len(files) > 2 else ""
    print(
        f"{counted(len(sheet), 'sentence')}{few}: {files[0]} (a copy for each coder){codebook}, "
        f"{files[1]} (not for the coders)"
    )


@app.command()
def agree(
    sheets: Annotated[list[Path], path_argument("Filled sheets, or the coders' copies.", metavar="SHEET")],
    lexicon: LexiconOption = LEXICON,
    key: KeyOption = None,
) -> None:
    """Measure how far the coders of SHEET agree.

    Krippendorff's alpha with its interval, overall and for each frame.
    """
    from analysis.framing.agreement import agreement
    from analysis.framing.lexicon import read_lexicon
    from analysis.framing.sheets import read_sheet

    with parameter_errors():
        table = agreement(read_sheet(sheets, read_lexicon(lexicon), key=key))
    print_table(table)


@app.command()
def score(
    corpus: CorpusArgument,
    sheets: Annotated[
        list[Path],
        path_argument("Filled sheets, or CSV tables of doc_id (or file), start, end and frame.", metavar="SHEET"),
    ],
    out: Annotated[str, path_option("The result to write: a name that ends in .yml, .yaml or .json.")],
    lexicon: LexiconOption = LEXICON,
    threshold: Annotated[float, typer.Option(help="The F1 that a frame must reach, 0 to 1.")] = 0.5,
    key: KeyOption = None,
    parameter: ReadingOption = None,
) -> None:
    """Score a lexicon against the codes in SHEET.

    Precision, recall and F1 of each frame, estimated for all sentences of CORPUS; and how many of them are about each
    frame, as the coders would say of all.
    """
    from analysis.framing.lexicon import read_lexicon
    from analysis.framing.shares import corrected_shares
    from analysis.framing.validity import STATES, validity
    from analysis.framing.validity_file import write_validity

    with parameter_errors():
        check_ending(Path(out), (".yml", ".yaml", ".json"))
        frames = read_lexicon(lexicon, language=read_options(parameter)["language"])
        tokens = read_tokens(corpus, parameter)
        coded = _coded(sheets, tokens, frames, key)
        table = validity(coded, tokens, frames, threshold=threshold)
        shares = corrected_shares(coded, tokens, frames)
        with whole_file(Path(out)) as place:
            write_validity(table, place, frames, coded)
    print_table(table[["frame", "coded", "found", "both", *SHARES, "alpha", "state", "note"]])
    print()
    print_table(shares)
    counts = [f"{(table['state'] == state).sum()} {state}" for state in STATES]
    print(f"{', '.join(counts)} of {counted(len(table), 'frame')}: {out}")


@app.command()
def plan(
    corpus: CorpusArgument,
    width: Annotated[float, typer.Option(help="How wide the interval of a share may be, above 0 and below 1.")],
    lexicon: LexiconOption = LEXICON,
    pilot: Annotated[
        Optional[list[Path]],
        path_option("A sheet that was coded before, or several copies of it [default: none, the worst case]."),
    ] = None,
    key: KeyOption = None,
    parameter: ReadingOption = None,
) -> None:
    """Plan how many sentences of CORPUS to code.

    So many that the 95% interval of the share of sentences about a frame is no wider than `--width`.
    """
    from analysis.framing.lexicon import read_lexicon
    from analysis.framing.shares import plan as planned

    with parameter_errors():
        frames = read_lexicon(lexicon, language=read_options(parameter)["language"])
        tokens = read_tokens(corpus, parameter)
        coded = _coded(pilot, tokens, frames, key) if pilot else None
        table = planned(tokens, frames, width, pilot=coded)
    print_table(table)
    print(f"{counted(int(table['sentences'].max()), 'sentence')} for all frames")


def _coded(files: Sequence[Path], tokens: "Tokens", lexicon: "Lexicon", key: Path | None) -> "pd.DataFrame":
    """Read the codes in drawn sheets, or in tables of spans."""
    import pandas as pd

    from analysis.framing.sheets import read_sheet
    from analysis.framing.validity import coded_spans
    from analysis.text.reading.metadata import read_table

    tables = {file: read_table(file) for file in files if file.suffix.lower() != ".xlsx"}
    spans = {file: table for file, table in tables.items() if not table.columns.str.startswith("coder_").any()}
    if not spans:
        return read_sheet(files, lexicon, key=key)
    if len(spans) < len(files):
        other = next(file for file in files if file not in spans)
        raise ValueError(f"{other} is a sheet and {next(iter(spans))} a table of spans: score them one by one")
    found = []
    for file, table in spans.items():
        try:
            found.append(coded_spans(table, tokens, lexicon))
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
    return pd.concat(found, ignore_index=True)
