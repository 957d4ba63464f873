"""Points, lines, strokes and passages: labels that can be read, values where they belong."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.dates import date2num
from matplotlib.text import Annotation

from analysis.publish import charts
from analysis.publish.figures import Size, style
from tests.publish.drawn import assert_all_can_be_read, assert_apart, drawn, every_width, tick_labels

NAMES = ["plan", "counter-terrorism", "عزمِ استحکام", "$ 5", "x", "people"]


def points(rows):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"term": [f"{NAMES[i % 6]} {i}" for i in range(rows)], "count": random.integers(1, 50, rows)})
    return charts.labelled_points(
        table.assign(even=random.random(rows)), x="count", y="even", label="term", xlabel="n", ylabel="Evenness"
    )


def panels(count, dates=5):
    periods = pd.date_range("2024-06-01", periods=dates, freq="MS")
    table = pd.concat(pd.DataFrame({"period": periods, "term": name, "rate": 10.0 * n}) for n, name in enumerate(NAMES))
    table = table[table["term"].isin(NAMES[:count])].assign(ci_low=0.0, ci_high=lambda t: t["rate"] * 2)
    titles = {name: f"{name} (τ = 0.33, q = 0.21)" for name in NAMES}
    return charts.small_multiples(table, x="period", y="rate", by="term", ylabel="Per million words", titles=titles)


def rivals(rows):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"term": [f"{NAMES[i % 6]} {i}" for i in range(rows)], "q_documents": random.random(rows)})
    table = table.assign(target_rank=random.random(rows).round(1), reference_rank=random.random(rows).round(1))
    table = table.assign(count=3, reference_count=2)
    return charts.two_sides(table, target="A ministry of a very long name indeed, and of others", reference="$ 5")


def neighbours(rows):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"doc_id": [f"d{n}" for n in range(rows)], "label": [NAMES[n % 6] * 3 for n in range(rows)]})
    table = table.assign(x=random.random(rows), y=random.random(rows) / 9, similarity=0.5)
    links = pd.DataFrame({"a": table["doc_id"][:-1], "b": table["doc_id"].shift(-1)[:-1], "jaccard": 0.5})
    return charts.document_map(table, links)


def curves(ranks):
    rank = np.arange(1, ranks)
    table = pd.DataFrame({"rank": rank, "count": 1000 // rank, "fitted": 1.0})
    growth = pd.DataFrame({"words": 10 * rank, "types": rank, "fitted": 1.0})
    return charts.rank_curve(table, growth)


def strokes(rows):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a_word": random.integers(0, 400, rows), "b_word": random.integers(400, 900, rows)})
    return charts.dot_plot(table.assign(words=40), words=1000, borders=[100])


def ways(families, sources=6, dated=True):
    rows = [
        (family, f"d{k}", f"{NAMES[k % 6]} {k}", f"2024-06-{1 + k % 28:02d}", "words of a passage " * 9)
        for family in range(families)
        for k in range(sources)
    ]
    table = pd.DataFrame(rows, columns=["family", "doc_id", "source", "date", "text"])
    table["date"] = pd.to_datetime(table["date"])
    table.loc[table.index % 3 == 1 if dated else table.index >= 0, "date"] = pd.NaT
    return table


def course(rows):
    new = np.linspace(1, 0, rows)
    table = pd.DataFrame({"place": range(1, rows + 1), "new": new, "running": new, "expected": 1 - (1 - new) / 2})
    return charts.novelty_curve(table, unit="document")


@every_width
@pytest.mark.parametrize(
    ("draw", "table"),
    [
        *((points, rows) for rows in (1, 300)),
        *((rivals, rows) for rows in (1, 300)),
        *((neighbours, rows) for rows in (2, 99)),
        *((panels, count) for count in (1, 6)),
        (curves, 400),
        *((strokes, rows) for rows in (0, 500)),
        *((course, rows) for rows in (1, 5000)),
        (charts.timeline, ways(1, 1)),
        (charts.timeline, ways(9)),
        (charts.timeline, ways(3, 90)),
        (charts.timeline, ways(3, dated=False)),
        (charts.timeline, ways(1).iloc[:0]),
    ],
    ids=map(str, range(18)),
)
def test_all_that_is_written_is_inside_the_picture_and_apart(draw, table, width):
    with style(Size(width)):
        figure = draw(table)
    assert_all_can_be_read(figure)
    assert_apart([text for text in figure.axes[0].texts if isinstance(text, Annotation)])


@pytest.mark.parametrize("rows", [10, 300])
def test_no_label_covers_another(rows):
    figure = points(rows)
    drawn(figure)
    labels = [t for t in figure.axes[0].texts if isinstance(t, Annotation)]
    assert len(labels) >= min(0.9 * rows, 15)
    assert_apart(labels)


def test_panels_share_their_scale_and_begin_at_nothing():
    axes = [ax for ax in panels(6).axes if ax.get_visible()]
    assert {ax.get_ylim() for ax in axes} == {axes[0].get_ylim()}
    assert axes[0].get_ylim()[0] == 0
    assert axes[0].get_ylim()[1] >= 100  # the highest band: rate 50, twice that


def test_an_odd_panel_leaves_its_place_empty():
    assert [ax.get_visible() for ax in panels(3).axes] == [True, True, True, False]


def test_words_of_two_sides_are_where_their_ranks_say_and_the_sure_ones_are_dark():
    table = pd.DataFrame({"term": ["war", "law", "tea"], "q_documents": [0.01, 0.2, np.nan]})
    table = table.assign(
        target_rank=[1.0, 0.0, 0.5], reference_rank=[0.0, 1.0, 0.5], count=[9, 0, 2], reference_count=2
    )
    axes = charts.two_sides(table, target="Daily", reference="Wire").axes[0]
    _, unsure, sure = axes.lines
    assert unsure.get_xydata().tolist() == [[1.0, 0.0], [0.5, 0.5]]
    assert sure.get_xydata().tolist() == [[0.0, 1.0]]
    assert sure.get_color() != unsure.get_color()
    assert {text.get_text() for text in axes.texts} == {"war", "law", "tea"}
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("In Daily", "In Wire")


def test_a_line_joins_two_documents_that_share_passages_and_is_thicker_the_more_they_do():
    table = pd.DataFrame({"doc_id": list("abc"), "label": ["A", "B", "C"], "x": [0.0, 1.0, 0.5], "y": [0.0, 0.0, 1.0]})
    table["similarity"] = 0.5
    links = pd.DataFrame({"a": ["a", "b"], "b": ["c", "c"], "jaccard": [0.1, 0.9]})
    axes = charts.document_map(table, links).axes[0]
    (lines,) = axes.collections
    assert [way.tolist() for way in lines.get_segments()] == [[[0, 0], [0.5, 1]], [[1, 0], [0.5, 1]]]
    assert lines.get_linewidths()[1] > lines.get_linewidths()[0]
    assert axes.get_aspect() == 1
    assert {text.get_text() for text in axes.texts} == {"A", "B", "C"}


def test_no_label_covers_a_point_of_a_word_without_one():
    figure = rivals(300)
    drawn(figure)
    axes = figure.axes[0]
    places = np.vstack([axes.transData.transform(line.get_xydata()) for line in axes.lines[1:]])
    boxes = [t.get_window_extent() for t in axes.texts]
    assert boxes
    assert not any(box.contains(*place) for box in boxes for place in places)


@pytest.mark.parametrize("counts", [[2, 9], [1, 50], [1, 40_000]])
def test_a_scale_of_counts_has_ticks_that_can_be_read(counts):
    table = pd.DataFrame({"term": ["a", "b"], "count": counts, "even": [0.1, 0.9]})
    figure = charts.labelled_points(table, x="count", y="even", label="term", xlabel="n", ylabel="Evenness")
    drawn(figure)
    axes = figure.axes[0]
    ticks = [number.get_text() for number in tick_labels(axes)[0]]
    assert len(ticks) >= 2
    assert all(float(tick.replace(",", "")) >= 1 for tick in ticks)
    assert not axes.xaxis.get_minorticklocs().size


@pytest.mark.parametrize(("inches", "rows"), [(3.3, 3), (4.9, 3), (6.9, 2)])
def test_panels_fill_the_width_and_their_titles_do_not_meet(inches, rows):
    with style(Size(inches)):
        figure = panels(6)
    drawn(figure)
    assert len({round(ax.get_position().y0, 3) for ax in figure.axes}) == rows
    assert_apart([ax._left_title for ax in figure.axes])


@every_width
@pytest.mark.parametrize("types", [9, 95, 206, 2_000, 60_000])
def test_the_numbers_of_ranks_do_not_meet(types, width):
    rank = np.arange(1, types + 1)
    table = pd.DataFrame({"rank": rank, "count": np.maximum(types // rank, 1), "fitted": 1.0})
    growth = pd.DataFrame({"words": [10, 2 * types], "types": [5, types], "fitted": 1.0})
    with style(Size(width)):
        figure = charts.rank_curve(table, growth)
    drawn(figure)
    numbers, _ = tick_labels(figure.axes[0])
    boxes = [number.get_window_extent() for number in numbers]
    assert len(boxes) > 1
    assert all(left.x1 + 3 < right.x0 for left, right in itertools.pairwise(boxes))


def test_a_run_is_a_diagonal_on_both_sides():
    figure = charts.dot_plot(pd.DataFrame({"a_word": [3], "b_word": [20], "words": [5]}), words=30, borders=[])
    (lines,) = (c for c in figure.axes[0].collections if c.get_rasterized())
    assert [segment.tolist() for segment in lines.get_segments()] == [[[3, 20], [8, 25]], [[20, 3], [25, 8]]]
    assert figure.axes[0].get_ylim() == (30, 0)  # read from the top


def test_a_passage_has_a_point_a_day_with_how_many_documents_there_are():
    table = pd.DataFrame(
        {
            "family": [4, 4, 4, 4, 7],
            "doc_id": ["a", "b", "c", "d", "a"],
            "source": ["Ministry", "Daily", "Daily", "Agency", "Ministry"],
            "date": pd.to_datetime(["2024-06-22", "2024-06-24", "2024-06-24", None, "2024-06-22"]),
            "text": ["We will win", "We will", "will win", "will", "Other"],
        }
    )
    axes = charts.timeline(table).axes[0]
    points, _ = (one for one in axes.collections if isinstance(one, PathCollection))
    first, second = date2num(pd.to_datetime(["2024-06-22", "2024-06-24"]))
    assert points.get_offsets()[:2].tolist() == [[first, 0], [second, 0]]
    assert points.get_offsets()[2, 0] > second  # the one without a date
    (line, _) = (one.get_segments()[0] for one in axes.collections if hasattr(one, "get_segments"))
    assert line[:, 0].tolist() == [first, second]  # joins what has a date
    assert [text.get_text() for text in axes.texts] == [
        "2",
        "“We will win”\n4 documents of 3 sources, first Ministry",
        "“Other”\n1 document",
    ]
    assert axes.get_xticklabels()[-1].get_text() == "no date"


@pytest.mark.parametrize(
    ("days", "written"),
    [
        (["2024-06-01", "2024-06-02"], ["1 Jun\n2024", "2 Jun\n2024"]),
        (["2024-06-01"] * 2, ["1 Jun\n2024"]),
        (["1789-04-30", "2021-01-20"], ["1800", "1840", "1880", "1920", "1960", "2000"]),
    ],
)
def test_dates_are_whole_days_and_of_one_form(days, written):
    axes = charts.timeline(ways(1, 2).assign(date=pd.to_datetime(days))).axes[0]
    assert [t.get_text() for t in axes.get_xticklabels()] == written
    assert (axes.get_xticks() % 1 == 0).all()


def test_a_curve_is_drawn_as_it_is():
    table = pd.DataFrame({"place": [1, 2, 3], "new": [1, np.nan, 0], "running": [1, np.nan, 0.5], "expected": 0.9})
    dots, mean, expected = charts.novelty_curve(table, unit="document").axes[0].lines
    assert (dots.get_xdata().tolist(), dots.get_ydata().tolist()) == ([1, 3], [1, 0])
    assert mean.get_ydata().tolist() == [1, 0.5]
    assert expected.get_ydata().tolist() == [0.9, 0.9]


def test_a_bad_number_of_passages_is_named():
    with pytest.raises(ValueError, match="most is 0"):
        charts.timeline(ways(1), most=0)
