"""Words counted by their stem or their lemma: other types for the same tokens, chosen when counting."""

import dataclasses
import tempfile
import unicodedata
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.core.files import delete_made
from analysis.text.shards import Form, Shard, ShardedTokens, Vocabulary, merge_vocabularies, names, open_shards, shards
from analysis.text.stopwords import NLTK_NAMES
from analysis.text.storage import read_arrow
from analysis.text.tokens import Ids, Tokens

FORMS = ("words", "stems", "lemmas")

Change = Callable[[str], str]
AT_ONCE = 100_000  # words in memory
Writer = Callable[[str, NDArray[np.object_]], list[str]]


def word_forms(tokens: Tokens, form: str = "words", *, keep: Collection[str] = ()) -> Tokens:
    """`tokens` with each word's stem or lemma for its type, by the language of its document.

    `form` is "words" (as written), "stems" (Snowball, Porter 2001, of NLTK) or "lemmas" (the dictionary form, of
    simplemma, extra ``lemmas``; a word with several readings gets the one that simplemma ranks first). Words in `keep`,
    a stop list for instance, stay as they are, and so does whatever is not made of letters alone but for apostrophes
    and hyphens, and every word of a language for which there is no stemmer or no dictionary. Stems and lemmas are in
    lower case. Places and sentences are untouched. ``options["forms"]`` says what was used for which language.

    Raises `ValueError` for another `form`, or where the extra is not installed.

    >>> from analysis import read_text, tokenize
    >>> stems = word_forms(tokenize(read_text("He condemned what they condemn.")), "stems", keep={"they"})
    >>> stems.vocabulary[stems.ids].tolist(), stems.options["forms"]
    (['he', 'condemn', 'what', 'they', 'condemn'], 'stems (NLTK Snowball for en)')
    """
    if form not in FORMS:
        raise ValueError(f"unknown word form {form!r}: use {', '.join(map(repr, FORMS[:-1]))} or {FORMS[-1]!r}")
    if form == "words":
        return tokens
    kept = frozenset(keep)
    languages = tokens.languages
    changes = {language: _change(language, form) for language in sorted(set(languages))}
    done, left = ([name for name, change in changes.items() if (change is None) == none] for none in (False, True))
    tool = "NLTK Snowball" if form == "stems" else "simplemma"
    said = [f"{tool} for {', '.join(done)}"] * bool(done) + [f"none for {', '.join(left)}"] * bool(left)
    options = {**tokens.options, "forms": f"{form} ({'; '.join(said)})"}
    if isinstance(tokens, ShardedTokens):
        return _renamed(tokens, lambda name, words: _written(words, _change(name, form), kept), options)
    codes: dict[str, int] = {}
    ids = np.empty_like(tokens.ids)
    for language, change in changes.items():
        own = np.repeat(languages == language, np.diff(tokens.document_offsets))
        used, place = np.unique(tokens.ids[own], return_inverse=True)
        written = _written(tokens.vocabulary[used], change, kept)
        numbers = np.fromiter((codes.setdefault(word, len(codes)) for word in written), dtype=np.int32, count=len(used))
        ids[own] = numbers[place]
    vocabulary = np.array(list(codes), dtype=object)
    # Types are in the order in which the text has them, as in all tokens.
    order, first = np.unique(ids, return_index=True)
    order = order[np.argsort(first)]
    rank = np.empty(len(vocabulary), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return dataclasses.replace(tokens, vocabulary=vocabulary[order], ids=rank[ids], options=options)


def short_words(tokens: Tokens, length: int) -> frozenset[str]:
    """The types of fewer than `length` characters, marks not counted, for use as stop words.

    >>> from analysis import read_text, tokenize
    >>> sorted(short_words(tokenize(read_text("We are on our way.")), 3))
    ['on', 'we']
    """
    if length < 1 or (length == 1 and tokens.options["scheme"] == "frequency"):
        return frozenset()  # no word of that scheme is made of marks alone
    found: set[str] = set()
    for first in range(0, len(tokens.vocabulary), AT_ONCE):
        words = names(tokens, np.arange(first, min(first + AT_ONCE, len(tokens.vocabulary))))
        found.update(word for word in words if len(word) < length or (not word.isascii() and _letters(word) < length))
    return frozenset(found)


def _letters(word: str) -> int:
    """How many characters of a word are no marks."""
    return sum(not unicodedata.category(c).startswith("M") for c in word)


def _change(language: str, form: str) -> Change | None:
    """What makes words of a language stems or lemmas, if there is such a thing."""
    return _stemmer(language) if form == "stems" else _lemmatizer(language)


def _written(words: Iterable[str], change: Change | None, kept: Collection[str]) -> list[str]:
    """Each word as it is counted."""
    return [word if change is None or word in kept or not _is_plain(word) else change(word) for word in words]


def _is_plain(word: str) -> bool:
    return word.replace("'", "").replace("-", "").isalpha()


def _stemmer(language: str) -> Change | None:
    from nltk.stem.snowball import SnowballStemmer  # NLTK takes longer to import than all the rest

    name = NLTK_NAMES.get(language)
    if name not in SnowballStemmer.languages:
        return None
    stem = SnowballStemmer(name).stem
    return lambda word: stem(word) or word


def _lemmatizer(language: str) -> Change | None:
    try:
        from simplemma import lemmatize
        from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES
    except ImportError:
        raise ValueError("lemmas need the extra 'lemmas': pip install \"lafz[lemmas]\", or use stems") from None
    if language not in SUPPORTED_LANGUAGES:
        return None
    return lambda word: str(lemmatize(word, lang=language)).lower()


def _renamed(tokens: ShardedTokens, written: Writer, options: dict[str, Any]) -> ShardedTokens:
    """`tokens` with ``written(language, words)`` for their words, in a folder that goes with the result."""
    # All documents of the folder: those of `tokens` would leave shards incomplete that others may yet ask for.
    whole = replace(open_shards(tokens.folder), vocabulary=tokens.vocabulary, types=tokens.types, form=tokens.form)
    languages, language = np.unique(whole.languages, return_inverse=True)
    place = Path(tempfile.mkdtemp(prefix="forms-", dir=tokens.folder))
    new = _new_types(whole, languages, language, written, place)
    vocabulary = Vocabulary(read_arrow(place, "vocabulary").column(0))
    weakref.finalize(vocabulary, delete_made, place)
    (place / "types").mkdir()
    for shard in shards(whole):
        types, ids = np.unique(new[_by_word(language, shard), shard.types[shard.tokens.ids]], return_inverse=True)
        np.save(place / "types" / _file(shard.number), types)
        np.save(place / _file(shard.number), ids.astype(np.int32))
    form = _Forms(place, vocabulary, options, tokens.form)
    return replace(tokens, vocabulary=vocabulary, options=options, types=place / "types", form=form)


@dataclass(frozen=True)
class _Forms:
    """Gives a shard its new types, which are of the words that it has `before`."""

    folder: Path
    vocabulary: Vocabulary
    options: Mapping[str, Any]
    before: Form | None

    def __call__(self, tokens: Tokens, number: int) -> Tokens:
        if self.before:
            tokens = self.before(tokens, number)
        vocabulary = self.vocabulary[np.load(self.folder / "types" / _file(number))]
        ids = np.load(self.folder / _file(number))
        return replace(tokens, vocabulary=vocabulary, ids=ids, options=self.options)


def _new_types(
    whole: ShardedTokens, languages: NDArray[np.object_], language: NDArray[np.int64], written: Writer, place: Path
) -> Ids:
    """(languages, types) the new type of each word in each language that has it; the vocabulary is written."""
    used = np.zeros((len(languages), len(whole.vocabulary)), dtype=bool)
    for shard in shards(whole):
        used[_by_word(language, shard), shard.types[shard.tokens.ids]] = True
    pieces = []
    for row, name in enumerate(languages):
        types = np.flatnonzero(used[row])
        for first in range(0, len(types), AT_ONCE):
            words = whole.vocabulary[types[first : first + AT_ONCE]]
            pieces.append(pa.array(written(name, words), pa.large_string()))
    merge_vocabularies(pieces, place, place / "pieces")
    new = np.full(used.shape, -1, dtype=np.int32)
    found = [np.load(place / "pieces" / _file(number)) for number in range(len(pieces))]
    new[used] = np.concatenate([np.empty(0, dtype=np.int32), *found])
    return new


def _by_word(values: NDArray[np.int64], shard: Shard) -> NDArray[np.int64]:
    """What `values` have of the document of each word of a shard."""
    return np.repeat(values[shard.rows], np.diff(shard.tokens.document_offsets))


def _file(number: int) -> str:
    """The name of the file of a shard, or of a piece."""
    return f"{number:05}.npy"
