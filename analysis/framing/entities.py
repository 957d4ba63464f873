"""Named entities: persons, bodies and places, with the variants of a name merged."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.framing.frames import on_one_line
from analysis.framing.syntax import parser
from analysis.framing.syntax.word_classes import word_lists
from analysis.text.kernels import fold
from analysis.text.lookup import first_sentences
from analysis.text.shards import Shard, shards
from analysis.text.tables import compact, documents_of, table_of
from analysis.text.tokens import Tokens

Form = tuple[str, ...]  # the words of a name, normalized for comparison

PERSON = "PERSON"
SHORTENED = (PERSON, "ORG")  # kinds whose names may be shortened; Punjab is not South Punjab
NUMBERS = frozenset("DATE TIME PERCENT MONEY QUANTITY ORDINAL CARDINAL".split())

_ARTICLES = frozenset("the a an".split())
_SMALL = frozenset("of the and for in on to &".split())
_MARKS = "\"'“”‘’«»()[]{},;:.!?…-–—"
_ACRONYM = re.compile(r"(?:[A-Z]\.?){2,6}")


def entity_mentions(tokens: Tokens) -> pd.DataFrame:
    """Find every mention of a named entity in the paragraphs of the English documents, in text order.

    Columns: ``doc_id``, ``sentence`` (from 0 in each document), ``entity`` (its full name), ``kind``, ``text`` (as
    printed), ``start``, ``end`` (characters). Names and kinds are those of spaCy's small English model (PERSON; ORG;
    GPE, a country or town; NORP, a people, faith or party; LOC, FAC, EVENT, LAW, PRODUCT, WORK_OF_ART, LANGUAGE),
    without dates and numbers. Titles and headings are skipped, since capitals mislead the model. Mentions are merged:

    - Case, articles, possessives, a final parenthesis, periods of an acronym and titles of persons ("Mr.") don't
      count. A form has its most frequent kind in the corpus.
    - A PERSON or ORG is merged with the longer form of its kind that contains its words in a row ("Khan" with "Imran
      Khan"), if all such forms in the document, or else in the corpus, are forms of one name.
    - An acronym is merged in the same way with the one name, of any kind but PERSON, with these initials, small words
      like *of* aside ("PTA" with "Pakistan Telecommunication Authority").

    Pronouns are not resolved. Raises `ModuleNotFoundError` without the extra ``syntax``.

    >>> from analysis import read_text, tokenize
    >>> found = entity_mentions(tokenize(read_text("Barack Obama spoke in Chicago. Then Mr. Obama met Angela Merkel.")))
    >>> found[["entity", "kind", "text"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['Barack Obama', 'PERSON', 'Barack Obama'], ['Chicago', 'GPE', 'Chicago'], ['Barack Obama', 'PERSON', 'Obama'],
     ['Angela Merkel', 'PERSON', 'Angela Merkel']]
    """
    return merge_mentions(table_of(_found(shard) for shard in shards(tokens)))


def merge_mentions(found: pd.DataFrame) -> pd.DataFrame:
    """Add ``entity`` to mentions (doc_id, sentence, kind, text, start, end) by the rules of `entity_mentions`.

    Mentions without a word besides articles and titles are dropped.

    >>> found = pd.DataFrame({"doc_id": "a", "sentence": [0, 0, 1], "kind": "ORG", "start": [0, 40, 60]})
    >>> found = found.assign(end=[36, 43, 64], text=["the Pakistan Telecommunication Authority", "PTA", "PTA’s"])
    >>> merge_mentions(found)["entity"].unique().tolist()
    ['Pakistan Telecommunication Authority']
    """
    plain = [_plain(text, kind == PERSON) for text, kind in zip(found["text"], found["kind"], strict=True)]
    found = found.assign(plain=plain)[np.array(plain, dtype=object) != ""].reset_index(drop=True)
    found["form"] = [_form(words) for words in found["plain"]]
    kinds = _commonest(found, "form", "kind")
    acronyms = {_form(words) for words in set(found["plain"]) if _ACRONYM.fullmatch(words)}
    in_corpus = _longer(kinds, kinds, acronyms)
    full: dict[Any, Form] = {}  # by document and form
    for doc_id, forms in found.groupby("doc_id", sort=False)["form"]:
        own = set(forms)
        longer = _longer(own, kinds, acronyms)
        for form in own:
            whole = longer.get(form, form)
            full[doc_id, form] = in_corpus.get(whole, whole)
    printed = _commonest(found, "form", "plain")
    whole_forms = [full[key] for key in zip(found["doc_id"], found["form"], strict=True)]
    entity = {"entity": [printed[form] for form in whole_forms], "kind": [kinds[form] for form in whole_forms]}
    columns = [found[["doc_id", "sentence"]], compact(entity), found[["text", "start", "end"]]]
    return pd.concat(columns, axis=1)


def entities(mentions: pd.DataFrame, tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """Count the mentions of each entity, from a table of `entity_mentions`: one row an entity (and a group, with `by`).

    ``entity``; ``kind``; ``count``: mentions; ``per_1000_words``: a thousand running words (of the group);
    ``documents``: document frequency; ``variants``: as printed, most frequent first. Most mentions first. Raises
    `ValueError` for an unknown column or a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> tokens = tokenize(read_text("Barack Obama spoke in Chicago. Then Mr. Obama met Angela Merkel."))
    >>> entities(entity_mentions(tokens), tokens)[["entity", "count", "variants"]].values.tolist()
    [['Barack Obama', 2, 'Barack Obama; Obama'], ['Angela Merkel', 1, 'Angela Merkel'], ['Chicago', 1, 'Chicago']]
    """
    labels, group = tokens.numbered_groups(by)
    words = np.bincount(group, np.diff(tokens.document_offsets), len(labels))
    own = mentions.assign(group=group[documents_of(mentions, tokens)])
    rows = own.groupby(["group", "entity", "kind"])

    def variants(texts: pd.Series) -> str:
        counts = texts.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
        return "; ".join(counts.index)

    table = rows.agg(count=("text", "size"), documents=("doc_id", "nunique"), variants=("text", variants))
    table = table.reset_index()
    table.insert(4, "per_1000_words", 1000 * table["count"] / words[table["group"]])
    table = table.sort_values(["group", "count", "entity"], ascending=[True, False, True], ignore_index=True)
    numbers = table.pop("group")
    if by is not None:
        table.insert(0, by, np.array(labels, dtype=object)[numbers])
    return table


def _found(shard: Shard) -> pd.DataFrame:
    """Return the mentions in a shard, before they are merged."""
    tokens = shard.tokens
    paragraphs = (tokens.corpus.segments["kind"] == "paragraph").to_numpy()
    table = parser.names(tokens, paragraphs[tokens.sentence_segment])
    table = table[~table["kind"].isin(NUMBERS)]
    document = table["document"].to_numpy(dtype=np.int64)
    sentence = table["sentence"].to_numpy(dtype=np.int64)
    start, end = table["start"].to_numpy(dtype=np.int64), table["end"].to_numpy(dtype=np.int64)
    columns = {
        "doc_id": [tokens.doc_ids[row] for row in document],
        "sentence": sentence - first_sentences(tokens)[document],
        "kind": table["kind"].tolist(),
        "text": on_one_line(tokens, document, start, end),
        "start": start,
        "end": end,
    }
    return compact(columns)


def _plain(text: str, is_person: bool) -> str:
    """Strip a name of articles, a person's titles, marks around it, a possessive and a parenthesis.

    >>> [_plain(text, True) for text in ("Prime Minister Imran Khan’s", "the “Doctor”", "the", "’s")]
    ['Imran Khan', 'Doctor', '', '']
    """
    whole = fold(text.lstrip(_MARKS).partition("(")[0], lowercase=False).rstrip(f"{_MARKS} ")
    words = re.sub("'s$", "", whole, flags=re.IGNORECASE).split()
    before = _ARTICLES | word_lists()["title"] if is_person else _ARTICLES
    while words and words[0].lower().rstrip(".") in before and (len(words) > 1 or words[0].lower() in _ARTICLES):
        words = words[1:]
    plain = " ".join(words).strip(_MARKS)
    if "." in plain and _ACRONYM.fullmatch(plain):
        return f"{plain}."  # the last period of U.S. belongs to it
    return plain if len(plain) > 1 else ""


def _form(plain: str) -> Form:
    """Normalize a name for comparison."""
    return tuple((plain.replace(".", "") if _ACRONYM.fullmatch(plain) else plain).lower().split())


def _commonest(found: pd.DataFrame, key: str, value: str) -> dict[Form, str]:
    """Return the most frequent `value` of each `key`, of several the last by code point (with fewer capitals)."""
    counts = found.groupby([key, value]).size().reset_index(name="n")
    counts = counts.sort_values([key, "n", value], ascending=[True, False, False]).drop_duplicates(key)
    return dict(zip(counts[key], counts[value], strict=True))


def _longer(forms: Collection[Form], kinds: Mapping[Form, str], acronyms: Collection[Form]) -> dict[Form, Form]:
    """Return the full form of each form that is part of one of `forms`, or its acronym, if it is unambiguous."""
    having: defaultdict[str, set[Form]] = defaultdict(set)
    beginning: defaultdict[str, list[Form]] = defaultdict(list)
    for form in forms:
        for word in form:
            having[word].add(form)
        if kinds[form] != PERSON:
            beginning["".join(word[0] for word in form if word not in _SMALL)].append(form)
    found: dict[Form, Form] = {}
    for form in forms:
        candidates: set[Form] = set()
        if kinds[form] in SHORTENED:
            with_rarest_word = having[min(form, key=lambda word: len(having[word]))]
            candidates = {one for one in with_rarest_word if kinds[one] == kinds[form] and _has(one, form)}
        if form in acronyms and kinds[form] != PERSON:
            candidates.update(beginning[form[0]])
        longest = max(sorted(candidates - {form}), key=len, default=None)
        if longest and all(_has(longest, one) for one in candidates - {form}):
            found[form] = longest
    return found


def _has(longer: Form, form: Form) -> bool:
    """Whether the words of `form` follow one another in `longer`."""
    return any(longer[at : at + len(form)] == form for at in range(len(longer) - len(form) + 1))
