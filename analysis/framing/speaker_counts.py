"""What each speaker is given to say, added up by name; of a corpus in parts by way of files, each with some names."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analysis.framing import word_classes as wc
from analysis.framing.clauses import Ints, english
from analysis.framing.own_rows import own_rows
from analysis.text.kernels import fold
from analysis.text.long_tables import AnyTable
from analysis.text.lookup import word_at
from analysis.text.parted import LISTED, AnyTokens, Parted
from analysis.text.tokens import Tokens

FILES = (
    32  # among which the names are shared out: those of a gigabyte of text, over a million, are read a few at a time
)
COUNTS = ["statements", "quoted_words", "indirect_words"]

_NAMED = ["group", "key", "speaker"]
_FIRST = {"quoted_words": False, "indirect_words": False, "key": True}  # the order of speakers, and whether it rises


def speaker_counts(table: AnyTable, tokens: AnyTokens, groups: NDArray[np.object_]) -> pd.DataFrame:
    """A row a speaker and group, from a table of `attributions`, by ``group`` and ``key``.

    ``key``: the name without what tells nothing ("" where there is none); ``speaker``: the form in which it stands most
    often, of those the first in alphabetical order; `COUNTS`; ``total``: the quoted words of the group. `groups` has
    the group of each document. Of a corpus in parts only the first speakers of each group, `LISTED` in all, and what
    nobody is named for. Raises `ValueError` for a table of other documents.
    """
    pieces = (
        _added(_said(rows.assign(group=groups[part.document + row], document=row), part.tokens))
        for part, rows, row in own_rows(table, tokens)
    )
    if isinstance(tokens, Parted):
        return _first(_gathered(pieces, tokens.folder), max(1, LISTED // max(1, len(set(groups)))))
    (whole,) = pieces
    return _with_total(_by_key(whole), whole)


def key_of(name: str) -> str:
    """A speaker's name without what tells nothing: case, blanks, a leading article.

    >>> key_of("The  Army"), key_of("The")
    ('army', 'the')
    """
    words = fold(name).lower().split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)


def _said(table: pd.DataFrame, tokens: Tokens) -> pd.DataFrame:
    """The group, key, speaker ("" for none) and counts of each row."""
    speaker = table["speaker"].astype(object)
    speaker = speaker.where(speaker.notna(), "")
    quoted, indirect = _words_said(table, tokens)
    own = table[["group"]].assign(key=[key_of(name) for name in speaker], speaker=speaker)
    return own.assign(statements=1, quoted_words=quoted, indirect_words=indirect)


def _added(rows: pd.DataFrame) -> pd.DataFrame:
    """The counts of each form of each speaker."""
    return rows.groupby(_NAMED, as_index=False)[COUNTS].sum()


def _by_key(forms: pd.DataFrame) -> pd.DataFrame:
    """The counts of each speaker from those of all its forms, and the commonest form."""
    named = forms.groupby(["group", "key"], as_index=False)[COUNTS].sum()
    often = forms.sort_values("statements", ascending=False, kind="stable").drop_duplicates(["group", "key"])
    return named.assign(speaker=often.sort_index()["speaker"].to_numpy(dtype=object))


def _with_total(speakers: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """`speakers` with the quoted words of all that is `counted` in their group."""
    return speakers.assign(total=speakers["group"].map(counted.groupby("group")["quoted_words"].sum()))


def _first(files: Iterator[pd.DataFrame], most: int) -> pd.DataFrame:
    """The first `most` speakers of each group, and what nobody is named for."""
    held, totals = [], []
    for forms in files:
        held.append(_by_key(_added(forms)))
        totals.append(held[-1].groupby("group", as_index=False)["quoted_words"].sum())
        if len(held) > 1 and sum(map(len, held)) > 2 * LISTED:
            held = [_cut(pd.concat(held), most)]
    speakers = _cut(pd.concat(held), most).sort_values(["group", "key"], ignore_index=True)
    return _with_total(speakers, pd.concat(totals))


def _cut(speakers: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first speakers of each group, and the row of what nobody is named for, which is one a group."""
    ordered = speakers.sort_values(list(_FIRST), ascending=list(_FIRST.values()))
    return ordered[ordered.groupby(["group", ordered["key"] == ""]).cumcount() < most]


def _gathered(pieces: Iterator[pd.DataFrame], place: Path) -> Iterator[pd.DataFrame]:
    """The rows of all `pieces`, those of a key together: some keys after the others, by way of files in `place`."""
    with tempfile.TemporaryDirectory(prefix="speakers-", dir=place, ignore_cleanup_errors=True) as folder:
        files = [Path(folder, str(number)) for number in range(FILES)]
        rows = pd.DataFrame()
        with ExitStack() as opened:
            writers = {}
            for piece in pieces:
                rows = piece
                file = (pd.util.hash_array(piece["key"].to_numpy(dtype=object)) % np.uint64(FILES)).astype(np.int64)
                order = np.argsort(file, kind="stable")
                written = pa.Table.from_pandas(piece.iloc[order], preserve_index=False)
                bounds = np.searchsorted(file[order], np.arange(FILES + 1)).tolist()
                for number in np.unique(file).tolist():
                    if number not in writers:
                        out = opened.enter_context(pa.OSFile(str(files[number]), "wb"))
                        writers[number] = opened.enter_context(pa.ipc.new_stream(out, written.schema))
                    writers[number].write_table(written.slice(bounds[number], bounds[number + 1] - bounds[number]))
        if not writers:
            yield rows
        for number in sorted(writers):
            with pa.OSFile(str(files[number]), "rb") as file:
                yield pa.ipc.open_stream(file).read_all().to_pandas()


def _words_said(table: pd.DataFrame, tokens: Tokens) -> tuple[Ints, Ints]:
    """The words in quotation marks, and those reported and not quoted, of each row; each word counts once."""
    document = table["document"].to_numpy()
    first, last = (word_at(tokens, document, table[side].to_numpy()) for side in ("start", "end"))
    # What is no word counts nowhere, as if another row had it.
    taken = (wc.classes(tokens.vocabulary) < 0)[tokens.ids]
    taken |= np.repeat(~english(tokens), np.diff(tokens.document_offsets))
    counts = np.zeros((2, len(table)), dtype=np.int64)
    for kind, name in enumerate(("quoted", "indirect")):
        for row in np.flatnonzero((table["kind"] == name).to_numpy()):
            span = slice(first[row], last[row])
            counts[kind, row] = (~taken[span]).sum()
            taken[span] = True
    return counts[0], counts[1]
