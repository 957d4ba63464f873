"""Stop lists: words that are counted but not ranked."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import stopwordsiso
from numpy.typing import NDArray

from analysis.core.paths import from_root
from analysis.text.kernels import fold
from analysis.text.reading.readers import ReadError, decode
from analysis.text.sentences import is_known, primary
from analysis.text.shards import Vocabulary

# NLTK's names of the languages of its stop lists and stemmers.
NLTK_NAMES = dict(
    pair.split("=")
    for pair in (
        "ar=arabic da=danish de=german en=english es=spanish fi=finnish fr=french hu=hungarian it=italian nb=norwegian "
        "nl=dutch nn=norwegian no=norwegian pt=portuguese ro=romanian ru=russian sv=swedish tr=turkish"
    ).split()
)

_ISO_NAMES = {"nb": "no", "nn": "no"}  # stopwordsiso has one list for both kinds of Norwegian

# Written without blanks between words, so that no list of words applies.
UNDIVIDED = frozenset({"ja", "my", "th", "zh"})


def stop_words(name: str | Path, languages: Iterable[str] = ("en",)) -> frozenset[str]:
    """The stop list `name` for documents in `languages` (ISO 639 codes), folded as tokens are.

    "stopwordsiso" and "nltk" are the lists of these packages, "" is none; anything else is a file or folder for
    `read_stopwords` (relative to the checkout), extended as in `stop_lists`. The lists of all languages are merged.
    Raises `ValueError` if there is no such list, or the package has none for these languages.

    >>> "the" in stop_words("stopwordsiso"), "de" in stop_words("data/stopwords", ["es-MX"]), len(stop_words(""))
    (True, True, 0)
    """
    lists = stop_lists(name, languages)
    words: set[str] = set()
    if name not in ("", "stopwordsiso", "nltk"):
        words.update(read_stopwords(from_root(name)))
    elif name and not any(lists.values()):
        raise ValueError(f"stop list {name!r} has no words for {', '.join(lists)}: name a file with one word a line")
    for code, used in lists.items():
        if used == "stopwordsiso":
            words.update(map(fold, stopwordsiso.stopwords(_ISO_NAMES.get(code, code))))
        elif used == "nltk":
            words.update(map(fold, _nltk_list(NLTK_NAMES[code])))
    return frozenset(words)


def stop_lists(name: str | Path, languages: Iterable[str]) -> dict[str, str]:
    """The stop list that is used for each of `languages`: `name`, "stopwordsiso", or "" for none.

    A folder with one list per language, such as ``en.txt``, is complemented by stopwordsiso; a file, or a folder with
    lists of other names, is for all languages.

    >>> stop_lists("data/stopwords", ["en-GB", "es-MX", "ps"])
    {'en': 'data/stopwords', 'es': 'stopwordsiso', 'ps': ''}
    """
    codes = sorted({primary(language) for language in languages})
    if name in ("", "nltk"):
        return {code: "nltk" if name and code in NLTK_NAMES else "" for code in codes}
    own: set[str] = set()
    if name != "stopwordsiso":
        place = from_root(name)
        named = {primary(file.stem) for file in place.glob("*.txt")} if place.is_dir() else {""}
        own = named if all(map(is_known, named)) else set(codes)
    iso = {code for code in codes if stopwordsiso.has_lang(_ISO_NAMES.get(code, code))} - UNDIVIDED
    return {code: str(name) if code in own else "stopwordsiso" if code in iso else "" for code in codes}


def stopped(words: pd.Series | NDArray[np.object_] | Vocabulary, stopwords: Iterable[str] | None) -> NDArray[np.bool_]:
    """Which of `words` are stop words; none if `stopwords` is None.

    Raises `ValueError` for a single string, which would be a collection of letters.

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
    from nltk.corpus import stopwords  # imported late: NLTK is slow to import

    try:
        return list(stopwords.words(language))
    except (LookupError, OSError):
        raise ValueError(
            "NLTK's stop lists are not on this machine: install its data 'stopwords', or use 'stopwordsiso'"
        ) from None


def read_stopwords(path: str | Path) -> frozenset[str]:
    """Read a stop list with one word per line, folded as tokens are; ``#`` begins a comment.

    A folder means all its ``.txt`` lists. Raises `ValueError` if there is no such file, or it is not text.
    """
    place = Path(path).expanduser()
    files = sorted(place.glob("*.txt")) if place.is_dir() else [place]
    if not files or not files[0].is_file():
        missing = f"no such stop list: {str(path)!r}"
        raise ValueError(f"{missing}: give a text file with one word a line, or a folder of such")
    words: set[str] = set()
    for file in files:
        try:
            lines = decode(file.read_bytes())[0].splitlines()
        except ReadError as error:
            raise ValueError(f"stop list {file.name} {error}") from None
        words.update(fold(word) for line in lines if (word := line.partition("#")[0].strip()))
    return frozenset(words)
