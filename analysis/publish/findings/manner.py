"""Findings about style, actors and speakers, in plain sentences, each made from the table that bears it out."""

import re

import pandas as pd

from analysis.publish.findings.wording import listed, percent, times

PRONOUNS = frozenset("he her him i it one she that them these they this those us we what which who you".split())


def firm(table: pd.DataFrame | None) -> str:
    """Whether a text rather closes matters or holds them open, from a table of `firmness` of one row.

    >>> firm(pd.DataFrame({"boosters": [1], "hedges": [3], "firmness": [-0.5], "ci_low": [-0.9], "ci_high": [0.4]}))
    'Boosters: 1, hedges: 3; firmness -0.50 (95% interval -0.90 to 0.40).'
    """
    if table is None or table.empty or table["firmness"].isna().all():
        return "The text has neither hedges nor boosters."
    row = table.iloc[0]
    said = f"Boosters: {row['boosters']:,.4g}, hedges: {row['hedges']:,.4g}; firmness {row['firmness']:.2f}"
    return f"{said} (95% interval {row['ci_low']:.2f} to {row['ci_high']:.2f})."


def called(table: pd.DataFrame | None, labels: dict[str, str], *, top: int = 3) -> str:
    """How the armed opponent is named most, from a table of `naming`, as a sentence.

    >>> table = pd.DataFrame({"naming": ["naming_militant"], "hits": [4], "share": [1.0]})
    >>> called(table, {"naming_militant": "Opponent: militant"})
    'The armed opponent is named 4 times: as militant in 100%.'
    """
    if table is None or not table["hits"].sum():
        return "The armed opponent is not named by any word of the list."
    own = table[table["hits"] > 0].sort_values("hits", ascending=False, kind="stable").head(top).to_dict("records")
    said = [f"as {labels[row['naming']].split(': ')[-1].lower()} in {percent(row['share'])}" for row in own]
    return f"The armed opponent is named {times(table['hits'].sum())}: {listed(said)}."


def active(table: pd.DataFrame, labels: dict[str, str], *, fewest: int = 5) -> str:
    """Who acts most and who is acted upon most, from a table of `role_shares`, as a sentence.

    >>> table = pd.DataFrame({"actor": ["army", "people"], "acts": [8, 2], "acted_upon": [2, 6]})
    >>> active(table.assign(active_share=[0.8, 0.25]), {"army": "Army", "people": "People"})
    'Of the actors with 5 roles or more, army acts most (in 8 of 10) and people least (in 2 of 8).'
    """
    known = table[table["acts"] + table["acted_upon"] >= fewest]
    known = known.sort_values("active_share", ascending=False, kind="stable")
    if known.empty:
        return f"No actor has {fewest} roles, so who acts cannot be said."
    rows = known.to_dict("records")
    names = [labels[row["actor"]].lower() for row in rows]
    counts = [f"(in {row['acts']:,} of {row['acts'] + row['acted_upon']:,})" for row in rows]
    least = f" and {names[-1]} least {counts[-1]}" if len(rows) > 1 else ""
    return f"Of the actors with {fewest} roles or more, {names[0]} acts most {counts[0]}{least}."


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
    names = [re.sub(r"^(An?|The) ", _lower, row["speaker"]) for row in named.to_dict("records")]
    said = [f"{name} ({percent(share)})" for name, share in zip(names, named["share"], strict=True)]
    said[0] = said[0].replace("%)", "% of the quoted words)")
    return f"Most is quoted of {listed(said)}; {rest}."


def _lower(found: re.Match[str]) -> str:
    return found[0].lower()
