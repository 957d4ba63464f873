"""Quotations: which cue names the speaker of each, and which words a cue reports."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from analysis.framing.syntax import word_classes as wc
from analysis.framing.syntax.clauses import Words
from analysis.text.lookup import sentence_of

NEAR = 12  # words between a quotation and its verb
LABEL = 6  # words of a speaker in front of a colon
_MARKS = re.compile(r"""["“”„«»‘’‚']""")
_DOUBLE = '"“”„«»'
_CLIPPED = re.compile(r"(?:\d|tis\b|twas\b|em\b|til\b|cause\b|round\b|n\b)", re.IGNORECASE)  # "'tis", "'90s"


class Quote(NamedTuple):
    """A quotation by its words and characters; `continues`: from the paragraph before."""

    first: int
    last: int
    document: int
    start: int
    end: int
    continues: bool


class Cue(NamedTuple):
    """A verb of speaking with its speaker."""

    first: int  # of the words of speaker and verb
    verb: int
    last: int
    speaker: tuple[int, int] | None  # first and last word, None if it is that of the cue before
    form: str  # the speech follows the verb ("after"), surrounds the cue ("around"), or is a quotation ("quote")
    content: int  # first word of speech that follows the verb
    joined: bool  # speaker and verb are one word: "he's"


class Speech(NamedTuple):
    """Words and the quotations among them."""

    words: Words
    bounds: list[int]  # the first word of each sentence, and the number of words
    quotes: list[Quote]
    inside: list[bool]  # of each word whether it is quoted; then its sentence, paragraph and document
    sentence: list[int]
    paragraph: list[int]
    document: list[int]

    def ends(self, word: int) -> bool:
        """Whether a sentence ends before `word`."""
        return word == len(self.sentence) or word == 0 or self.sentence[word] != self.sentence[word - 1]

    def goes_on(self, word: int) -> bool:
        """Whether a word of the same document precedes the word."""
        return word > 0 and self.document[word] == self.document[word - 1]

    def verb_text(self, cue: Cue) -> str:
        """Return the verb as tables name it."""
        according = self.words.kinds[cue.verb] & wc.ACCORDING
        return "according to" if according else self.words.types[cue.verb]

    def between(self, word: int) -> str:
        """Return the text between a word and the one before it in its document."""
        if not self.goes_on(word):
            return ""
        text = self.words.tokens.corpus.texts[self.document[word]]
        return text[self.words.end[word - 1] : self.words.start[word]]

    def cue_of(self, quote: Quote, cues: list[Cue]) -> int | None:
        """Return the number of the cue that names the speaker of a quotation, None if there is none."""
        adjacent = self._adjacent(quote, cues)
        if adjacent is not None:
            return adjacent
        near = [(at, cue.verb, self.sentence[cue.verb]) for at, cue in _around(cues, quote)]
        sentence, last = self.sentence[quote.first], self.sentence[quote.last]
        found = [at for at, verb, own in near if verb < quote.first and own == sentence][-1:]
        found += [at for at, verb, own in near if verb > quote.last and own == last][:1]
        if self.after_colon(quote):  # which ends the sentence before
            before = self.sentence[quote.first - 1]
            found += [at for at, verb, own in near if verb < quote.first and own == before][-1:]
        return found[0] if found else None

    def _adjacent(self, quote: Quote, cues: list[Cue]) -> int | None:
        """Return the cue right after a quotation: ``"..." he said``."""
        if quote.last + 1 >= len(self.document) or self.document[quote.last + 1] != quote.document:
            return None
        text = self.words.tokens.corpus.texts[quote.document]
        ending = text[quote.start : quote.end].rstrip()[-1:]
        for at, cue in _around(cues, quote):
            if not quote.last < cue.first <= quote.last + 2 or cue.verb - quote.last > NEAR:
                continue
            if self.paragraph[cue.verb] != self.paragraph[quote.last]:
                return None
            new = self.between(quote.last + 1).lstrip("”\"'’»").startswith(".")
            reports = cue.form == "after" and ending != ","
            return None if new or reports else at
        return None

    def after_colon(self, quote: Quote) -> bool:
        """Whether a colon precedes a quotation."""
        first = quote.first
        return first > 0 and self.document[first - 1] == quote.document and ":" in self.between(first)

    def label(self, quote: Quote) -> str | None:
        """Return the speaker in front of a colon, as in a transcript: ``Khan: "..."``."""
        if not self.after_colon(quote):
            return None
        last = first = quote.first - 1
        while first > 0 and not self.words.marks[first] and last - first < LABEL:
            first -= 1
        plain = not any(kind & (wc.CLAUSE | wc.SPEECH) for kind in self.words.kinds[first : last + 1])
        starts = self.ends(first)
        return self.words.text(first, last) if starts and plain and self.words.is_capital(first) else None

    def clause(self, at: int, cues: list[Cue]) -> tuple[int, int] | None:
        """Return the first and last word of the clause that a cue reports, None if it reports no clause."""
        cue = cues[at]
        if cue.form == "quote":
            return None
        here = self.sentence[cue.verb]
        previous = cues[at - 1] if at and self.sentence[cues[at - 1].verb] == here else None
        following = cues[at + 1] if at + 1 < len(cues) and self.sentence[cues[at + 1].verb] == here else None
        begins = self.bounds[bisect_right(self.bounds, cue.first) - 1]  # the sentence of the cue
        first = cue.content if cue.form == "after" else previous.last + 1 if previous else begins
        last = cue.last if cue.form == "after" else cue.first - 1
        if not self.ends(last + 1):
            stop = self.bounds[bisect_right(self.bounds, last + 1)]
            last = max(last, (stop if following is None else min(stop, following.first)) - 1)
        if cue.form == "around" and last == cue.last:
            last = cue.first - 1
        kinds = self.words.kinds
        while first < last and kinds[first] & wc.CONJUNCTION:
            first += 1
        while last > first and kinds[last] & (wc.CONJUNCTION | wc.SUBORDINATE | wc.RELATIVE) and following:
            last -= 1
        return (first, last) if first <= last else None


