"""Write the pages of docs/ that follow from the package: tables, methods, parameters and languages (``make docs``)."""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.core.csv_files import GUARD
from analysis.core.paths import LEXICONS, NOTEBOOKS, STOPWORDS
from analysis.framing.attribution import attributions
from analysis.framing.lexicon import read_lexicon
from analysis.framing.roles import roles
from analysis.framing.voice import passives
from analysis.publish.dictionary import methods, tables
from analysis.publish.parameters import read_parameters, takes
from analysis.redundancy.doublets import doublets
from analysis.text.corpus import read_frame
from analysis.text.forms import word_forms
from analysis.text.sentences import LANGUAGES
from analysis.text.stopwords import UNDIVIDED, stop_lists
from analysis.text.tokens import tokenize

TABLES_HEAD = f"""\
# The tables of a run

Every table is a CSV file in the folder of its section, with a JSON file beside it that has its caption, its columns and
their types. Shares go from 0 to 1, characters are those of the text as decoded and counted from 0, an empty cell is a
missing value, and numbers have six significant digits. `<group>` stands for the column that the parameter `group_by`
names; another name in angle brackets for all further columns. Not every run has every table: some need dates,
groups, coded sentences or an option. [methods.md](methods.md) says how the numbers are made.

A text in a CSV file never runs as a formula: an apostrophe precedes each `=`, `+`, `-`, `@` (or full-width `＝`,
`＋`, `－`, `＠`) that begins it, or follows a semicolon, a tab or a line end in it, with nothing but blanks, control
characters, quotation marks and apostrophes between. Numbers in columns of numbers are as they are. Lafz takes one
apostrophe off wherever it reads a table (`load_run`, the parameter `reference`, a coding sheet); elsewhere one line
gives the texts back:

```
table = table.replace(r'''{GUARD}''', r"\\1", regex=True)  # pandas
```"""
METHODS_HEAD = """\
# Methods

What is computed, on what, and what it is not. The code is named beside each method;
[tables.md](tables.md) says what the columns of the tables mean."""
PARAMETERS_HEAD = """\
# Parameters

Given with `-p name=value` or in a file, `--params settings.yml`, and checked before
anything runs. In `notebooks/00_explore.ipynb` they are changed by hand."""
LANGUAGES_HEAD = """\
# What works for which language

A text's language is what the metadata, a web page or the parameter `language` says, never a guess; the region of a code
(`en-GB`) is no matter. Files are read in every language and script. Sentences are split in those below, by
[sentencex](https://github.com/wikimedia/sentencex) with the rules of the language or of a neighbour, and in English
mended further. Whatever counts words, or compares texts with one another, works wherever words have blanks between
them: rates, phrases, key words, collocations, trends, repeats, near repeats, shared passages, novelty.

A lexicon of your own finds frames in any of these languages; the shipped ones are for those marked. Lemmas need the
extra `lemmas`. Formulas of readability, measures that compare meanings (extra `embeddings`) and the parser (extra
`syntax`) know English alone.
Where a section of a report has nothing to work with, a line says so in its place.
"""

SECTIONS = {"text": "Text", "term_frequency": "Term frequency", "framing": "Framing", "redundancy": "Redundancy"}
# A passive with an agent, a quotation, and a doublet: found where the rules for the language exist.
EXAMPLE = "Ten men were arrested by the police. “The plan is clear and plain,” Mr Khan told reporters."
NAMES = dict(
    name.split(":")
    for name in (
        "am:Amharic ar:Arabic be:Belarusian bg:Bulgarian bn:Bengali bs:Bosnian ca:Catalan ckb:Sorani cs:Czech "
        "da:Danish de:German el:Greek en:English es:Spanish et:Estonian fa:Persian fi:Finnish fr:French gu:Gujarati "
        "he:Hebrew hi:Hindi hr:Croatian hu:Hungarian hy:Armenian id:Indonesian it:Italian ja:Japanese kk:Kazakh "
        "kn:Kannada ko:Korean ku:Kurdish lt:Lithuanian lv:Latvian mk:Macedonian ml:Malayalam mr:Marathi ms:Malay "
        "my:Burmese nb:Bokmål ne:Nepali nl:Dutch nn:Nynorsk no:Norwegian pa:Punjabi pl:Polish ps:Pashto pt:Portuguese "
        "ro:Romanian ru:Russian sd:Sindhi sk:Slovak sl:Slovene sq:Albanian sr:Serbian sv:Swedish ta:Tamil te:Telugu "
        "th:Thai tr:Turkish ug:Uyghur uk:Ukrainian und:(undetermined) ur:Urdu uz:Uzbek vi:Vietnamese zh:Chinese"
    ).split()
)


