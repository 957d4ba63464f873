"""Findings about frames, in plain sentences, each made from the table that bears it out."""

import numpy as np
import pandas as pd

from analysis.framing.lexicon import Lexicon
from analysis.framing.validity import FAILED, RELIABLE, SUPPORTED
from analysis.publish.findings.wording import listed, percent, times

NAMED = 4  # frames that are named where the others are counted
FEW = 5  # documents a group, up to which a test finds nothing but wide gaps


def looked_for(lexicon: Lexicon, others: int) -> str:
    """What a lexicon is, and how many documents are in another language than it, as a sentence or two."""
    said = f"Lexicon {lexicon.name}, version {lexicon.version}, in {lexicon.language!r}: {len(lexicon.frames)} frames, "
    said += f"{len(lexicon.terms):,} terms."
    if not others:
        return said
    verb = "1 document in another language is" if others == 1 else f"{others:,} documents in other languages are"
    return f"{said} {verb} left out from here on."


def took_much(used: pd.DataFrame) -> str:
    """Which terms take whatever they meet, from a table of `term_counts`, as a sentence.

    >>> took_much(pd.DataFrame({"pattern": ["a*"], "greedy": [True], "hits": [90], "weight": [1.0]}))
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


def trusted(measured: pd.DataFrame | None, lexicon: Lexicon) -> str:
    """Which frames coders bear out, from a table of `validity`, as a sentence.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> trusted(None, read_lexicon(LEXICONS / "actors.yml"))
    'No one has coded sentences of these texts, so how well the lexicon actors fits them is not known.'
    """
    if measured is None:
        return (
            f"No one has coded sentences of these texts, so how well the lexicon {lexicon.name} fits them is not known."
        )
    labels = _labels(lexicon)
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


def corrected(table: pd.DataFrame, lexicon: Lexicon, *, top: int = 3) -> str:
    """How many sentences are about the frames that the lexicon errs about most, from a table of `corrected_shares`.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.core.paths import LEXICONS
    >>> table = pd.DataFrame({"frame": ["threat"], "raw_share": 0.22, "share": 0.31, "ci_low": 0.24, "ci_high": 0.38})
    >>> corrected(table, read_lexicon(LEXICONS / "security_communication.yml"))
    'Coders find threat in 31% of the sentences (95% interval 24% to 38%); the lexicon alone says 22%.'
    """
    labels = _labels(lexicon)
    gap = (table["raw_share"] - table["share"]).abs()
    rows = table.iloc[np.argsort(-gap, kind="stable")[:top]].to_dict("records")
    found = [f"{labels[row['frame']].lower()} in {percent(row['share'])}" for row in rows]
    ends = [f"{row['ci_low']:.0%} to {row['ci_high']:.0%}" for row in rows]
    said = [f"{found[0]} of the sentences (95% interval {ends[0]})"]
    said += [f"{one} ({interval})" for one, interval in zip(found[1:], ends[1:], strict=True)]
    return f"Coders find {listed(said)}; the lexicon alone says {listed([percent(row['raw_share']) for row in rows])}."


def framed_as(table: pd.DataFrame, labels: dict[str, str], rate: str = "per_1000_words", *, top: int = 3) -> str:
    """The frames spoken of most, from a frame profile, as a sentence.

    >>> profile = pd.DataFrame({"frame": ["war", "law"], "hits": [2, 6], "per_1000_words": [2.0, 6.0]})
    >>> framed_as(profile, {"war": "War", "law": "Law"})
    'The text speaks most of law (6.0 hits per 1,000 words) and war (2.0).'
    """
    found = table[table["hits"] > 0].sort_values(rate, ascending=False, kind="stable").head(top)
    if found.empty:
        return "No term of the lexicon occurs in the text."
    what = "weighted hits" if rate.startswith("score") else "hits"
    units = [f" {what} per 1,000 words", *[""] * (len(found) - 1)]
    rows = zip(found["frame"], found[rate], units, strict=True)
    said = [_with_aside(labels[frame], f"{_rate(value)}{unit}") for frame, value, unit in rows]
    return f"The text speaks most of {listed(said)}."


def unspoken(table: pd.DataFrame, labels: dict[str, str]) -> str | None:
    """The frames without a single hit as a sentence, None where every frame has one, or none has."""
    if not (table["hits"] > 0).any():
        return None
    names = [labels[frame].lower() for frame in table.loc[table["hits"] == 0, "frame"]]
    return f"No term speaks of {listed(names, 'or')}." if names else None


def covered(table: pd.DataFrame) -> str:
    """In how many sentences a frame leads, from a table of `coverage`, as a sentence.

    >>> table = pd.DataFrame({"status": ["framed", "tie", "no term"], "sentences": [3, 1, 6], "share": [0.3, 0.1, 0.6]})
    >>> covered(table)
    'A frame leads in 30% of the sentences (3 of 10); in 60% no term stands at all.'
    """
    share = dict(zip(table["status"], table["share"], strict=True))
    count = dict(zip(table["status"], table["sentences"], strict=True))
    said = f"A frame leads in {percent(share['framed'])} of the sentences"
    said += f" ({count['framed']:,} of {table['sentences'].sum():,})"
    return f"{said}; in {percent(share['no term'])} no term stands at all."


def shifted(table: pd.DataFrame, by: str, labels: dict[str, str], *, top: int = 3) -> str:
    """Which groups speak more or less of a frame than the others beyond chance, from a table of `shifts`.

    >>> table = pd.DataFrame({"source": ["Radio"], "frame": ["law"], "direction": ["more"], "q": [0.01]})
    >>> shifted(table.assign(per_1000_words=8.0, reference_per_1000=2.0), "source", {"law": "Law"})
    'Beyond chance, Radio speaks more of law than the others (8.0 against 2.0).'
    """
    sure = table[table["direction"] != "unclear"].sort_values("q", kind="stable").head(top)
    if table["q"].isna().all():
        return f"Whether any {by} is set apart from the others cannot be told: it takes two documents on each side."
    if sure.empty:
        none = f"No {by} is set apart from the others beyond what chance would do."
        middle = int(table.drop_duplicates(by)["documents"].quantile(interpolation="lower"))
        if middle > FEW:
            return none
        return f"{none} Half of them have at most {middle} document{'s' * (middle != 1)}: only wide gaps would show."
    said = [
        f"{row[by]} speaks {row['direction']} of {labels[row['frame']].lower()} than the others "
        f"({_rate(row['per_1000_words'])} against {_rate(row['reference_per_1000'])})"
        for row in sure.to_dict("records")
    ]
    return f"Beyond chance, {listed(said)}."


def in_headlines(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3) -> str:
    """Which frames headlines speak of more or less than the texts below them, from a table of `headline_body`.

    >>> table = pd.DataFrame({"frame": ["law"], "direction": ["headline"], "q": [0.01], "headline_per_1000": [9.0]})
    >>> in_headlines(table.assign(body_per_1000=3.0), {"law": "Law"})
    'Headlines speak more of law (9.0 against 3.0 in the texts).'
    """
    sure = table[table["direction"] != "unclear"].sort_values("q", kind="stable")
    said: list[str] = []
    for direction, how in (("headline", "more"), ("body", "less")):
        own = sure[sure["direction"] == direction].head(top).to_dict("records")
        rates = [f"{_rate(row['headline_per_1000'])} against {_rate(row['body_per_1000'])}" for row in own]
        if rates and not said:
            rates[0] += " in the texts"
        names = [_with_aside(labels[row["frame"]], rate) for row, rate in zip(own, rates, strict=True)]
        if names:
            said.append(f"{how} of {listed(names)}")
    if not said:
        return "Headlines speak of no frame more or less than the texts below them beyond what chance would do."
    return f"Headlines speak {' and '.join(said)}."


def together(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3) -> str:
    """Which frames stand in one sentence more often than by chance, from a table of `cooccurrence`.

    >>> table = pd.DataFrame({"frame_a": ["war"], "frame_b": ["law"], "both": [4], "direction": ["together"]})
    >>> together(table, {"war": "War", "law": "Law"})
    'In one sentence more often than by chance: war with law (4 sentences).'
    """
    sure = table[table["direction"] == "together"].head(top).to_dict("records")
    if not sure:
        return "No two frames stand in one sentence more often than by chance."
    said = [
        f"{labels[r['frame_a']].lower()} with {labels[r['frame_b']].lower()} "
        f"({r['both']:,} sentence{'s' * (r['both'] != 1)})"
        for r in sure
    ]
    return f"In one sentence more often than by chance: {', '.join(said)}."


def words_with(table: pd.DataFrame, label: str, *, top: int = 5, significant: float = 0.05) -> str:
    """The key words of the sentences with a frame that are beyond chance, as a sentence.

    >>> words_with(pd.DataFrame({"term": ["court", "bail"], "q": [0.01, 0.3]}), "Law")
    '“court” stands with law more than elsewhere, beyond chance.'
    """
    if table.empty:
        return f"No other word stands twice or more with {label.lower()}, and more than elsewhere."
    words = [f"“{term}”" for term in table.loc[table["q"] < significant, "term"].head(top)]
    if not words:
        return f"No other word stands with {label.lower()} more than elsewhere, beyond what chance would do."
    verb = "stands" if len(words) == 1 else "stand"
    return f"{listed(words)} {verb} with {label.lower()} more than elsewhere, beyond chance."


def _labels(lexicon: Lexicon) -> dict[str, str]:
    """The label of each frame."""
    return dict(zip(lexicon.frames["frame"], lexicon.frames["label"], strict=True))


def _rate(value: float) -> str:
    """A rate with one decimal, a smaller one with its first digit that is not 0."""
    return f"{value:,.1f}" if value >= 0.1 or not value else f"{value:.1g}"


def _with_aside(label: str, words: str) -> str:
    """A label with `words` behind it in brackets, its own brackets and these made one."""
    name = label.lower()
    return f"{name[:-1]}; {words})" if name.endswith(")") else f"{name} ({words})"
