"""Other types for the words of a corpus in parts: what each word becomes is worked out once and kept on disk."""

import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.places import delete_made
from analysis.text.joining import unite
from analysis.text.parted import Part, Parted, Vocabulary, open_parts, parts
from analysis.text.storage import read_arrow
from analysis.text.tokens import Ids, Tokens

AT_ONCE = 100_000  # words in memory

Writer = Callable[[str, NDArray[np.object_]], list[str]]


def renamed(tokens: Parted, written: Writer, options: dict[str, Any]) -> Parted:
    """`tokens` with ``written(language, words)`` for their words, in a folder that goes with the result.

    `options` are those of the result.
    """
    # All documents of the folder: those of `tokens` would leave parts incomplete, of which others may yet be asked for.
    whole = replace(open_parts(tokens.folder), vocabulary=tokens.vocabulary, types=tokens.types, form=tokens.form)
    languages, language = np.unique(whole.languages, return_inverse=True)
    place = Path(tempfile.mkdtemp(prefix="forms-", dir=tokens.folder))
    new = _new_types(whole, languages, language, written, place)
    vocabulary = Vocabulary(read_arrow(place, "vocabulary").column(0))
    weakref.finalize(vocabulary, delete_made, place)
    (place / "types").mkdir()
    for part in parts(whole):
        types, ids = np.unique(new[_by_word(language, part), part.types[part.tokens.ids]], return_inverse=True)
        np.save(place / "types" / _file(part.number), types)
        np.save(place / _file(part.number), ids.astype(np.int32))
    form = _Form(place, vocabulary, options)
    return replace(tokens, vocabulary=vocabulary, options=options, types=place / "types", form=form)


@dataclass(frozen=True)
class _Form:
    """Gives a part its new types."""

    folder: Path
    vocabulary: Vocabulary
    options: Mapping[str, Any]

    def __call__(self, tokens: Tokens, number: int) -> Tokens:
        vocabulary = self.vocabulary.names(np.load(self.folder / "types" / _file(number)))
        ids = np.load(self.folder / _file(number))
        return replace(tokens, vocabulary=vocabulary, ids=ids, options=self.options)


def _new_types(
    whole: Parted, languages: NDArray[np.object_], language: NDArray[np.int64], written: Writer, place: Path
) -> Ids:
    """(languages, types) the new type of each word in each language that has it; the vocabulary is written."""
    used = np.zeros((len(languages), len(whole.vocabulary)), dtype=bool)
    for part in parts(whole):
        used[_by_word(language, part), part.types[part.tokens.ids]] = True
    pieces = []
    for row, name in enumerate(languages):
        types = np.flatnonzero(used[row])
        for first in range(0, len(types), AT_ONCE):
            words = whole.vocabulary.names(types[first : first + AT_ONCE])
            pieces.append(pa.array(written(name, words), pa.large_string()))
    unite(pieces, place, place / "pieces")
    new = np.full(used.shape, -1, dtype=np.int32)
    found = [np.load(place / "pieces" / _file(number)) for number in range(len(pieces))]
    new[used] = np.concatenate([np.empty(0, dtype=np.int32), *found])
    return new


def _by_word(values: NDArray[np.int64], part: Part) -> NDArray[np.int64]:
    """What `values` have of the document of each word of a part."""
    return np.repeat(values[part.rows], np.diff(part.tokens.document_offsets))


def _file(number: int) -> str:
    """The name of the file of a part, or of a piece."""
    return f"{number:05}.npy"
