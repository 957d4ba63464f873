"""Who is quoted: quotations and reported speech with their speakers."""

import weakref
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.core.compiled import Ints
from analysis.framing.syntax import word_classes as wc
from analysis.framing.syntax.clauses import Words
from analysis.framing.syntax.cues import speech_by_stretch
from analysis.framing.syntax.speech import Cue, Quote, Speech
from analysis.text.kernels import fold
from analysis.text.lookup import document_of, document_starts, first_sentences, sentence_in_document, word_at
from analysis.text.reading.metadata import read_table
from analysis.text.shards import shards
from analysis.text.tables import compact, rows_by_shard, table_of
from analysis.text.tokens import Tokens

WINDOW = 3  # sentences back in which a speaker is looked for
TERM = 4  # words of a quotation, below which one without a speaker is only a term in quotation marks
GIVEN = 2  # names before a surname

_PRONOUNS = frozenset("he she it they".split())
_NO_NAME = wc.INSTITUTION | wc.PLURAL | wc.DETERMINER | wc.PREPOSITION | wc.CONJUNCTION | wc.PRONOUN
COUNTS = ["statements", "quoted_words", "indirect_words"]

_Row = tuple[int, int, int, str, str, str]  # document, start, end, kind, speaker ("" for none), verb ("" for none)


