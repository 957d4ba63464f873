"""The versions of what texts are read with."""

import importlib.metadata

# Another version of one of these may find other texts, sentences or words.
_PACKAGES = ("charset-normalizer", "nltk", "pyarrow", "pypdfium2", "python-docx", "regex", "sentencex", "trafilatura")


def reading_versions() -> dict[str, str]:
    """The version of each package that reads or splits, "" for those that are not installed.

    >>> reading_versions()["regex"] > "2024"
    True
    """
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = ""
    return found
