"""Findings about frames, in plain sentences, each made from the table that bears it out."""

import pandas as pd

from analysis.framing.lexicon import Lexicon
from analysis.publish.findings.wording import listed, percent, times


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
    found = used[used["hits"] > 0]
    greedy = found[found["greedy"] & (found["weight"] > 0)]
    if greedy.empty:
        return f"{(found['weight'] > 0).sum():,} of the terms occur; none of them takes nearly whatever it meets."
    said = [f"“{row['pattern']}” ({times(row['hits'])})" for row in greedy.head(6).to_dict("records")]
    return f"These terms take nearly whatever they meet and say little about their frame: {listed(said)}."


def trusted(measured: pd.DataFrame | None, lexicon: Lexicon) -> str:
    """How many frames coders bear out, from a table of `validity`, as a sentence.

    >>> from analysis.framing.lexicon import read_lexicon
    >>> from analysis.paths import LEXICONS
    >>> trusted(None, read_lexicon(LEXICONS / "actors.yml"))
    'No one has coded sentences of these texts, so how well the lexicon actors fits them is not known.'
    """
    if measured is None:
        return (
            f"No one has coded sentences of these texts, so how well the lexicon {lexicon.name} fits them is not known."
        )
    labels = dict(zip(lexicon.frames["frame"], lexicon.frames["label"], strict=True))
    valid = [labels[f].lower() for f, v in zip(measured["frame"], measured["valid"], strict=True) if v is True]
    open_ = sum(v is None for v in measured["valid"])
    said = f"Against human coders {len(valid)} of the {len(measured)} frames reach an F1 of "
    said += f"{measured['threshold'].iloc[0]:g}" + (f" ({listed(valid)})" if valid else "")
    if open_:
        said += f"; for {open_} too few sentences are coded to tell"
    return f"{said}."


def framed_as(table: pd.DataFrame, labels: dict[str, str], rate: str = "per_1000_words", *, top: int = 3) -> str:
    """The frames spoken of most, from a frame profile, as a sentence.

    >>> profile = pd.DataFrame({"frame": ["war", "law"], "hits": [2, 6], "per_1000_words": [2.0, 6.0]})
    >>> framed_as(profile, {"war": "War", "law": "Law"})
    'The text speaks most of law (6.0 hits per 1,000 words) and war (2.0).'
    """
    found = table[table["hits"] > 0].sort_values(rate, ascending=False, kind="stable").head(top)
    if found.empty:
        return "No term of the lexicon occurs in the text."
    said = [f"{labels[row['frame']].lower()} ({row[rate]:.1f})" for row in found.to_dict("records")]
    what = "weighted hits" if rate.startswith("score") else "hits"
    said[0] = f"{said[0][:-1]} {what} per 1,000 words)"
    return f"The text speaks most of {listed(said)}."


def unspoken(table: pd.DataFrame, labels: dict[str, str]) -> str | None:
    """The frames without a single hit as a sentence, None where every frame has one."""
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
    if sure.empty:
        few = " Few documents a group leave it so, however far apart the rates are." if len(table) else ""
        return f"No {by} is set apart from the others beyond what chance would do.{few}"
    said = [
        f"{row[by]} speaks {row['direction']} of {labels[row['frame']].lower()} than the others "
        f"({row['per_1000_words']:.1f} against {row['reference_per_1000']:.1f})"
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
    said = []
    for direction, how in (("headline", "more"), ("body", "less")):
        own = sure[sure["direction"] == direction].head(top).to_dict("records")
        rates = [f"{row['headline_per_1000']:.1f} against {row['body_per_1000']:.1f}" for row in own]
        names = [f"{labels[row['frame']].lower()} ({rate})" for row, rate in zip(own, rates, strict=True)]
        if names:
            said.append(f"{how} of {listed(names)}")
    if not said:
        return "Headlines speak of no frame more or less than the texts below them beyond what chance would do."
    return f"Headlines speak {' and '.join(said)}.".replace(")", " in the texts)", 1)


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


def words_with(table: pd.DataFrame, label: str, *, top: int = 5) -> str:
    """The key words of the sentences with a frame, as a sentence.

    >>> words_with(pd.DataFrame({"term": ["court", "bail"], "q": [0.01, 0.3]}), "Law")
    'With law stand “court” and “bail” more than elsewhere (1 of 2 beyond chance).'
    """
    if table.empty:
        return f"No other word stands with {label.lower()} more than elsewhere."
    words = [f"“{term}”" for term in table["term"].head(top)]
    sure = int((table["q"] < 0.05).sum())
    return f"With {label.lower()} stand {listed(words)} more than elsewhere ({sure} of {len(table)} beyond chance)."
