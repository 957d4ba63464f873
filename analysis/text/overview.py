"""What was loaded: how many documents, sentences and words, by any metadata column."""

import numpy as np
import pandas as pd

from analysis.text.tokens import Tokens


def overview(tokens: Tokens, by: str | None = None) -> pd.DataFrame:
    """One row a group of the metadata column `by` (one row in all without it): documents, sentences, words, types.

    With dates in the corpus also ``first`` and ``last``, the days of the group's first and last document.

    >>> from analysis import read_text, tokenize
    >>> overview(tokenize(read_text("To be or not to be. Be quick.")))
       documents  sentences  words  types
    0          1          2      8      5
    """
    groups = pd.Series("all", index=range(tokens.n_documents)) if by is None else tokens.groups(by)
    rows = []
    for group in sorted(set(groups)):
        chosen = (groups == group).to_numpy()
        ids = tokens.ids[np.repeat(chosen, np.diff(tokens.document_offsets))]
        dates = tokens.corpus.documents["date"][chosen]
        rows.append(
            {
                by or "group": group,
                "documents": int(chosen.sum()),
                "sentences": int(chosen[tokens.sentence_document].sum()),
                "words": len(ids),
                "types": len(np.unique(ids)),
                "first": dates.min(),
                "last": dates.max(),
            }
        )
    table = pd.DataFrame(rows)
    if by is None:
        table = table.drop(columns="group")
    return table.drop(columns=["first", "last"]) if table["first"].isna().all() else table


def varying(tokens: Tokens, by: str | None) -> str | None:
    """`by` where the documents differ in that metadata column, None where there is nothing to compare.

    Raises `ValueError` when there is no such column.

    >>> from analysis import read_text, tokenize
    >>> varying(tokenize(read_text("To be.", source="Daily")), "source") is None
    True
    """
    return by if by and len(set(tokens.groups(by))) > 1 else None


def side_by_side(
    table: pd.DataFrame, tokens: Tokens, *, by: str, index: str, value: str, rows: pd.Series, most: int = 12
) -> pd.DataFrame:
    """`value` with the `rows` of `index` down the side and the groups of `by` along the top, in the order of names.

    Where there are more than `most` groups, those with the most words are taken. What a group lacks is 0.
    """
    sizes = overview(tokens, by).sort_values(["words", by], ascending=[False, True])
    groups = sorted(sizes[by].head(most))
    grid = table[table[index].isin(rows)].pivot_table(index=index, columns=by, values=value)
    return grid.reindex(index=pd.Index(rows, name=index), columns=groups).fillna(0.0)