def attributions(tokens: Tokens, *, aliases: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Find quotations and reported speech in the English documents: one row each, in text order.

    - ``doc_id``, ``sentence`` (from 0 in each document, of the row's first character), ``start``, ``end`` (characters);
    - ``kind``: "quoted", the words between quotation marks; "indirect", the clause after "X said (that)", "X asked
      why" or "according to X", or the sentence around ", X said,";
    - ``speaker``: as the text names it, or as `aliases` maps it ({"the premier": "Shehbaz Sharif"}, whatever the case
      and without a leading "the" or "a"); None if none is named nearby. Titles and offices are dropped ("Prime Minister
      Shehbaz Sharif"), and a surname becomes the full name if that came first in the document;
    - ``verb``: "said", "according to", or None without a verb.

    The speaker of a quotation is looked for next to it ("...," X said), then in its sentence, then in front of a colon.
    A quotation without a verb continues the speech before it, at most three sentences back in its paragraph, or in the
    sentence just before if it opens a paragraph. A pronoun stands for the last named speaker within three sentences if
    number and kind fit ("he" is no ministry, "they" no single person). Left out are quotations of fewer than four words
    that are no sentence and have no verb, and speech that is denied, planned or asked for.

    Raises `ValueError` for an alias with an empty name.

    >>> from analysis import read_text, tokenize
    >>> text = "“We will win,” Khan told reporters. He said that it was late. “No one knows how this ends.”"
    >>> attributions(tokenize(read_text(text)))[["start", "end", "kind", "speaker", "verb"]]
       start  end      kind speaker  verb
    0      1   13    quoted    Khan  told
    1     49   60  indirect    Khan  said
    2     63   90    quoted    Khan  None
    """
    names = {}
    for alias, name in (aliases or {}).items():
        if not _key_of(alias) or not name.strip():
            raise ValueError(f"alias {alias!r} for {name!r}: give both a name")
        names[_key_of(alias)] = name
    statements, verbs = zip(*(_speech_in(shard.tokens, names) for shard in shards(tokens)), strict=True)
    _last_verbs[:] = [(weakref.ref(tokens), table_of(verbs))]
    return table_of(statements)


_last_verbs: list[tuple[weakref.ref[Tokens], pd.DataFrame]] = []  # `reporting_verbs` of the last tokens


def reporting_verbs(tokens: Tokens) -> pd.DataFrame:
    """Find every verb that reports speech: doc_id, sentence, speaker, verb, and the verb's start and end.

    `attributions` finds them too; those of the last tokens are cached.
    """
    if not (_last_verbs and _last_verbs[0][0]() is tokens):
        attributions(tokens)
    return _last_verbs[0][1]


def _speech_in(tokens: Tokens, names: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of `attributions` and of `reporting_verbs` in a shard; `names` by the keys of their aliases."""
    rows: list[_Row] = []
    verbs, named, places = list[str](), list[str](), list[int]()
    for speech, cues in speech_by_stretch(tokens):
        speakers = speakers_of(speech, cues, names)
        rows += sorted(_quoted(speech, cues, speakers) + _indirect(speech, cues, speakers))
        named += speakers_of(speech, cues, {}) if names else speakers
        verbs += [speech.verb_text(cue) for cue in cues]
        places += [int(speech.words.token[cue.verb]) for cue in cues]
    place = np.array(places, dtype=np.int64)
    verb = compact(
        {
            "doc_id": tokens.doc_ids[document_of(tokens, place)],
            "sentence": sentence_in_document(tokens, place),
            "speaker": [name or None for name in named],
            "verb": verbs,
            "start": tokens.start[place],
            "end": tokens.end[place],
        }
    )
    return _attributed(tokens, rows), verb


def _attributed(tokens: Tokens, rows: list[_Row]) -> pd.DataFrame:
    """Return the table of `attributions` with these rows."""
    table = pd.DataFrame(rows, columns=["document", "start", "end", "kind", "speaker", "verb"])
    document, start, end = (table[name].to_numpy(dtype=np.int64) for name in ("document", "start", "end"))
    # A row may begin between two words: its sentence is the last that begins before it.
    base = document_starts(tokens)
    begins = base[tokens.sentence_document] + tokens.sentence_start
    sentence = np.searchsorted(begins, base[document] + start, side="right") - 1
    return compact(
        {
            "doc_id": tokens.doc_ids[document],
            "sentence": sentence - first_sentences(tokens)[document],
            "start": start,
            "end": end,
            "kind": table["kind"].tolist(),
            "speaker": [name or None for name in table["speaker"]],
            "verb": [verb or None for verb in table["verb"]],
        }
    )


def speaker_shares(
    table: pd.DataFrame, tokens: Tokens, by: str | None = None, *, most: int | None = None
) -> pd.DataFrame:
    """Count the words of each speaker of `attributions`: one row a speaker (and a group, with `by`).

    ``speaker`` (None: unattributed, the last row of its group); ``statements``: rows of `table`; ``quoted_words``:
    words between quotation marks; ``indirect_words``: words of reported clauses that are not also quoted; ``share``: of
    the quoted words of the group (0 to 1; 0 if nothing is quoted). Speakers that differ only in case or a leading "the"
    or "a" are one. Sorted by quoted words, then by indirect words. `most`: maximum number of rows, shared equally by
    the groups.

    Raises `ValueError` for an unknown column or a table of other documents.

    >>> from analysis import read_text, tokenize
    >>> text = "“We won,” Khan said. A mayor said it was late. It rained. It rained. The sun rose. “All of it is over.”"
    >>> tokens = tokenize(read_text(text))
    >>> speaker_shares(attributions(tokens), tokens)
       speaker  statements  quoted_words  indirect_words     share
    0     Khan           1             2               0  0.285714
    1  A mayor           1             0               3  0.000000
    2     None           1             5               0  0.714286
    """
    names, group = tokens.numbered_groups(by)
    named = ["group", "key", "speaker"]
    counted = []
    for shard, rows, document in rows_by_shard(table, tokens):
        speaker = rows["speaker"].astype(object).where(rows["speaker"].notna(), "").to_numpy()
        own = {"group": group[shard.document + document], "key": list(map(_key_of, speaker)), "speaker": speaker}
        counts = dict(zip(COUNTS, (1, *_count_words(rows, document, shard.tokens)), strict=True))
        counted.append(pd.DataFrame(own | counts).groupby(named, as_index=False).sum())
    forms = pd.concat(counted).groupby(named, as_index=False).sum()
    shares = forms.groupby(named[:2], as_index=False)[COUNTS].sum()
    often = forms.sort_values("statements", ascending=False, kind="stable").drop_duplicates(named[:2])
    unknown = shares["key"] == ""
    shares["speaker"] = often.sort_index()["speaker"].to_numpy(dtype=object)
    shares["speaker"] = shares["speaker"].astype(object).where(~unknown, None)
    total = shares.groupby("group")["quoted_words"].transform("sum")
    shares["share"] = shares["quoted_words"] / total.where(total > 0, 1)
    shares = shares.assign(unknown=unknown).sort_values(
        ["group", "unknown", "quoted_words", "indirect_words", "key"],
        ascending=[True, True, False, False, True],
        ignore_index=True,
    )
    if most is not None:
        listed = shares.groupby(["group", "unknown"]).cumcount() < max(1, most // len(names) - 1)
        shares = shares[listed].reset_index(drop=True)
    shares["group"] = np.array(names, dtype=object)[shares["group"]]
    columns = ["speaker", *COUNTS, "share"]
    return shares[columns] if by is None else shares.rename(columns={"group": by})[[by, *columns]]


def read_aliases(path: Path) -> dict[str, str]:
    """Read a CSV table of ``alias`` and ``name`` for `attributions`.

    Raises `ValueError` for a missing file or column, or an alias with two names.
    """
    table = read_table(path)
    if missing := [column for column in ("alias", "name") if column not in table.columns]:
        raise ValueError(f"{path.name} has no column {missing[0]!r}: give a CSV table of alias and name")
    names = dict(zip(table["alias"], table["name"], strict=True))
    for alias, name in zip(table["alias"], table["name"], strict=True):
        if names[alias] != name:
            raise ValueError(f"{path.name} has {alias!r} for {name!r} and for {names[alias]!r}: keep one")
    return names


def speakers_of(speech: Speech, cues: list[Cue], names: Mapping[str, str]) -> list[str]:
    """Return the speaker of each cue, pronouns and aliases resolved; "" without one."""
    words, sentence = speech.words, speech.sentence
    full = _full_names(speech, cues)
    found: list[str] = []
    named: tuple[int, int, str] | None = None  # document, sentence and phrase of the last named speaker
    for at, cue in enumerate(cues):
        here = sentence[cue.verb]
        if cue.speaker is None:
            follows = at > 0 and sentence[cues[at - 1].verb] == here
            found.append(found[-1] if follows else "")
            continue
        text = words.text(*cue.speaker)
        document = speech.document[cue.verb]
        if cue.joined:
            text = text.replace("’", "'").split("'")[0]
        if words.kinds[cue.speaker[0]] & wc.PERSONAL and cue.speaker[0] == cue.speaker[1]:
            near = named is not None and named[0] == document and here - named[1] <= WINDOW
            if near and named is not None and text.lower() in _PRONOUNS and _fits(text.lower(), named[2]):
                text = named[2]
        else:
            known = names.get(_key_of(text))
            first, last = _person(words, *cue.speaker)
            if known is None and not cue.joined and first <= last:
                alone = (document, words.types[last]) if first == last else None
                text = full.get(alone, text) if alone else words.text(first, last)
            named = (document, here, known or text)
        found.append(names.get(_key_of(text), text))
    return found


def _person(words: Words, first: int, last: int) -> tuple[int, int]:
    """Return the first and last word of the name that ends a phrase, without its title; first > last without one."""
    begin = last + 1
    while begin > first and words.is_capital(begin - 1) and not _is_title(words, begin - 1):
        if words.kinds[begin - 1] & _NO_NAME:
            break
        begin -= 1
    led = words.kinds[first:begin]
    if any(kind & (wc.PREPOSITION | wc.CONJUNCTION) for kind in led):
        return last + 1, last
    if begin == last and led and not _is_title(words, last - 1):
        return last + 1, last
    # The whole phrase where nothing but an article precedes the name: "the New York Times" is nobody's.
    return (first, last) if len(led) == 1 and led[0] & wc.DETERMINER else (begin, last)


def _is_title(words: Words, word: int) -> bool:
    """Whether a word is a title or an office: "Mr", "Gen.", "Ambassador"."""
    return bool(words.kinds[word] & wc.TITLE) or words.types[word].rstrip(".") in wc.word_lists()["title"]


def _full_names(speech: Speech, cues: list[Cue]) -> dict[tuple[int, str], str]:
    """Return the full name for (document, surname) if the surname first appears in it."""
    words = speech.words
    ids = words.tokens.ids[words.token]
    phrases = [cue.speaker for cue in cues if cue.speaker is not None]
    surnames = [last for first, last in phrases if _person(words, first, last) == (last, last)]
    seen: dict[tuple[int, str], str] = {}
    for place in np.flatnonzero(np.isin(ids, ids[surnames])).tolist():
        key = speech.document[place], words.types[place]
        if key not in seen:
            begin = place
            while place - begin < GIVEN and not words.marks[begin]:
                before = begin - 1
                known = words.kinds[before] & ~wc.INTRANSITIVE
                if known or not words.is_capital(before) or _is_title(words, before):
                    break
                begin = before
            seen[key] = words.text(begin, place) if begin < place and words.is_capital(place) else ""
    return {key: name for key, name in seen.items() if name}


def _fits(pronoun: str, phrase: str) -> bool:
    """Whether a pronoun can stand for a speaker: "they" for several or a body, "it" for a body, "he" for a person."""
    bits = wc.classes([word.strip(".,") for word in fold(phrase).split()]).tolist()
    ends = (at for at in range(len(bits) - 1) if bits[at + 1] & (wc.PREPOSITION | wc.CLAUSE))
    head = next(ends, len(bits) - 1)
    many = wc.is_plural(fold(phrase).lower().split()[head], bits[head])
    many = many and not phrase.split()[head][0].isupper()  # "Williams", "Reuters"
    body = bool(bits[head] & wc.INSTITUTION)
    if pronoun == "they":
        return many or body
    if pronoun == "it":
        return not many and (body or len(bits) == 1)
    return not many and not body


def _quoted(speech: Speech, cues: list[Cue], speakers: list[str]) -> list[_Row]:
    """Return a row for each quotation that is speech."""
    rows: list[_Row] = []
    last: tuple[int, str, int] | None = None  # paragraph, speaker and last sentence of the speech before
    spoken = [(cue.verb, speaker) for cue, speaker in zip(cues, speakers, strict=True)]
    at = 0
    document = -1
    for quote in speech.quotes:
        if quote.document != document:
            document, last = quote.document, None
        while at < len(spoken) and spoken[at][0] < quote.first:
            verb, speaker = spoken[at]
            if speaker and speech.document[verb] == document:
                last = (speech.paragraph[verb], speaker, speech.sentence[verb])
            at += 1
        chosen = speech.cue_of(quote, cues)
        speaker, verb_text = "", ""
        if chosen is not None:
            speaker, verb_text = speakers[chosen], speech.verb_text(cues[chosen])
        elif (label := speech.label(quote)) is not None:
            speaker = label
        elif last is not None and _continues(speech, quote, last[0], last[2]):
            speaker = last[1]
        if speaker:
            last = (speech.paragraph[quote.last], speaker, speech.sentence[quote.last])
        # Without a verb, speech is a sentence or at least `TERM` words.
        ending = speech.words.tokens.corpus.texts[document][quote.start : quote.end].rstrip()[-1:]
        is_sentence = ending in ".?!…" and (speech.ends(quote.first) or speech.after_colon(quote))
        if chosen is not None or is_sentence or quote.last - quote.first + 1 >= TERM:
            rows.append((quote.document, quote.start, quote.end, "quoted", speaker, verb_text))
    return rows


def _continues(speech: Speech, quote: Quote, paragraph: int, sentence: int) -> bool:
    """Whether a quotation continues the speech that ended in a paragraph and sentence before it."""
    first = quote.first
    if speech.document[first - 1] != quote.document:
        return False
    if speech.paragraph[first] == paragraph or quote.continues:
        return speech.sentence[first] - sentence <= WINDOW
    return speech.paragraph[first] != speech.paragraph[first - 1] and sentence == speech.sentence[first - 1]


def _indirect(speech: Speech, cues: list[Cue], speakers: list[str]) -> list[_Row]:
    """Return a row for each reported clause that is not all in quotation marks."""
    rows = []
    words = speech.words
    for at in range(len(cues)):
        span = speech.clause(at, cues)
        if span is None or all(speech.inside[span[0] : span[1] + 1]):
            continue
        start, end, verb = int(words.start[span[0]]), int(words.end[span[1]]), speech.verb_text(cues[at])
        rows.append((speech.document[span[0]], start, end, "indirect", speakers[at], verb))
    return rows


def _key_of(name: str) -> str:
    """Normalize a speaker's name for comparison: lower case, single blanks, no leading article."""
    words = fold(name).lower().split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)


def _count_words(table: pd.DataFrame, document: Ints, tokens: Tokens) -> Ints:
    """Count the quoted words of each row, and the reported ones that are not quoted; each word counts once."""
    first, last = (word_at(tokens, document, table[side].to_numpy()) for side in ("start", "end"))
    # Mark punctuation as taken, so that it never counts.
    taken = (wc.classes(tokens.vocabulary) < 0)[tokens.ids]
    taken |= np.repeat(tokens.languages != "en", np.diff(tokens.document_offsets))
    counts = np.zeros((2, len(table)), dtype=np.int64)
    for kind, name in enumerate(("quoted", "indirect")):
        for row in np.flatnonzero((table["kind"] == name).to_numpy()):
            span = slice(first[row], last[row])
            counts[kind, row] = (~taken[span]).sum()
            taken[span] = True
    return counts
