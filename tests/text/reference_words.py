"""The definition of a word of the frequency scheme, readable and slow. `analysis.text.kernels` must equal it.

Classes are spelled out from `unicodedata` instead of ``\\p{L}``, since the `regex` module carries a version of
Unicode of its own.
"""

import itertools
import sys
import unicodedata

import regex


def _ranges(*categories):
    """The inside of a regex character class: every code point whose general category begins so, but one.

    U+02BC, the modifier letter apostrophe, is a letter to Unicode and an apostrophe here.
    """
    points = (
        p for p in range(sys.maxunicode + 1) if unicodedata.category(chr(p)).startswith(categories) and p != 0x2BC
    )
    runs = (list(run) for _, run in itertools.groupby(enumerate(points), lambda pair: pair[1] - pair[0]))
    return "".join(f"\\U{run[0][1]:08x}-\\U{run[-1][1]:08x}" for run in runs)


CLASSES = {
    "Upper": _ranges("Lu", "Lt"),
    "Lower": _ranges("Ll"),
    "Other": _ranges("Lm", "Lo"),
    "Digit": _ranges("N"),
    "Mark": _ranges("M"),
    "Apostrophe": r"'’‘ʼ`´＇",
    "Hyphen": r"\-֊־᐀᠆‐‑⸗゠﹣－",
    "Joiner": r"_·׳״\u200c\u200d\u00ad",
    "Separator": r",:/⁄٫٬",
    "Percent": r"%‰٪﹪％",
    "Pictograph": r"⌚⌛⏩-⏳⏸-⏺◽◾☀-☄☎☑☔☕☘☝☠☢☣☦☪☮☯☸-☺♀♂♈-♓♟♠♣♥♦♨♻♾♿⚒-⚗⚙⚛⚜⚠⚡⚧⚪⚫⚰⚱⚽⚾⛄⛅⛈⛎⛏⛑⛓⛔⛩⛪⛰-⛵⛷-⛺⛽"
    r"✂✅✈-✍✏✒✔✖✝✡✨✳✴❄❇❌❎❓-❕❗❣❤➕-➗➡➰➿⬛⬜⭐⭕🀄🃏🅰🅱🅾🅿🆎🆑-🆚🈁🈂🈚🈯🈲-🈺🉐🉑"
    r"\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7f0\U0001f900-\U0001f9ff\U0001fa70-\U0001faff",
    "Symbol": r"©®‼⁉™↔-↙↩↪⌨⏏Ⓜ▪▫▶◀◻◼⤴⤵⬅-⬇〰〽㊗㊙",
    "Regional": r"\U0001f1e6-\U0001f1ff",
    "Skin": r"\U0001f3fb-\U0001f3ff",
    "Tag": r"\U000e0020-\U000e007f",
}
CLASSES["Letter"] = CLASSES["Upper"] + CLASSES["Lower"] + CLASSES["Other"]
CLASSES["Word"] = CLASSES["Letter"] + CLASSES["Digit"] + CLASSES["Mark"]

DEFINITION = r"""
(?(DEFINE)
    (?P<atom>     (?: [{Pictograph}] [\ufe0e\ufe0f]? | [{Symbol}] \ufe0f ) [{Skin}]? [{Tag}]* )

    (?P<plain>    [A-Za-z0-9\-._~:/?\#@!$&'*+,;=%] | (?![\x00-\x7f]) [{Word}] )
    (?P<inside>   \( (?&plain)* \) )                                # Foo_(disambiguation)
    (?P<end>      (?! [.,;:!?'*] ) (?&plain) | (?&inside) )         # a stop or comma at the end belongs to the sentence
    (?P<place>    (?: (?&plain) | (?&inside) )* (?&end) )

    (?P<run>      [{Letter}{Digit}] [{Word}]*+ )
    # A stop joins letters, except before a capitalised word, where a space was forgotten ("ended.The") unless a
    # single capital stands before it ("M.Phil"); it joins digits, and a digit with a small letter ("mp3.com").
    (?P<stop>     (?<= [{Letter}] [{Mark}]* ) \. (?= [{Letter}] )
                  (?: (?<= (?<! [{Word}] ) [{Upper}] [{Mark}]* \. ) | (?! [{Upper}] [{Mark}]* [{Lower}] ) )
                | (?<= [{Digit}] [{Mark}]* ) \. (?= [{Digit}{Lower}] ) )
    (?P<separator> (?<= [{Digit}] [{Mark}]* ) [{Separator}] (?= [{Digit}] ) )
    (?P<links>    (?: (?: (?&stop) | (?&separator) ) (?&run) )* )
    # "U.S.", "p.m.", "Ph.D.": a single letter behind an inner stop keeps the stop that follows it.
    (?P<abbreviation> (?&run) (?&links) (?&stop) [{Letter}] [{Mark}]*+ (?! [{Word}] | (?&stop) ) \. )
    (?P<piece>    (?&abbreviation) | (?&run) (?&links) )
)
  (?P<emoji>      [0-9\#*] \ufe0f? \u20e3
                | [{Regional}] [{Regional}]?
                | (?&atom) (?: \u200d (?&atom) )* )
| (?P<url>        (?: [A-Za-z]{{2,}}+ :// | [Ww]{{3}} \. (?= [{Letter}{Digit}] ) ) (?&place) )
| (?P<email>      [{Letter}{Digit}] [{Word}.+%_\-]{{0,63}} @ (?&run) (?: [.\-] (?&run) )* )
| (?P<tag>        (?<! [{Word}&_] ) \# (?= [{Word}_]* [{Letter}] ) [{Word}_]+ (?: \u200c [{Word}_]+ )* )
| (?P<name>       (?<! [{Word}&_] )  @ (?= [{Word}_]* [{Letter}] ) [{Word}_]+ (?: \. [{Letter}{Digit}] [{Word}_]* )* )
| (?P<word>       (?&piece) (?: [{Apostrophe}{Hyphen}{Joiner}] (?&piece) )*
                  (?: (?<= [{Digit}] [{Mark}]* ) [{Percent}] )? )
"""
TOKEN = regex.compile(DEFINITION.format_map(CLASSES), regex.VERBOSE | regex.VERSION0)


def find_words_reference(text, *, lowercase=True, emoji=True):
    """The start, the end and the type of every token of `text`."""
    tokens = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if emoji or kind != "emoji":
            keep_case = not lowercase or kind in ("url", "email", "tag", "name")
            tokens.append((match.start(), match.end(), _type_of(match.group(), keep_case)))
    return tokens


def _type_of(surface, keep_case):
    plain = surface.replace("\u00ad", "")
    for variant in "’‘ʼ`´＇":
        plain = plain.replace(variant, "'")
    for variant in "֊־᐀᠆‐‑⸗゠﹣－":
        plain = plain.replace(variant, "-")
    composed = unicodedata.normalize("NFC", plain)
    return composed if keep_case else unicodedata.normalize("NFC", composed.lower())
