"""Interactive panels over one corpus or report; those that need a lexicon are in `frames`.

Each function returns an ipywidgets widget that `widgets.show_widget` displays.
"""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import ipywidgets as ui  # type: ignore[import-untyped]
import numpy as np
import pandas as pd

from analysis.core.paths import FIGURES, from_root
from analysis.publish import plots
from analysis.publish.cells import table_html
from analysis.publish.differences import side_by_side_passages
from analysis.publish.exploring.widgets import LINES, MIN_WORDS, by_group, drawn, labelled, panel, scrolled, sentence
from analysis.publish.findings.wording import with_intervals
from analysis.publish.loading import Run
from analysis.redundancy import repeats
from analysis.redundancy.near import near_texts
from analysis.terms.concordance import kwic, to_html
from analysis.terms.frequency import terms
from analysis.text.patterns import find, fitting_types, fold_pattern
from analysis.text.tokens import Tokens

SORTED = 20_000  # occurrences up to which a concordance is sorted
PAIRS = 40  # pairs of sentences that are shown
BEGINS = ("term_frequency/all_words", "framing/profile")  # tables of which the first in a report is shown at first
LONGER = 5  # words that are proposed for one that does not occur

ORDERS = {
    "as in the texts": "document",
    "by the words before": "left",
    "by the words behind": "right",
    "by the words found": "0 R1 R2",
    "by date": "date",
}


def concordance(
    tokens: Tokens, *, pattern: str | None = None, by: str | None = None, stopwords: Collection[str] = ()
) -> Any:
    """A search as you type: the occurrences of a word, phrase or wildcard pattern (see `kwic`) in context.

    It begins with `pattern`, or with the most frequent word that is not in `stopwords`; `by` is a metadata column to
    choose documents by. The first 200 lines are shown; more than 20,000 occurrences are not sorted.
    """
    if pattern is None:
        pattern = next(iter(terms(tokens, stopwords=stopwords, most=1)["term"]), "")
    part, group = by_group(tokens, by)

    def answer(pattern: str, order: str, group: str = "") -> str:
        if not pattern.strip():
            return sentence("Write a word, a phrase (rule of law) or a part with a star (secur*)")
        chosen = part(group)[0]
        lines, total = _lines(chosen, pattern, order)
        if not total:
            return sentence(_nowhere(chosen, pattern))
        heading = (
            f"{total:,} place{'s' * (total != 1)}" if total <= LINES else f"First {len(lines):,} of {total:,} places"
        )
        if total > SORTED and order != "document":
            heading += ", in the order of the texts: so many are not sorted"
        return sentence(heading) + scrolled(to_html(lines), "Concordance")

    box = labelled(ui.Text, "Search", "search", value=pattern, placeholder="war, rule of law, secur*, threat ... state")
    order = labelled(ui.Dropdown, "Order", "order", options=list(ORDERS.items()))
    return panel("concordance", {"pattern": box, "order": order} | group, answer, result="hits")


def words(tokens: Tokens, *, by: str | None = None, stopwords: Collection[str] = ()) -> Any:
    """The most frequent words or phrases with their intervals, as in the report.

    Repeated sentences are those of the whole corpus, whichever documents are chosen.
    """
    part, group = by_group(tokens, by)
    weights = repeats.weights(tokens)

    def answer(top: int, n: int, min_count: int, stopped: bool, once: bool, group: str = "") -> str:
        chosen, inside = part(group)
        options: dict[str, Any] = {"n": n, "stopwords": stopwords if stopped else None}
        options["weights"] = weights[inside] if once else None
        table = terms(chosen, min_count=min_count, **options).head(top)
        if table.empty:
            return sentence(f"Nothing occurs {min_count} times" if min_count > 1 else "There are no words to rank")
        table = plots.ranged(table, chosen, "term", "per_million", terms, **options)
        what = "words" if n == 1 else f"phrases of {n} words"
        aside = ", those of the stop lists aside" * stopped
        heading = f"The {len(table)} {what} used most{aside}"
        figure = plots.interval_dots(table, label="term", value="per_million", xlabel="Occurrences per million words")
        columns = ["term", "count", "per_million", *plots.ends_of(table), "documents"]
        alt = f"{heading}: {', '.join(table['term'].head(5))} …"
        return drawn(figure, alt, f"{heading}. {with_intervals(chosen).rstrip('.')}", table[columns])

    controls = {
        "top": labelled(ui.IntSlider, "How many", "top", value=25, min=5, max=60),
        "n": labelled(ui.IntSlider, "Words in a row", "length", value=1, min=1, max=5),
        "min_count": labelled(ui.IntSlider, "At least so often", "least", value=2, min=1, max=50),
        "stopped": labelled(ui.Checkbox, "Leave stop words out", "stops", value=True, indent=False),
        "once": labelled(ui.Checkbox, "Count a repeated sentence once", "once", indent=False),
    }
    return panel("words", controls | group, answer)


