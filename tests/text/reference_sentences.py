"""The features of the sentence model, readable and slow. `analysis.text.boundaries` must equal it.

A feature is the number of its template and the atoms that the template names, apart by tabs; so are the lines of
``sentence_weights.tsv``, with the weight at the end.
"""

import itertools
import re
from functools import cache

from analysis.text import boundaries
from analysis.text.characters import character_classes
from analysis.text.known_words import ABBREVIATIONS, OPENINGS, SPEECH, STARTERS, TITLES

MARK_OF = {character: mark for mark, characters in boundaries._MARKS.items() for character in characters}
CLASSES = "oXxa9a"  # other, upper, lower, letter, digit, mark: the first classes of characters
END = set(".?!")
CLOSER = set("\"')")


@cache
def kind(c):
    """The kind of a character: X, x, a and 9, or the mark that it is taken for."""
    code = character_classes()[ord(c)]
    return MARK_OF.get(c) or (CLASSES[code] if code < len(CLASSES) else "o")


def kinds(text):
    return "".join(map(kind, text))


def is_word(k):
    return k in "Xxa9"


def bucket(n):
    return str(next((digit for digit, most in enumerate((0, 1, 2, 3, 5, 8, 12, 20, 40)) if n <= most), 9))


def squeezed(marks):
    """Four kinds, no more than two of a kind after each other."""
    kept, before = "", ""
    for k in kinds(marks):
        if not before.endswith(k * 2):
            kept += k
            before += k
    return kept[:4]


def lowered(text):
    return "".join(c.lower() if c.isascii() else "'" if c == "’" else c for c in text)


def ends(token):
    return kinds(token).rstrip("\"')")[-1:] in END if kinds(token).rstrip("\"')") else kinds(token)[0] in END


def runs(text):
    """The tokens of a paragraph: start and end."""
    for run in re.finditer("[^ ]+", kinds(text)):
        begin, (start, end) = run.start(), run.span()
        for i in range(start + 2, end):
            if end - start <= 256 and may_begin(text[start:end], i - start):
                yield begin, i
                begin = i
        yield begin, end


def may_begin(run, i):
    """Whether a sentence may begin inside a run of characters, as in "ended.The" or "why?because"."""
    k = kinds(run)
    if not (k[i] in "Xx(" or run[i] == "“") or k[i - 1] not in END | CLOSER:
        return False
    head = k[0] + k[1:i].rstrip('")')
    if head[-1] not in END:
        return False
    left = head.rstrip(".?!")
    if len(left) < 2:
        return False
    j = len(head) - 1
    single = len(left) == j and run[j] == "."
    if single:
        if k[i] == "x" or (left[-1] == "9" and k[i] != "X"):
            return False
        if not (left[-2:] == "xx" or left[-1] in ')"9'):
            return False
    if "@" in run or "/" in run:
        return False
    inner = [m for m in range(1, len(run) - 1) if run[m] == "." and m != j and is_word(k[m - 1]) and is_word(k[m + 1])]
    return not (single and inner)


def shape(core):
    if not core:
        return "0"
    k = kinds(core)
    if set(k) == {"9"}:
        return "9" if len(core) <= 2 else "99"
    rest = k[1:]
    if "@" in core or "/" in core:
        kept = "@"
    elif not rest:
        kept = "1"
    elif "9" in rest:
        kept = "9"
    elif "X" in rest and "x" not in rest:
        kept = "X"
    else:
        kept = "x" if "x" in rest and "X" not in rest else "m"
    return k[0] + kept + ("." if "." in core else "")


