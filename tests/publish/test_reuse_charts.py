"""Drawings of reuse: every mark where it belongs, every word of them inside the picture and apart from the others."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.dates import date2num
from matplotlib.patches import FancyArrowPatch

from analysis.publish import reuse_charts as charts
from analysis.publish.figures import Size, style
from analysis.publish.markup import COLOURS
from tests.publish.drawn import assert_all_can_be_read, assert_apart, drawn, every_width

NAMES = ["Ministry", "A private daily with a very long name of its own", "ریڈیو", "", "Agency", "x"]


def strokes(rows):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a_word": random.integers(0, 400, rows), "b_word": random.integers(400, 900, rows)})
    return charts.dot_plot(table.assign(words=40), words=1000, borders=[100])


def ways(families, sources=6, dated=True):
    rows = [
        (family, f"{NAMES[k % 6]} {k // 6 or ''}".strip(), f"2024-06-{1 + k % 28:02d}", "words of a passage " * 9)
        for family in range(families)
        for k in range(sources)
    ]
    table = pd.DataFrame(rows, columns=["family", "source", "date", "text"])
    table["date"] = pd.to_datetime(table["date"])
    table.loc[table.index % 3 == 1 if dated else table.index >= 0, "date"] = pd.NaT
    return table


def links(groups):
    names = [f"{NAMES[k % 6]} {k}" for k in range(groups)]
    rows = [(a, b, 10 * k + 5) for k, (a, b) in enumerate(itertools.product(names, names))]
    return pd.DataFrame(rows, columns=["taker", "origin", "borrowed"])


def course(rows):
    new = np.linspace(1, 0, rows)
    table = pd.DataFrame({"place": range(1, rows + 1), "new": new, "running": new, "expected": 1 - (1 - new) / 2})
    return charts.novelty_curve(table, unit="document")


def shares(values):
    table = pd.DataFrame({"doc_id": [f"{NAMES[k % 6]} {k}" for k in range(len(values))], "borrowed_share": values})
    return charts.share_bars(table, xlabel="Words borrowed from earlier documents")


@every_width
@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (strokes, 0),
        (strokes, 500),
        (charts.timeline, ways(1, 1)),
        (charts.timeline, ways(9)),
        (charts.timeline, ways(3, 90)),
        (charts.timeline, ways(3, dated=False)),
        (charts.timeline, ways(1).iloc[:0]),
        (charts.reuse_network, links(0)),
        (charts.reuse_network, links(2)),
        (charts.reuse_network, links(9)),
        (charts.reuse_network, links(60)),
        (course, 1),
        (course, 5000),
        (shares, np.zeros(1)),
        (shares, np.linspace(0, 1, 40)),
        (shares, np.linspace(0, 1, 10_000)),
        (shares, np.zeros(10_000)),
    ],
    ids=map(str, range(17)),
)
def test_all_that_is_written_is_inside_the_picture_and_apart(draw, table, width):
    with style(Size(width)):
        figure = draw(table)
    assert_all_can_be_read(figure)
    assert_apart(figure.axes[0].texts)


def test_a_run_is_a_diagonal_on_both_sides():
    figure = charts.dot_plot(pd.DataFrame({"a_word": [3], "b_word": [20], "words": [5]}), words=30, borders=[])
    (lines,) = (c for c in figure.axes[0].collections if c.get_rasterized())
    assert [segment.tolist() for segment in lines.get_segments()] == [[[3, 20], [8, 25]], [[20, 3], [25, 8]]]
    assert figure.axes[0].get_ylim() == (30, 0)  # read from the top


def test_a_passage_goes_from_source_to_source_by_date():
    table = pd.DataFrame(
        {
            "family": [4, 4, 4, 7],
            "source": ["Daily", "Ministry", "Agency", "Ministry"],
            "date": pd.to_datetime(["2024-06-24", "2024-06-22", None, "2024-06-22"]),
            "text": ["We will win", "We will", "will win", "Other"],
        }
    )
    axes = charts.timeline(table, most=1).axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Ministry", "Daily", "Agency"]
    line, undated = [one for one in axes.lines if one.get_marker() != "None"]
    assert line.get_xdata().tolist() == date2num(pd.to_datetime(["2024-06-22", "2024-06-24"])).tolist()
    assert line.get_ydata().tolist() == [0, 1]
    assert undated.get_xdata()[0] > line.get_xdata().max()
    assert undated.get_ydata().tolist() == [2]
    (legend,) = charts.timeline(table).legends
    assert [text.get_text() for text in legend.get_texts()] == ["We will win", "Other"]


def test_dates_are_whole_days():
    table = ways(1, 2).assign(date=pd.to_datetime(["2024-06-01", "2024-06-02"]))
    axes = charts.timeline(table).axes[0]
    assert len(axes.get_xticks()) == 2
    assert (axes.get_xticks() % 1 == 0).all()
    one_day = charts.timeline(table.assign(date=pd.Timestamp("2024-06-01"))).axes[0]
    assert [t.get_text() for t in one_day.get_xticklabels()] == ["2024-06-01"]


def test_the_plot_has_the_room_that_the_legend_leaves():
    figure = charts.timeline(ways(5).dropna())
    _, height = drawn(figure)
    legend = figure.legends[0].get_window_extent()
    assert figure.axes[0].get_window_extent().height > height - legend.height - 60


def test_sources_beyond_the_room_share_a_row():
    axes = charts.timeline(ways(1, 90)).axes[0]
    names = [t.get_text() for t in axes.get_yticklabels()]
    assert len(names) == charts.ROWS
    assert names[-1] == f"({90 - charts.ROWS + 1} other sources)"
    assert sum(len(line.get_xdata()) for line in axes.lines if line.get_marker() == "o") == 90


def test_an_arrow_goes_from_origin_to_taker_and_is_as_wide_as_its_words():
    table = pd.DataFrame({"taker": ["b", "a", "a"], "origin": ["a", "b", "a"], "borrowed": [400, 100, 70]})
    figure = charts.reuse_network(table)
    arrows = {
        tuple(map(tuple, np.round(arrow._posA_posB, 6))): arrow.get_linewidth()
        for arrow in figure.axes[0].findobj(FancyArrowPatch)
    }
    # a at the top, b half round the circle
    assert arrows == {((0, 1), (0, -1)): 4, ((0, -1), (0, 1)): 0.5 + 3.5 / 4}
    assert figure._supxlabel.get_text().splitlines() == [
        "The widest arrow is 400 words.",
        "Not drawn: 70 words from a group's own earlier documents.",
    ]


def test_what_a_network_leaves_out_is_said():
    table = links(60)
    figure = charts.reuse_network(table)
    arrows = len(figure.axes[0].findobj(FancyArrowPatch))
    assert arrows <= charts.ARROWS
    between = table[table["taker"] != table["origin"]]["borrowed"].sort_values(ascending=False)
    assert len(figure.axes[0].texts) <= charts.GROUPS
    said = figure._supxlabel.get_text()
    assert f"The widest arrow is {between.max():,} words." in said
    assert f"Left out for want of room: {len(between) - arrows:,} arrows" in said


def test_a_curve_is_drawn_as_it_is():
    table = pd.DataFrame({"place": [1, 2, 3], "new": [1, np.nan, 0], "running": [1, np.nan, 0.5], "expected": 0.9})
    dots, mean, expected = charts.novelty_curve(table, unit="document").axes[0].lines
    assert (dots.get_xdata().tolist(), dots.get_ydata().tolist()) == ([1, 3], [1, 0])
    assert mean.get_ydata().tolist() == [1, 0.5]
    assert expected.get_ydata().tolist() == [0.9, 0.9]


def test_few_documents_have_a_bar_each_and_many_are_counted():
    bars = shares([0.2, 0.9, 0.004]).axes[0]
    assert [t.get_text() for t in bars.texts] == ["90%", "20%", "<1%"]
    assert [p.get_width() for p in bars.patches] == [0.9, 0.2, 0.004]
    many = shares(np.repeat([0, 0.05, 0.051, 0.15, 1], [60, 3, 4, 5, 6])).axes[0]
    counts = [round(p.get_height()) for p in many.patches]
    assert counts == [3, 4, 5, *[0] * 16, 6]  # up to 5%, 10%, 15%, and 100%
    assert many.get_title(loc="left") == "60 of 78 documents have none; the others:"


def test_passages_are_told_apart_without_colour():
    marks = [(marker, str(line)) for _, marker, line in charts.MARKS]
    assert len({marker for marker, _ in marks}) == len({line for _, line in marks}) == len(marks)
    assert {to_hex(COLOURS[colour]) for colour, _, _ in charts.MARKS}


@pytest.mark.parametrize("most", [0, 7])
def test_a_bad_number_of_passages_is_named(most):
    with pytest.raises(ValueError, match=f"most is {most}"):
        charts.timeline(ways(1), most=most)
