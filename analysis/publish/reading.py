"""The reading view: documents in their own words, with frame matches and repeats marked in place.

It is one piece of HTML without script: its switches are check boxes that style rules look at (``:has``). The style
sheet also adds the codes and counts, so that what a reader selects, copies or searches is the document's text alone.
There are no ids, so a page can hold any number of views.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import regex

from analysis.core.compiled import Ints
from analysis.core.printable import visible
from analysis.publish.markup import COLOURS, Layer, paragraphs, style_rules
from analysis.publish.tables import show
from analysis.text.shards import load_documents
from analysis.text.tokens import Tokens

LONGEST = 60_000  # characters of a document: most speeches and articles are shorter, and a page can hold as many
PRINTED = 5_000  # characters of a document on paper, which are two or three pages
CODE = 4  # letters of a frame's code, before a number
HUES = [colour for name, colour in COLOURS.items() if name != "black"]
LINES = ("solid", "dashed", "double")  # under a match: with eight hues, all of 24 frames look different
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


class _Article(NamedTuple):
    """One document of the view: its markup, and what the legend says of it."""

    markup: str
    hits: Ints  # by frame
    repeats: int
    negated: bool  # whether any match is
    grey: bool  # whether any text was not counted


def show_reading(tokens: Tokens, spans: pd.DataFrame, *, caption: str, **options: Any) -> None:
    """Show `reading_view`, which takes the `options`, with a caption, in the notebook and in the report."""
    view = reading_view(tokens, spans, **options)
    show(f"<figure>{view}<figcaption>{html.escape(caption)}</figcaption></figure>", caption, kind="reading")


def reading_view(
    tokens: Tokens,
    spans: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    repeats: pd.DataFrame | None = None,
    documents: int | Sequence[str] = 3,
    characters: int = LONGEST,
) -> str:
    """Documents as HTML, each character once and in its place, with `spans` and `repeats` marked.

    `spans`: doc_id, start, end (characters), frame, as from `analysis.framing.frames.matches`, and a sign before those
    that are ``negated``; words with several frames are marked as the first's. `labels`: frame to label, in the order of
    the legend. `repeats`: doc_id, start, end, count, as from `analysis.redundancy.repeats.exact_repeats`; where they
    overlap, the one that appears more often keeps the characters, then the earlier, then the longer. What `tokens` did
    not count (front matter, marks, boilerplate) is grey.

    `documents` is the number of documents shown, those with the most spans, in the order of the corpus; or their
    doc_ids. A document of more than `characters` is cut at the end of a paragraph, or of a word where that would leave
    less than half. The legend counts what is shown and says what is not.

    Raises `ValueError` for a missing column, an unknown document, a frame without a label, a span that is not within
    its document, spans that differ and share a character, or when `documents` or `characters` is below 1.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("They will go to court."))
    >>> spans = pd.DataFrame({"doc_id": ["text"], "start": [16], "end": [21], "frame": ["law"]})
    >>> view = reading_view(tokens, spans, labels={"law": "Law"})
    >>> view[view.index("They") : view.index("</p></div>")]
    'They will go to <mark class="f f0" title="Law">court</mark>.'
    """
    corpus = tokens.corpus
    sizes = corpus.documents.set_index("doc_id")["n_chars"]
    _check(sizes, spans, "frame")
    if unknown := [frame for frame in spans["frame"].unique() if frame not in labels]:
        raise ValueError(f"frame {unknown[0]!r} has no label: give one for each frame of the spans")
    hits = np.bincount(sizes.index.get_indexer(pd.Index(spans["doc_id"])), minlength=len(sizes))
    if repeats is None:
        repeats = pd.DataFrame({"doc_id": [], "start": [], "end": [], "count": []})
    _check(sizes, repeats, "count")
    if characters < 1:
        raise ValueError(f"characters is {characters}: use 1 or more")
    rows = _chosen(sizes.index.tolist(), hits, documents)
    names = list(labels.values())
    held = load_documents(tokens, np.sort(rows))
    marked, again = (table[table["doc_id"].isin(held.doc_ids)] for table in (spans, repeats))
    marked = marked.assign(frame=marked["frame"].map({frame: number for number, frame in enumerate(labels)}))
    places = np.searchsorted(np.sort(rows), rows).tolist()
    articles = [_article(held, place, marked, again, names, characters) for place in places]
    key = _legend(articles, names, ranked=isinstance(documents, int), total=len(corpus.texts))
    return (
        f'<div class="lafz-r"><style>{style_sheet(names)}</style>{key}{"".join(part.markup for part in articles)}</div>'
    )


def _check(sizes: "pd.Series[int]", table: pd.DataFrame, last: str) -> None:
    """Raise `ValueError` unless each row of `table` points into a document; `sizes` are their characters."""
    for column in ("doc_id", "start", "end", last):
        if column not in table.columns:
            raise ValueError(f"no column {column!r}: a row needs doc_id, start, end and {last}")
    size = table["doc_id"].map(sizes).astype(float)  # an empty column is not of numbers
    if size.isna().any():
        unknown = table["doc_id"][size.isna()].iloc[0]
        raise ValueError(f"no document {unknown!r}: `tokens.doc_ids` lists all {len(sizes)}")
    wrong = ~((table["start"] >= 0) & (table["start"] < table["end"]) & (table["end"] <= size))
    if wrong.any():
        doc_id, start, end = table.loc[wrong, ["doc_id", "start", "end"]].iloc[0]
        raise ValueError(
            f"characters {start} to {end} are not in {doc_id!r}, which has {sizes[doc_id]}: "
            "use a table made from these documents"
        )


def _chosen(doc_ids: list[str], hits: Ints, documents: int | Sequence[str]) -> list[int]:
    """The rows of the documents to show; `hits` are their numbers of spans."""
    if isinstance(documents, int):
        if documents < 1 or not doc_ids:
            raise ValueError(f"{documents} of {len(doc_ids)} documents: show 1 or more")
        return sorted(np.argsort(-hits, kind="stable")[:documents].tolist())
    wanted = list(dict.fromkeys([documents] if isinstance(documents, str) else documents))
    if unknown := [doc_id for doc_id in wanted if doc_id not in doc_ids]:
        raise ValueError(f"no document {unknown[0]!r}: `tokens.doc_ids` lists all {len(doc_ids)}")
    if not wanted:
        raise ValueError("documents is empty: name one or more, or give their number")
    return [doc_ids.index(doc_id) for doc_id in wanted]


def _article(
    tokens: Tokens, row: int, spans: pd.DataFrame, repeats: pd.DataFrame, names: Sequence[str], characters: int
) -> _Article:
    """One document: its title, its text, and a line where it is cut."""
    about = tokens.corpus.documents.iloc[row]
    text = tokens.corpus.texts[row]
    own = tokens.corpus.segments[tokens.corpus.segments["doc_id"] == about["doc_id"]]
    segments = list(zip(own["kind"], own["start"].tolist(), own["end"].tolist(), strict=True))
    size = _shown(text, segments, characters)
    segments = [(kind, start, min(end, size)) for kind, start, end in segments if start < size]
    counted = [part for part in segments if part[0] != "boilerplate" or tokens.options["boilerplate"]]
    spans = spans[(spans["doc_id"] == about["doc_id"]) & (spans["end"] <= size)]
    repeats = repeats[(repeats["doc_id"] == about["doc_id"]) & (repeats["start"] < size)]
    grey, again = _grey(text, counted, size), _repeats(repeats, size)
    layers: list[Layer] = [(grey, lambda *_: ('<span class="g">', "</span>")), again, _matches(spans, names, size)]
    printed = _shown(text[:size], segments, PRINTED)
    of_all = f"of {len(text):,} characters"
    cut = f'<p class="l">… The first {size:,} {of_all}.</p>' if size < len(text) else ""
    cut += f'<p class="p">… The first {printed:,} {of_all}; the page has more.</p>' if printed < size else ""
    body = paragraphs(text[:size], segments, layers, printed=printed)
    markup = (
        f"<details open><summary>{_about(about)}</summary>"
        f'<div class="x" lang="{html.escape(about["language"])}">{body}</div>'
        f"{cut}</details>"
    )
    return _Article(
        markup,
        hits=np.bincount(spans["frame"].to_numpy(dtype=np.int64), minlength=len(names)),
        repeats=len(np.unique(again[0][again[0] >= 0])),
        negated="negated" in spans.columns and bool(spans["negated"].any()),
        grey=bool((grey >= 0).any()),
    )


def _matches(spans: pd.DataFrame, names: Sequence[str], size: int) -> Layer:
    """The matches of a document; one that is cut by another mark has its code at its end only."""
    owner = np.full(size, -1)
    called = [names[frame] for frame in spans["frame"]]
    titles = pd.Series(called, index=spans.index).groupby([spans["start"], spans["end"]], sort=False).agg(", ".join)
    spans = spans.drop_duplicates(["start", "end"])  # words that count for several frames have the colour of the first
    for number, (start, end) in enumerate(spans[["start", "end"]].to_numpy(dtype=np.int64).tolist()):
        if (owner[start:end] >= 0).any():
            doc_id = spans["doc_id"].iloc[number]
            raise ValueError(f"characters {start} to {end} of {doc_id!r} are in two spans: keep one of them")
        owner[start:end] = number
    frames = spans["frame"].tolist()
    negated = spans["negated"].tolist() if "negated" in spans.columns else [False] * len(spans)

    def tags(number: int, begins: bool, ends: bool) -> tuple[str, str]:
        kinds = f"f f{frames[number]}" + (" n" if negated[number] and begins else "") + ("" if ends else " c")
        said = html.escape(titles.iloc[number]) + (", negated" if negated[number] else "")
        return f'<mark class="{kinds}" title="{said}">', "</mark>"

    return owner, tags


def _repeats(repeats: pd.DataFrame, size: int) -> Layer:
    """The repeats of a document, each character with the most frequent one."""
    places = repeats[["start", "end", "count"]].to_numpy(dtype=np.int64)
    places = places[np.lexsort((-places[:, 1], places[:, 0], -places[:, 2]))]
    owner = np.full(size, -1)
    for number in range(len(places) - 1, -1, -1):  # the first is written last and stays
        owner[places[number, 0] : places[number, 1]] = number

    def tags(number: int, begins: bool, ends: bool) -> tuple[str, str]:
        often = f' data-n="{places[number, 2]}"' if ends else ""
        return f'<span class="r{" b" * begins}"{often}>', "</span>"

    return owner, tags


def _about(about: "pd.Series[Any]") -> str:
    """The line above a document: its title, or else its name, source and date."""
    date = "" if pd.isna(about["date"]) else f"{about['date']:%Y-%m-%d}"
    title = "" if pd.isna(about["title"]) else about["title"]
    parts = [title or about["doc_id"], about["source"], date]
    return " · ".join(f"<bdi>{html.escape(visible(str(part)))}</bdi>" for part in parts if part)


def _shown(text: str, segments: Sequence[tuple[str, int, int]], characters: int) -> int:
    """How many characters of `text` are shown."""
    if len(text) <= characters:
        return len(text)
    end = max((end for _, _, end in segments if end <= characters), default=0)
    if 2 * end >= characters:
        return end
    return next((place for place in range(characters, characters // 2, -1) if text[place].isspace()), characters)


def _grey(text: str, counted: Sequence[tuple[str, int, int]], size: int) -> Ints:
    """0 for each character outside the `counted` segments but for white space at their edges, else -1."""
    grey = np.full(size, -1)
    last = 0
    for _, start, end in [*counted, ("", size, size)]:
        gap = text[last:start]
        grey[last + len(gap) - len(gap.lstrip()) : last + len(gap.rstrip())] = 0
        last = end
    return grey


def _legend(articles: Sequence[_Article], names: Sequence[str], *, ranked: bool, total: int) -> str:
    """The switches with the counts, and what is shown, in words."""
    hits = np.sum([article.hits for article in articles], axis=0)
    repeats = sum(article.repeats for article in articles)
    switches = "".join(
        f'<label><input type="checkbox" class="s{number}" checked><b class="f f{number}">{html.escape(code)}</b> '
        f"<bdi>{html.escape(name)}</bdi> {hits[number]:,}</label>"
        for number, (name, code) in enumerate(zip(names, codes(names), strict=True))
        if hits[number]
    )
    if repeats:
        switches += (
            '<label><input type="checkbox" class="sr" checked><b class="r b" data-n="4">repeats</b> '
            f"{repeats:,} (×4: four times in all)</label>"
        )
    shown = f"{len(articles):,} of {total:,} document{'s' * (total != 1)}"
    if ranked and len(articles) < total:
        shown += ", those with the most matches" if hits.any() else ", the first ones"
    said = [shown + "; the numbers count what is shown."]
    if silent := [f"<bdi>{html.escape(name)}</bdi>" for name, found in zip(names, hits, strict=True) if not found]:
        said.append(f"Not found here: {', '.join(silent)}.")
    if any(article.negated for article in articles):
        said.append("¬ marks a match that is negated.")
    if any(article.grey for article in articles):
        said.append('<span class="g">Grey</span> was not counted.')
    switches = f"<legend>Show</legend>{switches}" if switches else ""
    return f'<fieldset class="k">{switches}<p>{" ".join(said)}</p></fieldset>'


def codes(labels: Sequence[str]) -> list[str]:
    """A short code for each label, no two the same: initials, with more letters or a number where these are taken.

    Words of up to three small letters are passed over unless they come first, and so is what is in parentheses.

    >>> codes(["Law and prosecution", "Local press", "Threat (not valid here)", "Threat", "جنگ", "—"])
    ['LP', 'LoP', 'Th', 'Thr', 'جن', '6']
    """
    found: dict[str, str] = {}  # by the code in small letters
    for place, label in enumerate(labels, 1):
        code = next(code for code in _candidates(label, place) if code.casefold() not in found)
        found[code.casefold()] = code
    return list(found.values())


def _candidates(label: str, place: int) -> Iterator[str]:
    words = _WORD.findall(regex.sub(r"\(.*?\)", "", label))
    words = [word for at, word in enumerate(words) if at == 0 or len(word) > 3 or word[0].isupper()]
    letters = [regex.findall(r"\X", word) for word in words[:CODE]]
    first, rest = (letters or [[]])[0], "".join(word[0].upper() for word in letters[1:])
    start = "".join(first[:1]).upper()
    for length in range(1 if rest else 2, CODE + 1) if first else ():
        yield start + "".join(first[1:length]) + rest
    for number in count(place):
        yield f"{start}{rest}{number}"


def style_sheet(names: Sequence[str]) -> str:
    """The style sheet: colours, code and off switch of each frame, then the rules of all views."""
    rules = []
    for number, (name, code) in enumerate(zip(names, codes(names), strict=True)):
        colour, line = HUES[number % len(HUES)], LINES[number % len(LINES)]
        rules.append(
            f".lafz-r .f{number}{{--b:{_mixed(colour, 255, 0.7)};--u:{line} {_mixed(colour, 0, 0.25)};"
            f"--c:{_css_text(code)};--l:{_css_text(f' ({name})')}}}"
            f".lafz-r:has(.s{number}:not(:checked)) .f{number}{{all:unset;--c:none;--n:none}}"
        )
    return "".join(rules) + style_rules("reading.css")


def _mixed(colour: str, with_level: int, share: float) -> str:
    """A colour with `share` of white (255) or black (0) in it."""
    levels = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(level + (with_level - level) * share):02x}" for level in levels)


def _css_text(text: str) -> str:
    """`text` as a CSS string; all but ASCII letters and digits is escaped, so that nothing ends the string or sheet."""
    letters = (letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):x} " for letter in text)
    return f'"{"".join(letters)}"'
