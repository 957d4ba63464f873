"""Findings about frames: each function states in a sentence what a table shows."""

import numpy as np
import pandas as pd

from analysis.framing.counting import FIVE, Fit
from analysis.framing.lexicon import Lexicon
from analysis.framing.permutations import LEVEL
from analysis.framing.validity import FAILED, RELIABLE, SUPPORTED
from analysis.publish.findings.wording import amount, counted, leading, listed, percent, times

NAMED = 4  # frames that are named where the others are counted
FEW = 5  # documents a group, up to which a test finds nothing but wide gaps


def lexicon_used(lexicon: Lexicon, others: int) -> str:
    """State the size of a lexicon, and how many documents are in another language."""
    said = f"Lexicon {lexicon.name}, version {lexicon.version}, in {lexicon.language!r}: {len(lexicon.frames)} frames, "
    said += f"{len(lexicon.terms):,} terms."
    if not others:
        return said
    verb = "1 document in another language is" if others == 1 else f"{others:,} documents in other languages are"
    return f"{said} {verb} left out from here on."


def greedy_terms(used: pd.DataFrame) -> str:
    """Name the terms that match nearly everything, from a table of `term_counts`.

    >>> greedy_terms(pd.DataFrame({"pattern": ["a*"], "greedy": [True], "hits": [90], "weight": [1.0]}))
    'These terms take nearly whatever they meet and say little about their frame: “a*” (90 times).'
    """
    found = used[(used["hits"] > 0) & (used["weight"] > 0)]
    greedy = found[found["greedy"]]
    if found.empty:
        return "None of the terms occurs in these texts."
    if greedy.empty:
        verb = "term of the lexicon occurs" if len(found) == 1 else "terms of the lexicon occur"
        return f"{len(found):,} {verb}, and none takes nearly whatever it meets."
    said = [f"“{row['pattern']}” ({times(row['hits'])})" for row in greedy.head(6).to_dict("records")]
    return f"These terms take nearly whatever they meet and say little about their frame: {listed(said)}."


def lexicon_fit(fit: Fit) -> str | None:
    """State how little of the texts a lexicon matches; None where it fits.

    >>> lexicon_fit(Fit("none", 0.042, 0.0082, 0.25))
    'The lexicon meets 0.8% of the words, in 4% of the sentences: too little for a frame profile.'
    """
    if fit.verdict == "good":
        return None
    if not fit.words:
        return "No term of the lexicon occurs in the text."
    met = f"The lexicon meets {fit.words:.1%} of the words, in {percent(fit.sentences)} of the sentences"
    if fit.verdict == "none":
        return f"{met}: too little for a frame profile."
    five = f", and five of its terms have {percent(fit.five)} of the hits" if fit.five >= FIVE else ""
    return f"{met}{five}: it fits these texts poorly, and their frame profile tells little."


def validity(measured: pd.DataFrame | None, lexicon: Lexicon) -> str:
    """Name the frames that coders confirm, from a table of `validity`.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> validity(None, read_lexicon(LEXICONS / "actors.yml"))
    'No one has coded sentences of these texts, so how well the lexicon actors fits them is not known.'
    """
    if measured is None:
        return (
            f"No one has coded sentences of these texts, so how well the lexicon {lexicon.name} fits them is not known."
        )
    labels = lexicon.frames.set_index("frame")["label"]
    states = [(labels[frame].lower(), state) for frame, state in zip(measured["frame"], measured["state"], strict=True)]
    borne, failed = ([label for label, state in states if state == wanted] for wanted in (SUPPORTED, FAILED))
    said = f"Human coders bear the lexicon out (an F1 of {measured['threshold'].iloc[0]:g} or more) on "
    said += f"{len(borne) or 'none'} of its {len(measured)} frames"
    said += f" ({listed(borne)})" if 0 < len(borne) <= NAMED else ""
    said += f", not on {listed(failed)}" if failed else ""
    apart = int((measured["alpha"] < RELIABLE).sum())
    few = len(measured) - len(borne) - len(failed) - apart
    why = [f"for {few} the coded sentences leave it open"] * bool(few)
    why += [f"on {apart} the coders agree too little"] * bool(apart)
    return "; ".join([said, *why]) + "."


