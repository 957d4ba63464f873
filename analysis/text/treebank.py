"""The treebank word scheme: clitics and punctuation split off, as in the English Universal Dependencies treebanks.

This is NLTK's `NLTKWordTokenizer`, applied to a text in which tokens that it would cut are masked (addresses,
abbreviations, emoticons ...), and spaces inserted where it would not cut (hyphens, missing apostrophes ...). Masks
preserve length, and only white space is inserted, here and by NLTK. So the resulting tokens are aligned with the text
by their lengths, for any input.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from analysis.text.characters import APOSTROPHES
from analysis.text.known_words import ABBREVIATIONS, TITLES

Span = tuple[int, int]

# Abbreviations that always keep their period, besides those of the sentence splitter.
MORE_ABBREVIATIONS = frozenset("etc resp cont c v cal ste sts".split())

# Abbreviations that are also words or units, as which they count at the end of a sentence.
ALSO_WORDS = frozenset(
    "adv apt ark art ca ch cm col det ed est fig figs flt ft gen hon hr hrs ill ind inst kg km la lb lbs mar mass me "
    "min misc miss mm mo mon mph nos ore oz p para penn pp pt rep reps rev sat sec sq sun tech voc wash wed".split()
)

# Parts that keep their hyphen (non-human, vice-president, twisty-ness). All other hyphens are tokens.
PREFIXES = (
    "anti bi bio co counter cross cyber de e eco ex extra hyper infra inter intra macro mega micro mid mini mis mono "
    "multi neo non over pan para post pre pro proto pseudo quasi re semi sub super trans tri ultra un uni vice"
).split()
SUFFIXES = "esque fold less ness wise".split()

# A dotted name with one of these endings is an address, with any path behind it.
DOMAINS = "com org net edu gov mil int info biz co uk us eu au ca de fr in pk nz io tv".split()

# Tokens even if attached to a number: 70k, 10am, 8gb, 5bn.
UNITS = (
    "k m mn bn tn am pm mm cm km kg mg gb mb tb kw mw gw hz khz mhz ghz mph kph lb lbs oz ft hr hrs min mins sec secs "
    "yr yrs p"
).split()

# End of a sentence: U+001E counts as white space for `split`; some rules of NLTK need the plain spaces.
_END = " \x1e "
_AT_END = r"(?=[ ]\x1e[ ])"

# NLTK limits the time of each pattern to some seconds; portions of about this many characters stay far below.
_PORTION = 1 << 16
_PIECE = re.compile(rf"(?s:.){{1,{_PORTION}}}\S{{0,{_PORTION}}}")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # separate words like white space
_SPACES = np.array([code for code in range(0x10000) if chr(code).isspace()], dtype=np.uint32)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words)))


def _abbreviations(words: Iterable[str]) -> str:
    """A pattern for `words`, ignoring case for those in lower case."""
    small = {word for word in words if word.islower()}
    return f"(?:(?i:{_any_of(small)})|{_any_of(set(words) - small)})"


_ALWAYS_SHORT = {w for w in TITLES | ABBREVIATIONS | MORE_ABBREVIATIONS if w.lower() not in ALSO_WORDS}
_MOSTLY_SHORT = {w for w in TITLES | ABBREVIATIONS if w.lower() in ALSO_WORDS}

_APOSTROPHE = re.compile(rf"(?<=\w)[{APOSTROPHES}](?=[^\W\d_])|’(?=(?:s|d|m|re|ve|ll)(?!\w))")

# Tokens that begin with a letter or digit. The look-ahead, for speed, skips words without any of the signs.
_WHOLE_WORD = re.compile(
    rf"""(?<!\w)(?=\w*[-‐‑.@/&('’:+*%])(?:
      (?:https?|ftp)://(?:[^\s<>"“”()]|\([^\s()]*\))*(?<=[\w/=&%+)-])
    | www\.[^\s<>"“”()]*[\w/]
    | (?<![.+%-])\w[\w.+%-]*@[\w-]+(?:\.[\w-]+)*
    | (?<![.@-])(?:[\w-]+\.)+(?i:{_any_of(DOMAINS)})(?![\w-])(?:/[^\s<>"“”()]*[\w/])?
    | (?:\d{{1,3}}[-/])?(?:\d{{2,3}}-\d{{3}}|\d{{1,3}}|\d{{5}})-\d{{4}}(?![\w-])   # telephone, long postal code
    | \d{{4}}-\d\d?-\d\d?(?![\w-])                                      # 2005-03-09
    | \d*0['’]s(?!\w)                                                   # 80's
    | (?<!\.)[^\W\d_]{{1,2}}(?:\.[^\W\d_])+(?:\.|(?!\w))                # U.S., e.g., Ph.D
    | (?<![.'’-])(?:
          {_abbreviations(_ALWAYS_SHORT)}
        | {_abbreviations(_MOSTLY_SHORT)}(?!\.{_AT_END})
        | (?i:no?|pt)(?=\.\s*\d)                                        # No. 10
      )\.(?!\.\.|[a-z])
    | (?<![.'’-])(?i:{_any_of(PREFIXES)})[-‐‑]\w+
    | [^\W\d_]+[-‐‑](?:{_any_of(SUFFIXES)})(?!\w)
    | [A-Z]{{1,3}}&[A-Z]{{1,3}}(?!\w)                                   # AT&T
    | (?i:b/c|w/o?)(?!\w)
    | (?i:c['’]m(?=on(?!\w))|y['’](?=all(?!\w)))
    | [^\W\d_]+\*+[^\W\d_]+                                            # d*mn
    | \w+\(e?s\)                                                        # friend(s)
    )""",
    re.VERBOSE,
)

# Tokens that begin with a sign.
_WHOLE_SIGN = regex.compile(
    r"""(?=[^\w\s,])(?:
      (?<!\w)[\#@][\p{L}_][\w.]*(?<!\.)
    | (?<!\w)['’](?:\d0s|(?i:em|til|cause|cuz|bout|round|n['’]))(?!\w)  # '80s, 'em, 'n'
    | (?<!\w)['’][tT](?=(?i:is|was)(?!\w))
    | (?<![\w:;=])(?:[:;=]['’-]?[\[\]()DPpOo/|\\*]|<3)(?![\w/])         # :-)
    | \p{RI}{2} | \p{ExtPict}[\uFE0F\p{EMod}\U000E0020-\U000E007F]*+(?:\u200D\p{ExtPict}[\uFE0F\p{EMod}]*+)*+
    | ([-=_*~<>\#$/\\…]|(?<!\w)\+)\1+
    | [.!?]{2,}
    | (?<=\d)/-(?!\w)                                                  # Rs. 500/-
    )""",
    regex.VERBOSE | regex.VERSION1,
)

# Several tokens written as one word; each group is a token.
_FUSED = re.compile(
    rf"""\b(?:
      (?<![\w.,])(\d[\d.,]*)({_any_of(UNITS)})
    | (do|does|did|is|was|are|were|has|have|had|would|could|should|ca|ai)(nt)
    | (?-i:([Ii])(m|ve)) | (you|they)(re|ve) | (that|what|there|here|where)(s)
    | (out|lot)(ta) | (a)(lot) | (du)(n)(no)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)

# Signs that are tokens, but that NLTK leaves in the word.
_APART = regex.compile(
    rf"""
      (?<=[\p{{L}}.)])/ | /(?=\p{{L}})
    | -(?=[\w("“\p{{Sc}}]) | (?<!\w)~(?=\w) | (?<=\w)\+(?![\w+])
    | (?<!\d)[,:](?=\d)
    | (?<=[^\s.])\.{_AT_END}
    | (?<=[^\s.])(?<!(?<![\w'])\p{{L}})\.(?=["'”’»()\[\]}}>*]|\s++\P{{Ll}})   # not after an initial: J. Smith
    | (?<=\p{{Ll}}{{2}})\.(?=\p{{Lu}}\p{{Ll}})                              # the end.The next
    | (?<!\d)[٫٬] | [٫٬](?!\d)
    | [[\p{{P}}\p{{S}}]--[\x00-\x7f’٫٬]]\p{{M}}*+                           # NLTK knows hardly any outside ASCII
    """,
    regex.VERBOSE | regex.VERSION1,
)


def find_words(text: str, sentences: Sequence[Span]) -> list[Span]:
    """The character spans of the tokens inside `sentences`, sorted and disjoint spans of `text`.

    The tokens are sorted and disjoint, and cover all characters of the sentences except white space and control
    characters. Clitics (``do|n't``, ``can|not``, ``state|'s``), signs of punctuation or currency, runs of one sign
    (``...``, ``?!``), and hyphens and slashes between words (``15|-|year``, ``and|/|or``) are tokens; hyphens after a
    bound prefix are not (``non-human``). Addresses, #tags, @names, numbers, dates, emoticons, emoji and abbreviations
    stay whole. The conventions are those of the Universal Dependencies treebanks EWT and GUM
    (universaldependencies.org).

    >>> text = "The U.S. can’t pay $3.5bn (12%) for counter-attacks, said no-one at www.dawn.com."
    >>> " ".join(text[start:end] for start, end in find_words(text, [(0, len(text))]))
    'The U.S. ca n’t pay $ 3.5 bn ( 12 % ) for counter-attacks , said no - one at www.dawn.com .'
    """
    text = _CONTROL.sub(" ", text)
    lengths = [len(token) for portion in _portions(text, sentences) for token in _nltk().tokenize(_mend(portion))]
    ends = np.cumsum(lengths, dtype=np.int64)
    starts = ends - np.array(lengths, dtype=np.int64)
    visible = _visible_characters(text, sentences)
    return list(zip(visible[starts].tolist(), (visible[ends - 1] + 1).tolist(), strict=True))


def _portions(text: str, sentences: Iterable[Span]) -> Iterator[str]:
    """The sentences, each followed by `_END`, in portions. Only a sentence longer than a portion is cut."""
    pieces: list[str] = []
    size = 0
    for start, end in sentences:
        for piece in _PIECE.findall(text, start, end):
            if size + len(piece) > _PORTION:
                yield "".join(pieces)
                pieces, size = [], 0
            pieces.append(piece)
            size += len(piece)
        pieces.append(_END)
    yield "".join(pieces)


def _mend(portion: str) -> str:
    """Prepare a portion for NLTK, changing only masks and white space."""
    portion = _APOSTROPHE.sub("'", portion)
    portion = _WHOLE_WORD.sub(_mask, portion)
    portion = _WHOLE_SIGN.sub(_mask, portion)
    portion = _FUSED.sub(_with_spaces, portion)
    portion = _APART.sub(r" \g<0> ", portion)
    return portion.replace('"', "”")  # NLTK would write two characters for a straight double quote


@cache
def _nltk() -> Any:
    from nltk.tokenize import NLTKWordTokenizer  # imported late: it is slow to import

    return NLTKWordTokenizer()


def _mask(token: re.Match[str]) -> str:
    return f" {'X' * len(token[0])} "


def _with_spaces(fused: re.Match[str]) -> str:
    return " ".join(filter(None, fused.groups()))


def _visible_characters(text: str, sentences: Sequence[Span]) -> NDArray[np.int64]:
    """The positions of all characters inside `sentences` except white space."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    bounds = np.array(sentences, dtype=np.int64).reshape(-1, 2)
    steps = np.zeros(len(text) + 1, dtype=np.int8)
    np.add.at(steps, bounds[:, 0], 1)
    np.add.at(steps, bounds[:, 1], -1)
    inside = np.cumsum(steps[:-1], dtype=np.int8) > 0
    return np.flatnonzero(inside & ~np.isin(codes, _SPACES))
