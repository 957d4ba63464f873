"""Stop lists: words that are counted and not ranked."""

from pathlib import Path

from analysis.text.kernels import fold
from analysis.text.readers import ReadError, decode


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