def corrected_shares(table: pd.DataFrame, lexicon: Lexicon, *, top: int = 3) -> str:
    """State the shares of the frames that the lexicon errs about most, from a table of `corrected_shares`.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> table = pd.DataFrame({"frame": ["threat"], "raw_share": 0.22, "share": 0.31, "ci_low": 0.24, "ci_high": 0.38})
    >>> corrected_shares(table, read_lexicon(LEXICONS / "security_communication.yml"))
    'Coders find threat in 31% of the sentences (95% interval 24% to 38%); the lexicon alone says 22%.'
    """
    labels = lexicon.frames.set_index("frame")["label"]
    gap = (table["raw_share"] - table["share"]).abs()
    rows = table.iloc[np.argsort(-gap, kind="stable")[:top]].to_dict("records")
    found = [f"{labels[row['frame']].lower()} in {percent(row['share'])}" for row in rows]
    ends = [f"{row['ci_low']:.0%} to {row['ci_high']:.0%}" for row in rows]
    said = [f"{found[0]} of the sentences (95% interval {ends[0]})"]
    said += [f"{one} ({interval})" for one, interval in zip(found[1:], ends[1:], strict=True)]
    return f"Coders find {listed(said)}; the lexicon alone says {listed([percent(row['raw_share']) for row in rows])}."


def leading_frames(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3, counts: bool = False) -> str:
    """Name the most frequent frames of a profile, with their rates, or with their `counts`, as of one text.

    >>> profile = pd.DataFrame({"frame": ["war", "law"], "hits": [2, 6], "per_1000_words": [2.0, 6.0]})
    >>> leading_frames(profile, {"war": "War", "law": "Law"})
    'The frames used most: law (6.0 hits per 1,000 words) and war (2.0).'
    >>> leading_frames(profile, {"war": "War", "law": "Law"}, counts=True)
    'The frames used most: law (6 hits) and war (2).'
    """
    found = table[table["hits"] > 0].sort_values("per_1000_words", ascending=False, kind="stable")
    found = leading(found, "per_1000_words", top)
    if found.empty:
        return "No term of the lexicon occurs in the text."
    numbers = [_rate(rate) for rate in found["per_1000_words"]]
    unit = "hits per 1,000 words"
    if counts:
        numbers = [amount(hits) for hits in found["hits"]]
        unit = "hit" if numbers[0] == "1" else "hits"
    numbers[0] += f" {unit}"
    said = [_with_aside(labels[frame].lower(), number) for frame, number in zip(found["frame"], numbers, strict=True)]
    return f"{'The frames used most' if (table['hits'] > 0).sum() > 1 else 'The only frame'}: {listed(said)}."


def absent_frames(table: pd.DataFrame, labels: dict[str, str]) -> str | None:
    """Name the frames without a hit; None where every frame has one, or none has."""
    if not (table["hits"] > 0).any():
        return None
    names = [labels[frame].lower() for frame in table.loc[table["hits"] == 0, "frame"]]
    return f"No term speaks of {listed(names, 'or')}." if names else None


def coverage(table: pd.DataFrame) -> str:
    """State in how many sentences a frame leads, from a table of `coverage`.

    >>> table = pd.DataFrame({"status": ["framed", "tie", "no term"], "sentences": [3, 1, 6], "share": [0.3, 0.1, 0.6]})
    >>> coverage(table)
    'A frame leads in 30% of the sentences (3 of 10); in 60% no term appears.'
    """
    if table.loc[table["status"] != "no term", "sentences"].sum() == 0:
        return "No term appears in any sentence, so no frame leads."
    rows = table.set_index("status")
    share, count = rows["share"], rows["sentences"]
    said = f"A frame leads in {percent(share['framed'])} of the sentences"
    said += f" ({count['framed']:,} of {table['sentences'].sum():,})"
    said = said if count["framed"] else "No frame leads in a sentence"
    return f"{said}; in {percent(share['no term'])} no term appears." if count["no term"] else f"{said}."


def shifts(table: pd.DataFrame, by: str, labels: dict[str, str], *, top: int = 3) -> str:
    """Name the groups that use a frame more or less than chance explains, from a table of `shifts`.

    >>> table = pd.DataFrame({"source": ["Radio"], "frame": ["law"], "direction": ["more"], "q": [0.01]})
    >>> shifts(table.assign(per_1000_words=8.0, reference_per_1000=2.0), "source", {"law": "Law"})
    'Radio speaks more of law than the others (8.0 against 2.0 hits per 1,000 words), more than chance explains.'
    """
    sure = table[table["direction"] != "unclear"].sort_values("q", kind="stable").head(top)
    if table["q"].isna().all():
        return f"Too few documents to say whether any {by} is set apart: it takes two on each side."
    if sure.empty:
        none = f"No {by} is set apart from the others by more than chance explains."
        middle = int(table.drop_duplicates(by)["documents"].quantile(interpolation="lower"))
        if middle > FEW:
            return none
        return f"{none} Half of them have at most {counted(middle, 'document')}: only wide gaps would show."
    said = [
        f"{row[by]} speaks {row['direction']} of {labels[row['frame']].lower()} than the others "
        f"({_rate(row['per_1000_words'])} against {_rate(row['reference_per_1000'])}{unit})"
        for row, unit in zip(sure.to_dict("records"), [" hits per 1,000 words", *[""] * len(sure)], strict=False)
    ]
    return f"{listed(said)}, more than chance explains."