def repeated(tokens: Tokens, *, similarity: float = 0.6) -> Any:
    """Pairs of nearly equal sentences with their differences marked, or sentences repeated verbatim.

    The slider is the Jaccard similarity of their words, at first `similarity`. Moving it below the lowest value so far
    searches again, as does each move where `near_repeats` omitted pairs. Raises `ValueError` for a similarity not in
    (0, 1].
    """
    if not 0 < similarity <= 1:
        raise ValueError(f"similarity is {similarity}: use a share above 0 and at most 1, such as 0.6")
    searched: tuple[float, pd.DataFrame, bool] | None = None  # lowest similarity, pairs, whether some were omitted
    exact = repeats.repeat_groups(tokens, repeats.exact_repeats(tokens, "sentence", min_words=MIN_WORDS))

    def answer(kind: str, similarity: float) -> str:
        nonlocal searched
        if kind == "same":
            heading = f"Sentences of {MIN_WORDS} words or more that occur more than once word for word: {len(exact):,}"
            return sentence(heading) + scrolled(table_html(exact.head(LINES)), "Sentences")
        if searched is None or similarity < searched[0] or searched[2]:
            found = repeats.near_repeats(tokens, similarity)
            searched = similarity, near_texts(tokens, found), bool(found["omitted"].any())
        _, near, crowded = searched
        near = near[near["similarity"] >= similarity - 1e-9]
        heading = (
            f"Pairs of sentences that share {similarity:.0%} of their words or more and are not the same: {len(near):,}"
            f"{' or more, of which not all are listed' * (crowded and len(near) > 0)}"
        )
        if near.empty:
            return sentence(heading)
        more = f"; the first {PAIRS} are shown" if len(near) > PAIRS else ""
        pairs = near.head(PAIRS).assign(kind="sentences")
        return sentence(heading + more) + scrolled(side_by_side_passages(pairs), "Pairs of sentences")

    options = [("sentences nearly the same", "near"), ("sentences word for word", "same")]
    kind = labelled(ui.Dropdown, "Look for", "kind", options=options)
    least = min(0.4, similarity)
    share = labelled(ui.FloatSlider, "Words in common", "similarity", value=similarity, min=least, max=1.0, step=0.05)
    return panel("repeated", {"kind": kind, "similarity": share}, answer)


def report_tables(run: Run) -> Any:
    """The tables of a finished report, one at a time, to sort and to search."""
    names = sorted(run)
    first = next((name for name in BEGINS if name in run), names[0])
    table = labelled(ui.Dropdown, "Table", "table", options=names, value=first)
    column = labelled(ui.Dropdown, "Sort by", "column")
    read = lru_cache(maxsize=4)(run.__getitem__)

    def columns(_: Any = None) -> None:
        column.options = [("as in the report", ""), *((name, name) for name in read(table.value).columns)]
        column.value = ""  # the first: "as in the report"

    def answer(table: str, column: str, largest: bool, text: str) -> str:
        rows = read(table)
        if text.strip():
            cells = rows.astype(object).where(rows.notna(), "").astype(str)
            holds = (cells[name].str.contains(text.strip(), case=False, regex=False) for name in cells)
            rows = rows[np.logical_or.reduce(list(holds))]
        if column in rows.columns:
            rows = rows.sort_values(column, ascending=not largest, kind="stable")
        heading = f"Rows: {len(rows):,}" + (f", the first {LINES} are shown" if len(rows) > LINES else "")
        return (
            sentence(str(run.about(table)["caption"]))
            + sentence(heading)
            + scrolled(table_html(rows.head(LINES)), "Table")
        )

    columns()
    table.observe(columns, "value")
    largest = labelled(ui.Checkbox, "Largest first", "largest", value=True, indent=False)
    text = labelled(ui.Text, "With the text", "text", placeholder="in any column")
    return panel("tables", {"table": table, "column": column, "largest": largest, "text": text}, answer)


def report_folder(corpus: str | Path, run: str | Path | None = None) -> Path:
    """The folder of the finished report `run`, or the default one of ``lafz report`` for `corpus`."""
    return from_root(run) if run else FIGURES / (from_root(corpus).resolve().stem or "report")


def _lines(tokens: Tokens, pattern: str, order: str) -> tuple[pd.DataFrame, int]:
    """The lines of a concordance that are shown, and how many there are in all."""
    # As kwic does, keep the shortest of the matches that begin, and of those that end, together.
    found = find(tokens, [pattern]).drop_duplicates("first").drop_duplicates("last", keep="last")
    if order != "document" and len(found) <= SORTED:
        return kwic(tokens, pattern, sort=order).head(LINES), len(found)
    # The contexts of all occurrences may take seconds: read only the documents with the first ones.
    rows = np.unique(tokens.document[found["first"].to_numpy()[:LINES]])
    return kwic(tokens.subset(rows), pattern).head(LINES), len(found)


def _nowhere(tokens: Tokens, pattern: str) -> str:
    """Say that a pattern matches nothing, and propose the most frequent words that begin like it."""
    nothing = f"“{pattern.strip()}” does not occur in these texts"
    word = fold_pattern(pattern, lowercase=tokens.options["lowercase"])
    if any(letter in word for letter in " *?/"):
        return nothing
    longer = fitting_types(tokens, [f"{word}*"]).indices
    counts = np.bincount(tokens.ids, minlength=len(tokens.vocabulary))[longer]
    best = longer[np.lexsort((tokens.vocabulary[longer].astype(str), -counts))][:LONGER]
    listed = ", ".join(str(name) for name in tokens.vocabulary[best])
    return f"{nothing}. Words that begin so: {listed} (all of them: {word}*)" if listed else nothing
