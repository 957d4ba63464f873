"""Errors whose message is one line: the bad value, what was expected and what to do."""

import errno
import re
from collections.abc import Iterable
from difflib import get_close_matches

_ADVICE = {
    errno.ENOSPC: "free some space where the result goes and in the temporary folder, or name others (--out, TMPDIR)",
    errno.EDQUOT: "free some space where the result goes and in the temporary folder, or name others (--out, TMPDIR)",
    errno.EROFS: "choose a folder that can be written to",
    errno.EACCES: "choose a folder that you may write to",
    errno.ENOTDIR: "what should be a folder on the way is a file: give another path",
    errno.EEXIST: "what should be a folder on the way is a file: give another path",
    errno.ENAMETOOLONG: "give a shorter name",
    errno.EMFILE: "raise the limit of open files, such as with: ulimit -n 1024",
}


class ParameterError(ValueError):
    """A parameter that cannot be used."""


class CorpusError(ParameterError):
    """A corpus that cannot be read."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question, after a blank, that proposes the one of the `known` names nearest to `name`; "" where none is near.

    >>> did_you_mean("sauce", ["title", "source"]), did_you_mean("x", ["title"])
    (" Did you mean 'source'?", '')
    """
    close = get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def with_advice(text: str) -> str:
    """The message of an error, with advice where it names a system error that has some.

    >>> with_advice(str(OSError(errno.EROFS, "Read-only file system", "/mnt/report")))
    "[Errno 30] Read-only file system: '/mnt/report': choose a folder that can be written to"
    """
    number = re.search(r"\[errno (\d+)\]", text, re.IGNORECASE)
    return f"{text}: {_ADVICE[int(number[1])]}" if number and int(number[1]) in _ADVICE else text