def headlines(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3) -> str:
    """Name the frames that headlines use more or less than their texts, from a table of `headline_body`.

    It takes two hits for a frame to be used more.

    >>> table = pd.DataFrame({"frame": ["law"], "direction": ["headline"], "q": [0.01], "headline_per_1000": [9.0]})
    >>> headlines(table.assign(headline_hits=4, body_per_1000=3.0), {"law": "Law"})
    'Headlines speak more of law (9.0 against 3.0 in the texts) than chance explains.'
    """
    sure = table[table["direction"] != "unclear"].sort_values("q", kind="stable")
    said: list[str] = []
    for direction, how in (("headline", "more"), ("body", "less")):
        own = sure[(sure["direction"] == direction) & ((direction == "body") | (sure["headline_hits"] > 1))]
        rows = own.head(top).to_dict("records")
        rates = [f"{_rate(row['headline_per_1000'])} against {_rate(row['body_per_1000'])}" for row in rows]
        if rates and not said:
            rates[0] += " in the texts"
        names = [_with_aside(labels[row["frame"]].lower(), rate) for row, rate in zip(rows, rates, strict=True)]
        if names:
            said.append(f"{how} of {listed(names)}")
    if not said:
        return "Headlines speak of no frame more or less than chance explains."
    return f"Headlines speak {' and '.join(said)} than chance explains."


def cooccurrence(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3) -> str:
    """Name the frames that share two sentences or more, and more than chance explains, from `cooccurrence`.

    >>> table = pd.DataFrame({"frame_a": ["war"], "frame_b": ["law"], "both": [4], "direction": ["together"]})
    >>> cooccurrence(table.assign(expected=1.53, q=0.01), {"war": "War", "law": "Law"})
    'War shares a sentence with law more often than chance explains (4 sentences, 1.5 expected).'
    """
    sure = table[(table["direction"] == "together") & (table["both"] > 1)].head(top)
    if sure.empty and table["q"].isna().all():
        return "Too few sentences speak of two frames for any to be seen to go together."
    if sure.empty:
        return "No two frames share a sentence more often than chance explains."
    (one, other), *rest = zip(sure["frame_a"].map(labels), sure["frame_b"].map(labels).str.lower(), strict=True)
    others = [f"{left.lower()} with {right}" for left, right in rest]
    return _more_often(f"{one} shares a sentence with {other}", others, sure["both"], sure["expected"])


def frame_words(table: pd.DataFrame, label: str, *, top: int = 5) -> str:
    """Name the words that share two sentences or more with a frame, and more than chance explains, from `frame_words`.

    >>> table = pd.DataFrame({"term": ["bail", "jail"], "sentences": [6, 5], "expected": [1.2, 1.1], "q": [0.01, 0.02]})
    >>> frame_words(table, "Law")
    '“bail” appears with law more often than chance explains (6 sentences, 1.2 expected), as does “jail” (5, 1.1).'
    """
    if table["q"].isna().all():
        return f"Too few words recur for any to be seen to come with {label.lower()}."
    sure = table[(table["q"] <= LEVEL) & (table["sentences"] > 1)].head(top)
    if sure.empty:
        return f"No other word appears with {label.lower()} more often than chance explains."
    first, *others = [f"“{term}”" for term in sure["term"]]
    return _more_often(f"{first} appears with {label.lower()}", others, sure["sentences"], sure["expected"])


def _more_often(said: str, others: list[str], shared: pd.Series, expected: pd.Series) -> str:
    """State that what is `said`, and the `others`, occur more often than chance explains, with their numbers."""
    counts = [f"{count:,}{{}}, {_rate(mean)}{{}}" for count, mean in zip(shared, expected, strict=True)]
    said = f"{said} more often than chance explains ({counts[0].format(' sentences', ' expected')})"
    rest = [_with_aside(name, count.format("", "")) for name, count in zip(others, counts[1:], strict=True)]
    return f"{said}, as {'does' if len(rest) == 1 else 'do'} {listed(rest)}." if rest else f"{said}."


def _rate(value: float) -> str:
    """A rate with one decimal, a smaller one with its first digit that is not 0."""
    return f"{value:,.1f}" if value >= 0.1 or not value else f"{value:.1g}"


def _with_aside(name: str, words: str) -> str:
    """A name with `words` in brackets, joined to its own brackets if it has any."""
    return f"{name[:-1]}; {words})" if name.endswith(")") else f"{name} ({words})"
