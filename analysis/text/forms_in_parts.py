"""Other types for the words of a corpus in parts: what each word becomes is worked out once and kept on disk."""

import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analysis.text.joining import unite
from analysis.text.parted import Parted, Vocabulary, open_parts, parts
from analysis.text.storage import read_arrow
from analysis.text.tokens import Ids, Tokens

AT_ONCE = 100_000  # words in memory

Writer = Callable[[str, NDArray[np.object_]], list[str]]


def renamed(
    tokens: Parted,
    languages_of: Callable[[pd.DataFrame], NDArray[np.object_]],
    written: Writer,
    options: dict[str, Any],
) -> Parted:
    """`tokens` with ``written(language, words)`` for their words, in a folder that goes with the result.

    ``languages_of`` gives the language of each row of a table of documents; `options` are those of the result.
    """
    whole = replace(open_parts(tokens.folder), vocabulary=tokens.vocabulary, types=tokens.types, form=tokens.form)
    languages, language = np.unique(languages_of(whole.corpus.documents), return_inverse=True)
    place = Path(tempfile.mkdtemp(prefix="forms-", dir=tokens.folder))
    new = _new_types(whole, languages, language, written, place)
    vocabulary = Vocabulary(read_arrow(place, "vocabulary").column(0))
    weakref.finalize(vocabulary, shutil.rmtree, place, ignore_errors=True)
    numbers = {}
    for number, part in enumerate(parts(whole)):
        own = np.repeat(language[part.document : part.document + part.tokens.n_documents], _sizes(part.tokens))
        types, ids = np.unique(new[own, part.types[part.tokens.ids]], return_inverse=True)
        np.save(place / "types" / f"{number:05}.npy", types)
        np.save(place / f"{number:05}.npy", ids.astype(np.int32))
        numbers[part.tokens.doc_ids[0]] = number
    form = _Form(place, vocabulary, numbers, options)
    return replace(tokens, vocabulary=vocabulary, options=options, types=place / "types", form=form)


@dataclass(frozen=True)
class _Form:
    """Gives a part, known by its first document, its new types."""

    folder: Path
    vocabulary: Vocabulary
    numbers: Mapping[str, int]
    options: Mapping[str, Any]

    def __call__(self, tokens: Tokens) -> Tokens:
        name = f"{self.numbers[tokens.doc_ids[0]]:05}.npy"
        vocabulary = self.vocabulary.names(np.load(self.folder / "types" / name))
        return replace(tokens, vocabulary=vocabulary, ids=np.load(self.folder / name), options=self.options)


def _new_types(
    whole: Parted, languages: NDArray[np.object_], language: NDArray[np.int64], written: Writer, place: Path
) -> Ids:
    """(languages, types) the new type of each word in each language that has it; the vocabulary is written."""
    used = np.zeros((len(languages), len(whole.vocabulary)), dtype=bool)
    for part in parts(whole):
        own = np.repeat(language[part.document : part.document + part.tokens.n_documents], _sizes(part.tokens))
        used[own, part.types[part.tokens.ids]] = True
    pieces = []
    for row, name in enumerate(languages):
        types = np.flatnonzero(used[row])
        for first in range(0, len(types), AT_ONCE):
            words = whole.vocabulary.names(types[first : first + AT_ONCE])
            pieces.append(pa.array(written(name, words), pa.large_string()))
    unite(pieces or [pa.array([], pa.large_string())], place, place / "types")
    new = np.full(used.shape, -1, dtype=np.int32)
    new[used] = np.concatenate([np.load(file) for file in sorted((place / "types").iterdir())])
    return new


def _sizes(tokens: Tokens) -> NDArray[np.int64]:
    return np.diff(tokens.document_offsets)
