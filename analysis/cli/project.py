"""``lafz new``: a project folder with notebooks, a lexicon and a folder for texts."""

import shutil
from pathlib import Path
from typing import Annotated

from analysis.cli.shared import path_argument
from analysis.core.errors import ParameterError
from analysis.core.paths import LEXICONS, NOTEBOOKS, PARAMS

TEXTS = "data/texts"
FILES = {
    PARAMS: """\
# Parameters of the report, which `lafz params` lists.
lexicon: lexicon.yml
""",
    "Makefile": """\
.PHONY: report lab
report:
\tlafz report data/texts --params params.yml
lab:
\tjupyter lab notebooks
""",
    "environment.yml": """\
name: {name}
channels: [conda-forge]
dependencies:
  - python >=3.11
  - pip
  - pip: [lafz]
""",
    f"{TEXTS}/.lafzignore": """\
# Files that are no part of the corpus, one pattern a line.
*.bak
""",
}


def new(folder: Annotated[Path, path_argument("The folder to make.", metavar="FOLDER")]) -> None:
    """Make a folder with notebooks and a lexicon to change.

    What `lafz` runs in there are its notebooks, and relative paths begin in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError(f"{str(folder)!r} is there already: give the name of a new folder")
    shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns(".*"), dirs_exist_ok=True)
    shutil.copyfile(LEXICONS / "security_communication.yml", folder / "lexicon.yml")
    (folder / TEXTS).mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text.format(name=folder.resolve().name), encoding="utf-8")
    print(f"{folder}: put texts into {TEXTS}, then: cd {folder} && make report")
