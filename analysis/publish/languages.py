"""What works for which language, found out by asking the measures themselves."""

import re

import pandas as pd

from analysis.core.paths import LEXICONS, STOPWORDS
from analysis.framing.attribution import attributions
from analysis.framing.lexicon import read_lexicon
from analysis.framing.roles import roles
from analysis.framing.voice import passives
from analysis.redundancy.doublets import doublets
from analysis.text.corpus import read_frame
from analysis.text.forms import word_forms
from analysis.text.sentences import LANGUAGES
from analysis.text.stopwords import UNDIVIDED, stop_lists
from analysis.text.tokens import tokenize

# A passive with an agent, someone quoted, and a pair that says one thing twice: what rules for English find.
TEXT = "Ten men were arrested by the police. “The plan is clear and plain,” Mr Khan told reporters."
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
_INTRODUCTION = """\
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


def languages() -> pd.DataFrame:
    """What works for which language, one row a language whose sentences can be split, by name.

    ``language``, ``code`` (ISO 639); ``words``: whether there are blanks between words, so that words can be told;
    ``stop words``: "own", a list of this package, "stopwordsiso", or "" for none; ``stems``, ``lemmas``: whether words
    can be counted by them; ``frames``: whether a lexicon for it comes along; ``passives``, ``actors``, ``speakers``,
    ``doublets``: whether they are found. The last five are asked of the measures: `TEXT` is read once in each language.
    Raises `ValueError` where the extra ``lemmas`` is not installed.

    >>> table = languages().set_index("code")
    >>> table.loc["de", ["stop words", "stems"]].map(str).tolist(), str(table.loc["de", "passives"])
    (['stopwordsiso', 'True'], 'False')
    """
    codes = sorted(LANGUAGES, key=lambda code: NAMES[code])
    tokens = tokenize(read_frame(pd.DataFrame({"text": TEXT, "language": codes}, index=codes)))
    lists = stop_lists(STOPWORDS, codes)
    lexicons = {read_lexicon(path).language for path in sorted(LEXICONS.glob("*.yml"))}
    found = {
        "passives": passives(tokens),
        "actors": roles(tokens, read_lexicon(LEXICONS / "actors.yml")),
        "speakers": attributions(tokens),
        "doublets": doublets(tokens),
    }
    table = pd.DataFrame({"language": [NAMES[code] for code in codes], "code": codes})
    table["words"] = ~table["code"].isin(UNDIVIDED)
    table["stop words"] = [{str(STOPWORDS): "own"}.get(lists[code], lists[code]) for code in codes]
    for form in ("stems", "lemmas"):
        said = re.search(r"\(\w[\w ]* for ([\w, ]+)", str(word_forms(tokens, form).options["forms"]))
        table[form] = table["code"].isin(said[1].split(", ") if said else [])
    table["frames"] = table["code"].isin(lexicons)
    for name, rows in found.items():
        table[name] = table["code"].isin(rows["doc_id"])
    return table


def languages_page() -> str:
    """The table as a page of Markdown."""
    table = languages()
    lines = [_INTRODUCTION, f"| {' | '.join(table.columns)} |", "|" + " --- |" * len(table.columns)]
    shown = {True: "yes", False: ""}
    lines += [
        f"| {' | '.join(shown[value] if isinstance(value, bool) else value for value in row)} |"
        for row in table.astype(object).itertuples(index=False)
    ]
    return "\n".join(lines) + "\n"