class Token:
    """What is known of a token."""

    def __init__(self, text, start, end):
        k = kinds(text[start:end])
        inside = [i for i, c in enumerate(k) if is_word(c)]
        first, last = (inside[0], inside[-1] + 1) if inside else (len(k), len(k))
        surface = text[start:end]
        self.start, self.end, self.surface, self.kinds = start, end, surface, k
        self.core, self.pre, self.tail = surface[first:last], surface[:first], surface[last:]
        self.word = lowered(self.core)
        self.exact = self.core.replace("’", "'")
        self.suffix = self.word[-3:]
        self.shape = shape(self.core)
        self.first = k[first] if inside else "0"
        self.opening, self.post = squeezed(self.pre), squeezed(self.tail)
        self.mark = self.post if inside else squeezed_after_word(surface)
        names = {self.exact, self.word}
        stem = re.split("['‘’‚`´ʼ]", self.exact)[0]
        if TITLES & names:
            self.abbreviation = "T"
        elif ABBREVIATIONS & names:
            self.abbreviation = "A"
        elif len(self.core) == 1 and self.first != "9":
            self.abbreviation = "I"
        elif "." in self.core:
            self.abbreviation = "D"
        else:
            self.abbreviation = "N" if self.core and set(kinds(self.core)) == {"9"} else "w"
        self.is_starter = bool(STARTERS & (names | {stem}))
        self.is_opening = self.is_starter or bool(OPENINGS & (names | {stem}))
        self.is_speech = bool(SPEECH & names)
        eyes = surface[0] in ":;=8" and surface[-1] in ")(DPp][/|"
        self.is_emoticon = 2 <= len(surface) <= 5 and (
            (eyes or surface.startswith("<3")) and surface[0].isascii() and surface[-1].isascii()
        )
        self.is_citation = re.fullmatch(r"\[(?:[9.,-]|\])*\]", self.citation_kinds()) is not None
        self.coarse = self._coarse()
        self.ends = ends(surface)

    def atoms(self):
        """The atoms of the token itself."""
        return {
            "word": self.word,
            "shape": self.shape,
            "mark": self.mark,
            "coarse": self.coarse,
            "abbreviation": self.abbreviation,
            "suffix": self.suffix,
            "first": self.first,
            "opening": self.opening,
            "post": self.post,
            "starter": bit(self.is_opening),
        }

    def citation_kinds(self):
        """The kinds of the token with its brackets as they are."""
        return "".join(c if c in "[]" else k for c, k in zip(self.surface, self.kinds, strict=True))

    def _coarse(self):
        marks, closer = "", ""
        for c in self.tail if self.core else self.surface:
            k = kind(c)
            if k == ".":
                marks = "d" if marks in (".", "d") or c == "…" else "."
            elif k in "?!":
                marks = "?"
            elif k in CLOSER:
                closer = '"' if k == "'" else k
            else:
                marks = k
        if not marks:
            marks, closer = closer or "0", ""
        return marks + closer + ("" if self.core else "W")


def squeezed_after_word(surface):
    return "W" + squeezed(surface)


def speaks(tokens, i):
    """Whether a name of at most five words and a verb of saying begin at a token."""
    for token, following in zip(tokens[i : i + 5], tokens[i + 1 : i + 6], strict=False):
        if token.first != "X" or token.is_starter:
            return False
        if following.is_speech:
            return True
    return False


def rule(tokens, i, since):
    """Whether a plain rule sees an end behind a token."""
    t, following = i, tokens[i + 1]
    if is_footnote(following) and i + 2 < len(tokens) and tokens[i + 2].is_opening and tokens[i].ends:
        return False
    if i and is_footnote(tokens[i]) and following.is_opening and tokens[i - 1].ends:
        return True
    while t > 0 and i - t < min(since - 1, 8) and (tokens[t].is_citation or tokens[t].is_emoticon):
        t -= 1
    token = tokens[t]
    if not token.ends:
        lone = tokens[i].kinds[-1] == "-" and not tokens[i].core
        return following.is_starter and lone and i > 0 and tokens[i - 1].kinds[-1] in "x-"
    first = following.first
    if following.is_citation or following.is_emoticon or first == "0":
        return False
    marks = token.kinds.rstrip("\"')") or token.kinds[0]
    closed = len(marks) < len(token.kinds)
    if marks[-1] != ".":
        return not (closed and (first == "x" or speaks(tokens, i + 1)))
    if token.coarse in ("d", "dW"):
        return first == "X" and not closed
    if closed:
        return first != "x"
    if len(marks) - 1 == len(token.pre) + len(token.core):
        known, length = token.abbreviation, len(token.core)
        if known == "T":
            return False
        if known == "I":
            return following.is_starter
        if known == "A" or (known == "D" and length <= 7):
            return following.is_opening
        if (known == "N" and since <= 1) or (first == "9" and length <= 3 and known != "N"):
            return False
    return True


def is_footnote(token):
    return token.shape in ("9", "99") and not token.pre and not token.tail


def bit(condition):
    return "1" if condition else "0"


def is_open(token, following):
    """Whether a sentence may begin at a gap."""
    return following.kinds[0] != "x" or not (is_word(token.kinds[-1]) or token.kinds[-1] in ",'")


