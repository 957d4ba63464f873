"""The strongest pairs of words as a network: the words it joins, and where each is drawn."""

from collections.abc import Sequence

import networkx as nx
import numpy as np
import pandas as pd

from analysis.core.compiled import Floats

ROOM = (1.6, 1.0)  # between two parts, across and down, in lengths of a line: words are wider than high


def network(table: pd.DataFrame, *, top: int = 60, measure: str = "log_dice") -> tuple[pd.DataFrame, pd.DataFrame]:
    """The words and lines of a drawing of the `top` strongest pairs in `table`, as `collocations` gives it.

    Two tables, both without rows where there is no pair:

    - nodes: ``word``; ``count``, the highest first_count or second_count that the word has in `table`; ``x``, ``y``,
      its place, the longer side of the drawing from -1 to 1, six decimals. Most frequent first, ties alphabetical.
    - edges: ``first``, ``second``, ``weight`` (the value of `measure`), strongest first, ties alphabetical.

    Two words have one line, even where they are pairs in both orders: the stronger. A word with itself, and a pair
    without a value, has none. Each connected part of the network is drawn by itself, its lines about equally long
    (Kamada and Kawai 1989, An Algorithm for Drawing General Undirected Graphs), its longer side upright, its most
    frequent word in the upper half unless in the middle. The parts are in rows, the tallest first, and cross nowhere:
    nearness means something inside a part only. The same table gives the same drawing.

    Raises `ValueError` for an unknown measure, or a `top` below 1.

    >>> from analysis import read_text, tokenize
    >>> from analysis.terms.collocation import collocations
    >>> tokens = tokenize(read_text("Armed forces met. Armed forces left. Security talks ended."))
    >>> nodes, edges = network(collocations(tokens), top=3)
    >>> edges.round(2)
          first  second  weight
    0     armed  forces    14.0
    1  security   talks    14.0
    2     talks   ended    14.0
    >>> nodes[["word", "count"]]
           word  count
    0     armed      2
    1    forces      2
    2     ended      1
    3  security      1
    4     talks      1
    """
    known = table.columns.drop(["first", "second"])
    if measure not in known:
        raise ValueError(f"no measure {measure!r}: this table has {', '.join(known)}")
    if top < 1:
        raise ValueError(f"top is {top}: give a number of pairs, 1 or more")
    edges = table.loc[(table["first"] != table["second"]) & table[measure].notna(), ["first", "second", measure]]
    edges = edges.rename(columns={measure: "weight"})
    edges = edges.sort_values(["weight", "first", "second"], ascending=[False, True, True])
    first, second = edges["first"], edges["second"]
    ends = pd.DataFrame({"low": first.where(first < second, second), "high": second.where(first < second, first)})
    edges = edges[~ends.duplicated()].head(top).reset_index(drop=True)

    sides = [table[[side, f"{side}_count"]].set_axis(["word", "count"], axis=1) for side in ("first", "second")]
    nodes = pd.concat(sides).groupby("word", as_index=False)["count"].max()
    nodes = nodes[nodes["word"].isin(edges["first"]) | nodes["word"].isin(edges["second"])]
    nodes = nodes.sort_values(["count", "word"], ascending=[False, True], ignore_index=True)
    x, y = _places(nodes["word"].tolist(), nx.Graph(zip(edges["first"], edges["second"], strict=True))).T
    return nodes.assign(x=x, y=y), edges


def _places(words: Sequence[str], graph: "nx.Graph[str]") -> Floats:
    """(words, 2) where each word is drawn, the parts of the network in rows like words on a page."""
    rank = {word: row for row, word in enumerate(words)}
    parts = [sorted(rank[word] for word in part) for part in nx.connected_components(graph)]
    drawn = [(part, _upright(graph, [words[row] for row in part])) for part in parts]
    drawn.sort(key=lambda one: (-one[1][:, 1].max().round(6), one[0]))
    sizes = [points.max(axis=0) + ROOM for _, points in drawn]
    width = max([np.sqrt(sum(across * down for across, down in sizes)), *(across for across, _ in sizes)])
    places = np.zeros((len(words), 2))
    left = top = height = 0.0
    for (part, points), (across, down) in zip(drawn, sizes, strict=True):
        if left + across > width:
            left, top, height = 0.0, top + height, 0.0
        places[part] = points + np.array([left, -top - points[:, 1].max()])
        left, height = left + across, max(height, down)
    if len(words):
        places -= (places.max(axis=0) + places.min(axis=0)) / 2
        places /= np.abs(places).max()
    return places.round(6) + 0.0


def _upright(graph: "nx.Graph[str]", part: Sequence[str]) -> Floats:
    """(words, 2) one part's places, lines about 1 long, in a box from (0, 0) that is taller than wide."""
    own: nx.Graph[str] = nx.Graph()
    own.add_nodes_from(part)  # in their order: that of a subgraph differs from one process to the next
    own.add_edges_from(graph.subgraph(part).edges)
    drawn = nx.kamada_kawai_layout(own)
    points = np.array([drawn[word] for word in part])
    points -= points.mean(axis=0)
    points /= np.mean([np.linalg.norm(drawn[a] - drawn[b]) for a, b in own.edges])
    points @= np.linalg.svd(points)[2][::-1].T
    off_the_middle = np.abs(points[:, 1]) > 0.01
    if points[off_the_middle.argmax(), 1] < 0:
        points = -points
    corner: Floats = points.min(axis=0)
    return points - corner
