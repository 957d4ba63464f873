"""Stop lists: words that are counted and not ranked."""

from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import stopwordsiso
from numpy.typing import NDArray

from analysis.paths import from_root
from analysis.text.kernels import fold
from analysis.text.parted import Vocabulary
from analysis.text.readers import ReadError, decode

# What NLTK calls the languages of its stop lists and of its stemmers, which are nearly the same.
NLTK_NAMES = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}


def stop_words(name: str | Path, languages: Collection[str] = ("en",)) -> frozenset[str]:
    """The stop list called `name`, folded as tokens are.

    "stopwordsiso" is that package's lists for the `languages` (ISO 639 codes), "nltk" NLTK's, where its data is on this
    machine; "" is none; all else is a file or a folder for `read_stopwords`, a relative path starting at the checkout.
    Raises `ValueError` when there is no such list, or it has none of the languages.

    >>> "the" in stop_words("stopwordsiso"), "ہے" in stop_words("stopwordsiso", ["en", "ur"]), len(stop_words(""))
    (True, True, 0)
    """
    if not name:
        return frozenset()
    codes = sorted({language.partition("-")[0].lower() for language in languages})
    if name == "stopwordsiso":
        lists = [list(stopwordsiso.stopwords(code)) for code in codes if stopwordsiso.has_lang(code)]
    elif name == "nltk":
        lists = [_nltk_list(NLTK_NAMES[code]) for code in codes if code in NLTK_NAMES]
    else:
        return read_stopwords(from_root(name))
    if not lists:
        raise ValueError(f"stop list {name!r} has no words for {', '.join(codes)}: name a file with one word a line")
    return frozenset(fold(word) for words in lists for word in words)


def stopped(words: pd.Series | NDArray[np.object_] | Vocabulary, stopwords: Iterable[str] | None) -> NDArray[np.bool_]:
    """Which of `words` are in a collection of stop words; none where that is None.

    Raises `ValueError` where it is one string, whose letters would be the words.

    >>> stopped(np.array(["the", "war"], dtype=object), {"the"}).tolist()
    [True, False]
    """
    if isinstance(stopwords, str):
        raise ValueError(f"stopwords is {stopwords!r}: give a collection of words, such as {{{stopwords!r}}}")
    listed = [] if stopwords is None else list(stopwords)
    if isinstance(words, Vocabulary):
        found = words.rows(listed)
        out = np.zeros(len(words), dtype=bool)
        out[found[found >= 0]] = True
        return out
    return pd.Series(words).isin(listed).to_numpy(dtype=bool)


def _nltk_list(language: str) -> list[str]:
    from nltk.corpus import stopwords  # NLTK takes longer to import than all the rest

    try:
        return list(stopwords.words(language))
    except (LookupError, OSError):
        raise ValueError(
            "NLTK's stop lists are not on this machine: install its data 'stopwords', or use 'stopwordsiso'"
        ) from None


def read_stopwords(path: str | Path) -> frozenset[str]:
    """The words of a stop list, one a line, folded as tokens are; ``#`` begins a comment.

    A folder stands for all its ``.txt`` lists together: words of one language seldom mean something else in another.
    Raises `ValueError` when there is no such file, or it is not text.

    >>> from analysis.paths import STOPWORDS
    >>> words = read_stopwords(STOPWORDS)
    >>> "the" in words, "don't" in words, "ہے" in words, "nation" in words
    (True, True, True, False)
    """
    place = Path(path).expanduser()
    files = sorted(place.glob("*.txt")) if place.is_dir() else [place]
    if not files or not files[0].is_file():
        raise ValueError(
            f"no such stop list: {str(path)!r}: give a text file with one word a line, or a folder of such"
        )
    words: set[str] = set()
    for file in files:
        try:
            lines = decode(file.read_bytes())[0].splitlines()
        except ReadError as error:
            raise ValueError(f"stop list {file.name} {error}") from None
        words.update(fold(word) for line in lines if (word := line.partition("#")[0].strip()))
    return frozenset(words)
