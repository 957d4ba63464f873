"""No drawing clips or overlaps its labels, whatever the words are."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from analysis import tokenize
from analysis.publish import plots
from analysis.publish.figures import Size, cut, style
from analysis.text.corpus import read_texts
from tests.publish.drawn import assert_all_can_be_read, drawn, every_width, tick_labels

WORDS = [
    "plan",
    "counter-terrorism",
    "a phrase of very many words that goes on and on and on",
    "عزمِ استحکام",
    "$ 5",
    "x",
]


def dots(rows):
    table = pd.DataFrame({"term": [WORDS[i % 6] for i in range(rows)], "rate": np.linspace(9e5, 1, rows)})
    table = table.assign(ci_low=table["rate"] * 0.8, ci_high=table["rate"] * 1.2)
    return plots.interval_dots(table, label="term", value="rate", xlabel="Occurrences per million words")


def grid(rows, columns):
    numbers = np.arange(rows * columns, dtype=float).reshape(rows, columns) * 997
    table = pd.DataFrame(numbers, columns=[f"Private daily {i}" for i in range(columns)])
    table.insert(0, "term", [WORDS[i % 6] for i in range(rows)])
    return plots.heat_map(table, xlabel="Per million words", names={"x": "a name that the file does not have"})


def positions(rows):
    spans = pd.DataFrame({"doc_id": [f"d{i}" for i in range(rows)], "n_chars": 100, "start": 10, "end": 50})
    kinds = [("within", "again in the same document"), ("across", "also in another document")]
    return plots.position_map(spans.assign(kind="across"), kinds=kinds, titles={"d0": "The first of the documents"})


def both(rows):
    table = pd.DataFrame({"term": [WORDS[i % 6] for i in range(rows)], "rate": np.linspace(9e5, 1, rows)})
    table = table.assign(ci_low=table["rate"] * 0.8, ci_high=table["rate"] * 1.2, once=table["rate"] / 2)
    names = ["as printed", "each sentence counted once"]
    return plots.interval_dots(table, label="term", value="rate", xlabel="n", beside="once", names=names)


def bars(rows, sides=2):
    sides = ["State agency", "A private daily with a very long name of its own", *"cdefgh"][:sides]
    one = pd.DataFrame({"term": [WORDS[i % 6] for i in range(rows)], "log_ratio": np.linspace(4, 1, rows)})
    table = pd.concat([one.assign(side=side) for side in sides], ignore_index=True)
    table = table.assign(g2=1234.5, documents=3, of_documents=1200)
    table["q_documents"] = np.where(np.arange(len(table)) % 2, 0.2, 0.001)
    return plots.keyness_bars(table, target=sides[0], reference="the others")


def marks(rows):
    order = [f"{WORDS[i % 6]} {i}" for i in range(rows)]
    places = pd.DataFrame({"term": [order[0], "another", order[-1]], "place": [0, 5, 99]})
    return plots.strip(places, by="term", order=order, words=100, borders=[40], xlabel="Running words")


def crowded(times):
    """A strip of 1,000 words: "war" at 0, 1, 2 ... up to `times` words, "rain" at 5 and at 990."""
    terms = ["war"] * times + ["rain"] * 2
    places = pd.DataFrame({"term": terms, "place": [*range(times), 5, 990]})
    order = ["war", "rain"]
    return plots.strip(places, by="term", order=order, words=1000, borders=[], xlabel="Running words")


def triangle(rows):
    names = [f"{WORDS[i % 6]} {i} (uncertain)" for i in range(rows)]
    table = pd.DataFrame(np.ones((rows, rows)), columns=names)
    table.insert(0, "frame", names)
    return plots.heat_map(table, xlabel="PPMI", half=True, outlined=[[names[-1], names[0]]])


def numbered(rows):
    table = pd.DataFrame({"term": [WORDS[i % 6] for i in range(rows)], "share": np.linspace(0.9, 0.001, rows)})
    return plots.interval_dots(table, label="term", value="share", xlabel="Share", percent=True)


@every_width
@pytest.mark.parametrize(
    ("draw", "size"),
    [
        *((dots, rows) for rows in (1, 25, 60)),
        *((grid, size) for size in ((1, 1), (25, 12), (3, 2), (4, 40))),
        *((positions, rows) for rows in (1, 40)),
        *((triangle, rows) for rows in (2, 12)),
        *((numbered, rows) for rows in (2, 20)),
        *((both, rows) for rows in (2, 25)),
        *((bars, size) for size in ((1, 1), (30, 2), (5, 7))),
        *((marks, rows) for rows in (1, 20)),
        *((crowded, times) for times in (301, 900)),
    ],
)
def test_labels_are_inside_the_picture_and_apart(draw, size, width):
    with style(Size(width)):
        figure = draw(*size) if isinstance(size, tuple) else draw(size)
    assert figure.get_figwidth() == pytest.approx(width)
    assert_all_can_be_read(figure)


def test_a_cell_shows_its_number():
    figure = grid(2, 2)
    texts = [text.get_text() for text in figure.axes[0].findobj(Text)]
    assert {"997", "1,994", "2,991"} <= set(texts)
    assert "0" not in texts


def test_a_span_is_drawn_where_it_stands():
    # 10 to 50 of 100 characters, over a pale bar for the document
    whole, _, spans = positions(1).axes[0].patches
    assert whole.get_width() == 100
    box = spans.get_path().get_extents()
    assert [box.x0, box.x1] == [10, 50]


def test_a_key_word_is_in_the_panel_of_its_side_and_hollow_where_it_is_not_sure():
    # log ratios 4, 3, 2, 1 on either side; every other one is not significant
    for ax, title in zip(bars(4).axes, ["State agency", "A private daily … its own"], strict=True):
        drawn = {round(p.get_width(), 2): p.get_facecolor()[:3] == (1.0, 1.0, 1.0) for p in ax.patches}
        assert drawn == {4.0: False, 3.0: True, 2.0: False, 1.0: True}
        assert ax.get_title(loc="right").split()[0] == title.split()[0]
        assert [text.get_text() for text in ax.texts] == ["3 of 1,200"] * 4


def test_of_a_triangle_the_cells_below_the_diagonal_are_drawn_and_those_named_are_outlined():
    table = pd.DataFrame({"frame": ["a", "b", "c"], "a": [9.0, 1, 2], "b": [1, 9.0, 3], "c": [2.0, 3, 9]})
    axes = plots.heat_map(table, xlabel="PPMI", half=True, outlined=[["c", "a"], ["a", "c"]]).axes[0]
    shown = axes.images[0].get_array().filled(np.nan)
    np.testing.assert_array_equal(shown, [[1, np.nan], [2, 3]])
    assert [box.get_xy() for box in axes.patches] == [(-0.5, 0.5)]  # c, a: the other half is not drawn
    assert axes.get_xlabel() == "PPMI; outlined: more or less than chance explains"


def test_rows_and_columns_are_in_the_order_of_their_sums_unless_these_are_of_time():
    table = pd.DataFrame({"term": ["a", "b"], "x": [1.0, 2], "y": [5.0, 9]})
    for in_time, cells in ((False, [[9, 2], [5, 1]]), (True, [[2, 9], [1, 5]])):
        axes = plots.heat_map(table, xlabel="n", in_time=in_time).axes[0]
        assert axes.images[0].get_array().tolist() == cells
        assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "a"]


def test_a_row_with_neither_interval_nor_neighbour_is_a_bar_with_its_number():
    axes = numbered(3).axes[0]
    assert [round(bar.get_width(), 4) for bar in axes.patches] == [0.9, 0.4505, 0.001]
    assert [text.get_text() for text in axes.texts] == ["90%", "45%", "under 1%"]


def test_names_that_would_be_cut_alike_are_told_by_where_they_differ():
    names = [f"The Provincial Gazette of the Government of District {i} and its Tehsils" for i in range(3)]
    table = pd.DataFrame({"source": names, "rate": [3.0, 2, 1]})
    labels = plots.interval_dots(table, label="source", value="rate", xlabel="n").axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == [f"… {i} and its Tehsils" for i in range(3)]


def test_documents_are_called_by_their_titles_and_by_their_names_where_those_are_not_enough():
    tokens = tokenize(read_texts(["One.", "Two.", "Three.", "Four."]))
    tokens.corpus.documents["title"] = ["Rain", "Rain", "", "Sun"]
    assert plots.titles(tokens, ["0", "1", "2", "3"]) == {"0": "Rain (0)", "1": "Rain (1)", "2": "2", "3": "Sun"}


def test_a_mark_stands_at_its_word():
    places = [segment[0][0] for lines in marks(3).axes[0].collections[1:] for segment in lines.get_segments()]
    assert places == [0, 99]


def test_marks_that_run_into_each_other_are_steps():
    ax = crowded(301).axes[0]
    war, rain = ax.patches
    # Ten words are a slice: thirty are full, one has a single mark of the ten there may be, the others none.
    values, edges, base = war.get_data()
    assert list(edges[:3]) == [0, 10, 20]
    assert [round((base - value) / 0.72, 6) for value in values] == [1] * 30 + [0.1] + [0] * 69
    values, _, base = rain.get_data()
    assert [round((base - value) / 0.72, 6) for value in values] == [1] + [0] * 98 + [1]
    assert ax.get_xlabel() == "Running words; height: how many, a scale per row"


def test_a_mark_that_stands_for_several_counts_as_often():
    places = pd.DataFrame({"term": "war", "place": [0, 15, 990], "times": [200, 50, 100]})
    options = {"by": "term", "order": ["war"], "words": 1000, "borders": [], "xlabel": "Running words"}
    ax = plots.strip(places, **options).axes[0]
    [steps] = ax.patches
    values, _, base = steps.get_data()
    assert [round((base - value) / 0.72, 6) for value in values] == [1, 0.25] + [0] * 97 + [0.5]
    assert not plots.strip(places.assign(times=1), **options).axes[0].patches  # three marks are strokes


def test_a_strip_with_room_for_its_marks_has_a_stroke_for_each():
    ax = crowded(300).axes[0]
    assert not ax.patches
    assert sum(len(lines.get_segments()) for lines in ax.collections) == 302


def test_a_million_is_written_in_full():
    assert plots.THOUSANDS.format_ticks([0, 0.30000000000000004, 1500, 1e6, 2.5e7]) == [
        "0", "0.3", "1,500", "1,000,000", "25,000,000",
    ]  # fmt: skip


@pytest.mark.parametrize(("top", "last"), [(800, "800"), (3000, "3,000")])
def test_dots_of_changes_stand_over_numbers_in_thousands(top, last):
    table = pd.DataFrame({"term": ["war"], "count": [top], "adjusted": [top / 2]})
    options = {"value": "adjusted", "beside": "count", "names": ["counted once", "as printed"], "joined": True}
    figure = plots.interval_dots(table, label="term", **options, xlabel="Occurrences")
    drawn(figure)
    assert last in [label.get_text() for label in figure.axes[0].get_xticklabels()]


@pytest.mark.parametrize(("width", "written"), [(9.0, True), (3.0, False)])
def test_a_cell_has_its_number_where_there_is_room(width, written):
    with style(Size(width)):
        figure = grid(4, 8)
    assert bool(figure.axes[0].texts) is written
    assert len(figure.axes) == (1 if written else 2)  # a scale of colours instead


def test_a_row_without_a_name_says_so():
    table = pd.DataFrame({"source": ["", "Daily"], "rate": [1.0, 2.0]})
    axes = plots.interval_dots(table, label="source", value="rate", xlabel="n").axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["(none)", "Daily"]
    assert not axes.collections  # no interval without ci_low and ci_high


@pytest.mark.parametrize("most", range(4, 40))
def test_a_cut_label_is_no_longer_than_it_may_be(most):
    for label in ["War and eradication (not valid here)", "a" * 50, "two words"]:
        assert len(cut(label, most)) <= most


@pytest.mark.parametrize("most", [9.5, 12_345, 19_616, 123_456, 2_345_678])
@pytest.mark.parametrize("label", ["war", "operation azm-e-istehkam"])
@every_width
def test_the_numbers_of_an_axis_stand_apart(most, label, width):
    table = pd.DataFrame({"term": [label, "b"], "rate": [most, 0]})
    with style(Size(width)):
        figure = plots.interval_dots(table, label="term", value="rate", xlabel="n")
    drawn(figure)
    boxes = [number.get_window_extent() for number in tick_labels(figure.axes[0])[0]]
    assert len(boxes) > 1
    assert all(left.x1 + 2 < right.x0 for left, right in itertools.pairwise(boxes))