class Followed:
    """What is followed from token to token of a paragraph."""

    def __init__(self, first):
        self.position = self.since_mark = 0
        self.straight, self.curly, self.brackets = False, 0, 0
        self.opened, self.apart = 0, False
        self.begin(first, "^")

    def begin(self, token, last):
        """A sentence begins with a token, the last one ended with the kind `last`."""
        self.first, self.since, self.last = token, 0, last

    def enter(self, token):
        self.position += 1
        self.since += 1
        self.since_mark += 1
        for c in "" if token.is_emoticon else token.surface:
            closed = not (self.straight or self.curly)
            self.straight ^= c == '"'
            self.curly = self.curly + 1 if c == "“" else max(0, self.curly - (c == "”"))
            self.brackets = self.brackets + 1 if c in "([" else max(0, self.brackets - (c in ")]"))
            if closed and (self.straight or self.curly):
                self.opened, self.apart = self.position, self.since > 1

    def quoted(self):
        """Where the open quotation began: where a sentence does (s) or inside it (m); in an earlier one, S or M."""
        if not (self.straight or self.curly):
            return "0"
        kind = "m" if self.apart else "s"
        return kind if self.opened > self.position - self.since else kind.upper()

    def atoms(self):
        return {
            "quote": ("q" if self.straight else "") + ("c" if self.curly else "") + ("(" if self.brackets else ""),
            "quoted": self.quoted(),
            "since": bucket(self.since),
            "since_mark": bucket(self.since_mark),
            "last": self.last,
        }


def likeness(token, first):
    """How a token is like the one with which the sentence before it began."""
    if token.shape != first.shape:
        return "0"
    if token.word == first.word:
        return "w"
    return "m" if token.opening == first.opening != "" else "x"


NO_TOKEN = dict.fromkeys("word mark post".split(), "") | {"shape": "0", "starter": "0"}


def gap_atoms(tokens, i, since):
    """The atoms of the gap behind a token: those of the tokens around it, and those that compare them."""
    near = {name: tokens[k] for k, name in enumerate(boundaries.NEIGHBOURS, i - 1) if 0 <= k < len(tokens)}
    atoms = {}
    for name in boundaries.NEIGHBOURS:
        values = near[name].atoms() if name in near else NO_TOKEN
        atoms |= {f"{name}_{column}".strip("_"): value for column, value in values.items()}
    ahead = next((k for k, t in enumerate(tokens[i + 1 :], 1) if t.ends), len(tokens) - 1 - i)
    return atoms | {
        "speech": bit(any(t.is_speech for t in tokens[i + 1 : i + 4])),
        "rule": bit(rule(tokens, i, since)),
        "next_end": bucket(ahead),
        "next_final": tokens[i + ahead].kinds[-1] if ahead <= 40 else "0",
    }


def gaps(text, is_boundary):
    """For each gap of a paragraph where a sentence may begin: the ends of the gap, and the features.

    ``is_boundary(position, features)`` says whether a sentence begins there: what follows depends on it.
    """
    tokens = [Token(text, start, end) for start, end in runs(text)]
    followed = Followed(tokens[0]) if tokens else None
    for i, (token, following) in enumerate(itertools.pairwise(tokens)):
        followed.enter(token)
        if is_open(token, following):
            atoms = followed.atoms() | gap_atoms(tokens, i, followed.since)
            atoms["likeness"] = likeness(following, followed.first)
            features = [
                "\t".join([str(k), *(atoms[name] for name in names)]) for k, names in enumerate(boundaries.TEMPLATES)
            ]
            yield token.end, following.start, features
            if is_boundary(following.start, features):
                followed.begin(following, token.kinds[-1])
        if token.ends:
            followed.since_mark = 0


@cache
def weights():
    lines = boundaries.WEIGHTS.read_text(encoding="utf-8").splitlines()
    return {
        feature: int(weight)
        for feature, _, weight in (line.rpartition("\t") for line in lines if not line.startswith("#"))
    }


def find_sentences_reference(paragraph):
    """The sentences of one English paragraph."""

    def begins(_, features):
        values = [weights().get(feature, 0) for feature in features]
        early = sum(values[: boundaries.EARLY])
        if boundaries.CLEAR <= early <= boundaries.SURE:
            return sum(values) > 0
        return early > boundaries.SURE

    cuts = [(end, start) for end, start, features in gaps(paragraph, begins) if begins(start, features)]
    places = list(runs(paragraph))
    if not places:
        return []
    starts = [places[0][0], *(start for _, start in cuts)]
    ends_ = [*(end for end, _ in cuts), places[-1][1]]
    return list(zip(starts, ends_, strict=True))
