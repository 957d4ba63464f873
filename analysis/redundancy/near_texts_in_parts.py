"""The texts behind a long table of what stands again almost word for word: told apart by hashes, few are kept."""

import hashlib
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.redundancy.hashes import run_hashes
from analysis.redundancy.pasting import SIDES, rows_of
from analysis.redundancy.shingles import numbered
from analysis.redundancy.units import Ints, texts
from analysis.text.long_tables import AnyTable, table_parts
from analysis.text.lookup import word_at
from analysis.text.parted import LISTED, AnyTokens, parts

ROWS = 1_000_000  # of the long table that are looked at in one pass over the corpus


def near_texts_in_parts(tokens: AnyTokens, found: AnyTable) -> pd.DataFrame:
    """The first rows of the table of `near.near_texts`."""
    table = pd.concat([rows[~_same_wording(tokens, rows)] for rows in _stretches(found)], ignore_index=True)
    document, start, end = (np.concatenate(column) for column in zip(*_places(tokens, table), strict=True))
    a, b = _numbers_of_texts(tokens, document, start, end).reshape(2, -1)
    both = pd.factorize(a * (b.max(initial=0) + 1) + b)[0]
    first = np.flatnonzero(np.diff(np.maximum.accumulate(both), prepend=-1) > 0)
    order = first[np.argsort(-table["similarity"].to_numpy()[first], kind="stable")][:LISTED]
    shown = table.iloc[order].reset_index(drop=True)
    shown["times"] = np.bincount(both)[both[order]]
    for side in SIDES:
        own = (shown[f"{side}_{column}"] for column in ("doc", "start", "end"))
        shown[f"{side}_text"] = texts(tokens, *own).array
    return shown[["similarity", "times", "a_doc", "a_text", "b_doc", "b_text"]]


def _stretches(found: AnyTable) -> Iterator[pd.DataFrame]:
    """The table in stretches of about `ROWS` rows, one at least."""
    waiting: list[pd.DataFrame] = []
    for piece in table_parts(found):
        if waiting and sum(map(len, waiting)) + len(piece) > ROWS:
            yield pd.concat(waiting, ignore_index=True)
            waiting = []
        waiting.append(piece)
    yield pd.concat(waiting, ignore_index=True)


def _places(tokens: AnyTokens, rows: pd.DataFrame) -> list[tuple[Ints, Ints, Ints]]:
    """The document and the characters of either side."""
    return [
        (rows_of(tokens, rows[f"{side}_doc"]), rows[f"{side}_start"].to_numpy(), rows[f"{side}_end"].to_numpy())
        for side in SIDES
    ]


def _same_wording(tokens: AnyTokens, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows have two units of the same words in the same order: by their hashes."""
    same = (rows["similarity"] == 1).to_numpy(copy=True)
    chosen = np.flatnonzero(same)
    sides = _places(tokens, rows.iloc[chosen])
    hashes = np.zeros((2, 2, len(chosen)), dtype=np.uint64)
    for part in parts(tokens):
        types = part.types[part.tokens.ids]
        for (document, start, end), found in zip(sides, hashes, strict=True):
            here = np.flatnonzero((document >= part.document) & (document < part.document + part.tokens.n_documents))
            own = document[here] - part.document
            first, stop = (word_at(part.tokens, own, character[here]) for character in (start, end))
            found[:, here] = run_hashes(types, first, stop - first)
    same[chosen] = (hashes[0] == hashes[1]).all(axis=0)
    return same


def _numbers_of_texts(tokens: AnyTokens, document: Ints, start: Ints, end: Ints) -> Ints:
    """A number for the text of each span, the same for the same text with white space made one blank."""
    opens = pd.factorize(document * (start.max(initial=0) + 1) + start)[0]
    place = pd.factorize(opens * (end.max(initial=0) + 1) + end)[0]
    first = np.flatnonzero(np.diff(np.maximum.accumulate(place), prepend=-1) > 0)
    hashes = np.empty((len(first), 2), dtype=np.uint64)
    for k in np.argsort(document[first], kind="stable").tolist():  # a text that is on disk is read once
        row = first[k]
        text = " ".join(tokens.corpus.texts[document[row]][start[row] : end[row]].split())
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        hashes[k] = np.frombuffer(digest, dtype="<u8")
    number: Ints = numbered(hashes[:, 0], hashes[:, 1]).astype(np.int64)
    return number[place]