def tables_page() -> str:
    """A heading for each table, what a row is, and its columns, but for those that mean what they do elsewhere."""
    lines, last = [TABLES_HEAD], ""
    for name, table in tables().items():
        section = name.partition("/")[0]
        if section != last:
            lines += ["", f"## {section}"]
        last = section
        lines += ["", f"### {name}", "", f"A row: {escaped(table.row[0].lower() + table.row[1:])}"]
        inherited = tables()[table.like].columns if table.like else {}
        columns = {column: text for column, text in table.columns.items() if inherited.get(column) != text}
        if table.like:
            anchor = re.sub(r"[/.]", "", table.like)
            lacks = ", ".join(f"`{column}`" for column in inherited if column not in table.columns)
            without = f", without {lacks}" if lacks else ""
            lines += ["", f"Columns as in [{table.like}](#{anchor}){without}" + ("; but:" if columns else ".")]
        if columns:
            lines += ["", *grid(["column", "meaning"], ((f"`{c}`", escaped(text)) for c, text in columns.items()))]
    return "\n".join(lines) + "\n"


def methods_page() -> str:
    """A heading for each method, its formulas between dollar signs, and where it is used."""
    lines, last = [METHODS_HEAD], ""
    for method in methods():
        if method.section != last:
            lines += ["", f"## {SECTIONS[method.section]}"]
        last = method.section
        lines += ["", f"### {method.title}", "", method.text]
        for formula in method.formula:
            lines += ["", f"${formula}$"]
        if method.where:
            lines += ["", method.where.replace("_", r"\_")]
        facts = {"Source": "; ".join(method.source).replace("_", r"\_")}
        for name in ("code", "parameters", "tables"):
            facts[name.title()] = ", ".join(f"`{item}`" for item in getattr(method, name))
        lines += ["", *(f"- {name}: {text}" for name, text in facts.items() if text)]
    return "\n".join(lines) + "\n"


def parameters_page() -> str:
    """A table for each notebook."""
    lines = [PARAMETERS_HEAD]
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        rows = ((f"`{p.name}`", takes(p), f"`{p.default!r}`", p.meaning) for p in read_parameters(path))
        lines += ["", f"## {path.stem}", "", *grid(["parameter", "takes", "default", "meaning"], rows)]
    return "\n".join(lines) + "\n"


def languages() -> pd.DataFrame:
    """What works for each language whose sentences can be split: a row a language, sorted by name.

    ``stop words`` is "own" (a list of this package), "stopwordsiso" or "". All else is true or false; the last columns
    are what the measures find when they read `EXAMPLE` in each language. Needs the extra ``lemmas``.
    """
    codes = sorted(LANGUAGES, key=lambda code: NAMES[code])
    tokens = tokenize(read_frame(pd.DataFrame({"text": EXAMPLE, "language": codes}, index=codes)))
    lists = stop_lists(STOPWORDS, codes)
    table = pd.DataFrame({"language": [NAMES[code] for code in codes], "code": codes})
    table["words"] = ~table["code"].isin(UNDIVIDED)
    table["stop words"] = ["own" if lists[code] == str(STOPWORDS) else lists[code] for code in codes]
    for form in ("stems", "lemmas"):
        supported = re.search(r"\(\w[\w ]* for ([\w, ]+)", str(word_forms(tokens, form).options["forms"]))
        table[form] = table["code"].isin(supported[1].split(", ") if supported else [])
    table["frames"] = table["code"].isin({read_lexicon(path).language for path in LEXICONS.glob("*.yml")})
    table["passives"] = table["code"].isin(passives(tokens)["doc_id"])
    table["actors"] = table["code"].isin(roles(tokens, read_lexicon(LEXICONS / "actors.yml"))["doc_id"])
    table["speakers"] = table["code"].isin(attributions(tokens)["doc_id"])
    table["doublets"] = table["code"].isin(doublets(tokens)["doc_id"])
    return table


def languages_page() -> str:
    """The table of languages, true being "yes" and false nothing."""
    table = languages().astype(object).replace({True: "yes", False: ""})
    return "\n".join([LANGUAGES_HEAD, *grid(table.columns, table.itertuples(index=False))]) + "\n"


def grid(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a Markdown table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (columns, *rows)]
    return [lines[0], "|" + " --- |" * len(list(columns)), *lines[1:]]


def escaped(text: str) -> str:
    """`text` as Markdown that shows it as it is."""
    return re.sub(r"([*_<|\[])", r"\\\1", text)


PAGES = {
    "tables.md": tables_page,
    "methods.md": methods_page,
    "parameters.md": parameters_page,
    "languages.md": languages_page,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        Path(__file__).with_name(name).write_text(page(), encoding="utf-8", newline="\n")
