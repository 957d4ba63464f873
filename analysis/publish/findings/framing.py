"""Findings about framing, in plain sentences, each made from the table that bears it out."""

import pandas as pd

from analysis.publish.findings.wording import listed, percent, times

PRONOUNS = frozenset("he her him i it one she that them these they this those us we what which who you".split())


def framed_as(table: pd.DataFrame, labels: dict[str, str], *, top: int = 3) -> str:
    """The frames spoken of most, from a frame profile, as a sentence.

    >>> profile = pd.DataFrame({"frame": ["war", "law"], "hits": [2, 6], "per_1000_words": [2.0, 6.0]})
    >>> framed_as(profile, {"war": "War", "law": "Law"})
    'The text speaks most of law (6.0 hits per 1,000 words) and war (2.0).'
    """
    found = table[table["hits"] > 0].sort_values("per_1000_words", ascending=False, kind="stable").head(top)
    if found.empty:
        return "No term of the lexicon occurs in the text."
    said = [f"{labels[row['frame']].lower()} ({row['per_1000_words']:.1f})" for row in found.to_dict("records")]
    said[0] = said[0].replace(")", " hits per 1,000 words)")
    return f"The text speaks most of {listed(said)}."


def unspoken(table: pd.DataFrame, labels: dict[str, str]) -> str | None:
    """The frames without a single hit as a sentence, None where every frame has one."""
    names = [labels[frame].lower() for frame in table.loc[table["hits"] == 0, "frame"]]
    return f"No term speaks of {listed(names, 'or')}." if names else None


def done_by_whom(found: pd.DataFrame, *, top: int = 3) -> str:
    """How many passives say who acts and what is acted upon most, from a table of passives, as a sentence.

    >>> table = pd.DataFrame({"agent": ["the house", None], "actor": ["The bill", "the bill"]})
    >>> done_by_whom(table)
    '1 of the 2 passives says who acts. Acted upon most: “the bill” (twice).'
    """
    if found.empty:
        return "There is no passive."
    named = int(found["agent"].notna().sum())
    verb = "says" if named == 1 else "say"
    said = f"{named or 'None'} of the {len(found):,} passives {verb} who acts."
    actors = found["actor"].dropna().str.lower()
    counts = actors[~actors.isin(PRONOUNS)].value_counts().rename_axis("actor").reset_index(name="count")
    often = counts[counts["count"] > 1].sort_values(["count", "actor"], ascending=[False, True]).head(top)
    if often.empty:
        return said
    return f"{said} Acted upon most: {listed([f'“{a}” ({times(n)})' for a, n in often.itertuples(index=False)])}."


def heard(shares: pd.DataFrame, *, top: int = 3) -> str:
    """Who is given most words between quotation marks, from a table of speaker shares, as a sentence.

    >>> heard(pd.DataFrame({"speaker": ["Khan", None], "quoted_words": [30, 10], "share": [0.75, 0.25]}))
    'Most is quoted of Khan (75% of the quoted words); 25% have no speaker.'
    """
    quoted = shares[shares["quoted_words"] > 0]
    if quoted.empty:
        return "Nothing stands between quotation marks as anyone's speech."
    named = quoted.dropna(subset="speaker").head(top)
    unnamed = float(quoted.loc[quoted["speaker"].isna(), "share"].sum())
    rest = f"{percent(unnamed)} have no speaker" if unnamed else "all of them have a speaker"
    if named.empty:
        return f"Of the quoted words, {rest}."
    said = [f"{row['speaker']} ({percent(row['share'])})" for row in named.to_dict("records")]
    said[0] = said[0].replace("%)", "% of the quoted words)")
    return f"Most is quoted of {listed(said)}; {rest}."