def _around(cues: list[Cue], quote: Quote) -> list[tuple[int, Cue]]:
    """Return the cues near a quotation with their numbers."""
    low = bisect_left(cues, quote.first, key=lambda cue: cue.verb)
    stop = bisect_right(cues, quote.last + 60, lo=low, key=lambda cue: cue.verb)
    return list(enumerate(cues[max(low - 4, 0) : stop], max(low - 4, 0)))


def speech_of(words: Words) -> Speech:
    """Find the quotations among words."""
    tokens, document, start = words.tokens, words.document, words.start
    sentence = sentence_of(tokens, words.token)
    paragraph = tokens.sentence_segment[sentence]
    first_words = np.flatnonzero(np.diff(sentence, prepend=-1))
    held, first_word = np.unique(document[first_words], return_index=True)
    lines = np.append(first_word, len(first_words)).tolist()  # of sentences that have words
    bounds = np.append(first_words, len(document)).tolist()
    segments = tokens.corpus.segments
    begins, stops = segments["start"].to_numpy(), segments["end"].to_numpy()
    inside = np.zeros(len(words.token), dtype=bool)
    quotes = []
    for row, d in enumerate(held.tolist()):
        own = slice(bounds[lines[row]], bounds[lines[row + 1]])
        paragraphs = np.unique(paragraph[first_words[lines[row] : lines[row + 1]]])
        spans = zip(begins[paragraphs].tolist(), stops[paragraphs].tolist(), strict=True)
        for found in quotations(tokens.corpus.texts[d], spans):
            first, stop = (own.start + np.searchsorted(start[own], [found.start, found.end])).tolist()
            if first < stop:
                quotes.append(Quote(first, stop - 1, d, found.start, found.end, found.continues))
                inside[first:stop] = True
    return Speech(words, bounds, quotes, inside.tolist(), sentence.tolist(), paragraph.tolist(), document.tolist())


class Quotation(NamedTuple):
    """The characters between two quotation marks; `continues`: from the paragraph before."""

    start: int
    end: int
    continues: bool


def quotations(text: str, paragraphs: Iterable[tuple[int, int]]) -> list[Quotation]:
    """Return the quotations in the `paragraphs` (start, end) of a text, without their marks, in order.

    A quotation inside another belongs to the outer one. An unclosed quotation ends with its paragraph, and continues in
    the next if that begins with an opening mark. A single mark opens one only if it can be no apostrophe.

    >>> text = "“It’s ‘over’,” he said. 'No,' said Ann, 'it isn't.'"
    >>> [text[q.start : q.end] for q in quotations(text, [(0, len(text))])]
    ['It’s ‘over’,', 'No,', "it isn't."]
    """
    found: list[Quotation] = []
    left_open = False
    for start, end in paragraphs:
        own, still_open = _in_paragraph(text, start, end)
        if own and left_open and not text[start : own[0].start].strip("\"“‘„«' \t\n"):
            own[0] = own[0]._replace(continues=True)
        found += own
        left_open = still_open
    return found


def _in_paragraph(text: str, start: int, end: int) -> tuple[list[Quotation], bool]:
    """Return the quotations of one paragraph, and whether the last is left open."""
    found: list[Quotation] = []
    opened: int | None = None
    passed = start  # end of the last single quotation
    for mark in _MARKS.finditer(text, start, end):
        place = mark.start()
        if place < passed:
            continue
        sign = mark.group()
        if opened is not None:
            if sign in _DOUBLE and _closes(text, place, opened):
                found.append(Quotation(opened + 1, place, False))
                opened = None
        elif not _opens(text, place, start, end):
            continue
        elif sign in _DOUBLE:
            opened = place
        elif (closing := _single_end(text, place, end)) is not None:
            found.append(Quotation(place + 1, closing, False))
            passed = closing + 1
    if opened is not None:
        found.append(Quotation(opened + 1, end, False))
    return found, opened is not None


def _opens(text: str, place: int, start: int, end: int) -> bool:
    """Whether a mark can open a quotation: space or a bracket before it, a word after it."""
    before = text[place - 1] if place > start else " "
    after = text[place + 1] if place + 1 < end else " "
    if text[place] in "“„«":
        return True
    return (before.isspace() or before in "([{—–-/:") and not after.isspace()


def _closes(text: str, place: int, opened: int) -> bool:
    """Whether a double mark closes the quotation at `opened`."""
    sign = text[place]
    if sign == '"':
        # A straight mark before a word and after a blank opens one inside.
        return text[opened] == '"' or not text[place - 1].isspace()
    return sign in "”»" or (sign == "“" and text[opened] == "„")


def _single_end(text: str, place: int, end: int) -> int | None:
    """Return the mark that closes a single quotation: the first that is no apostrophe, else one after a plural "s"."""
    if _CLIPPED.match(text, place + 1):
        return None
    closing = "’'" if text[place] == "‘" else text[place] if text[place] == "'" else "’‘"
    plural = None
    for at in range(place + 2, end):
        after = text[at + 1] if at + 1 < end else " "
        if text[at] not in closing or after.isalnum():
            continue
        if text[at - 1] != "s" or not after.isspace() or at + 1 == end:
            return at
        plural = at if plural is None else plural  # "the soldiers' camp"
    return plural
