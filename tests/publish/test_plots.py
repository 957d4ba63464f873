"""No drawing clips or overlaps its labels, whatever the words are."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from analysis.publish import plots
from analysis.publish.figures import Size, cut, style
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
    return plots.position_map(spans.assign(kind="across"), kinds=kinds)


def both(rows):
    table = pd.DataFrame({"term": [WORDS[i % 6] for i in range(rows)], "rate": np.linspace(9e5, 1, rows)})
    table = table.assign(ci_low=table["rate"] * 0.8, ci_high=table["rate"] * 1.2, once=table["rate"] / 2)
    names = ["as the text stands", "each sentence counted once"]
    return plots.interval_dots(table, label="term", value="rate", xlabel="n", beside="once", names=names)


def bars(rows):
    table = pd.DataFrame({"term": [WORDS[i % 6] for i in range(rows)], "log_ratio": np.linspace(4, -3, rows)})
    table = table.assign(ci_low=table["log_ratio"] - 1, ci_high=table["log_ratio"] + 1, g2=1234.5)
    table["q_documents"] = np.where(np.arange(rows) % 2, 0.2, 0.001)
    return plots.keyness_bars(
        table, target="State agency", reference="A private daily with a very long name of its own"
    )


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


def changes(rows):
    table = pd.DataFrame({"term": [WORDS[i % 6] for i in range(rows)], "count": range(rows, 0, -1)})
    table["adjusted"] = table["count"] / 2
    return plots.change_dots(table, label="term", before="count", after="adjusted", xlabel="n")


@every_width
@pytest.mark.parametrize(
    ("draw", "size"),
    [
        *((dots, rows) for rows in (1, 25, 60)),
        *((grid, size) for size in ((1, 1), (25, 12), (3, 2), (4, 40))),
        *((positions, rows) for rows in (1, 40)),
        *((changes, rows) for rows in (2, 20)),
        *((both, rows) for rows in (2, 25)),
        *((bars, rows) for rows in (1, 30)),
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
    # 10 to 50 of 100 characters: a bar from 10% that is 40% wide
    spans = [p for p in positions(1).axes[0].patches if p.get_width() == 40]
    assert [span.get_x() for span in spans] == [10]


def test_a_key_word_stands_on_its_side_and_is_hollow_where_it_is_not_sure():
    # log ratios 4, 1.67, -0.67, -3; every other one is not significant
    shown = [p for p in bars(4).axes[0].patches if p.get_width()]
    drawn = {round(p.get_width(), 2): p.get_facecolor()[:3] == (1.0, 1.0, 1.0) for p in shown}
    assert drawn == {4.0: False, 1.67: True, -0.67: False, -3.0: True}


def test_a_mark_stands_at_its_word():
    places = [segment[0][0] for lines in marks(3).axes[0].collections[1:] for segment in lines.get_segments()]
    assert places == [0, 99]


def test_marks_that_run_into_each_other_are_one_ground_under_steps():
    ax = crowded(301).axes[0]
    ground, war, rain = ax.patches
    # From the first mark to the last of those that touch: war is one piece, rain two.
    # Four corners each, and where it closes.
    assert [box[0, 0] for box in ground.get_path().vertices.reshape(3, 5, 2)] == [0, 5, 990]
    assert [box[2, 0] for box in ground.get_path().vertices.reshape(3, 5, 2)] == [300, 5, 990]
    # Ten words are a slice: thirty are full, one has a single mark of the ten there may be, the others none.
    values, edges, base = war.get_data()
    assert list(edges[:3]) == [0, 10, 20]
    assert [round((base - value) / 0.72, 6) for value in values] == [1] * 30 + [0.1] + [0] * 69
    values, _, base = rain.get_data()
    assert [round((base - value) / 0.72, 6) for value in values] == [1] + [0] * 98 + [1]


def test_a_mark_that_stands_for_several_counts_as_often():
    places = pd.DataFrame({"term": "war", "place": [0, 15, 990], "times": [200, 50, 100]})
    options = {"by": "term", "order": ["war"], "words": 1000, "borders": [], "xlabel": "Running words"}
    ax = plots.strip(places, **options).axes[0]
    [_, steps] = ax.patches
    values, _, base = steps.get_data()
    assert [round((base - value) / 0.72, 6) for value in values] == [1, 0.25] + [0] * 97 + [0.5]
    assert not plots.strip(places.assign(times=1), **options).axes[0].patches  # three marks are strokes


def test_a_strip_with_room_for_its_marks_has_a_stroke_for_each():
    ax = crowded(300).axes[0]
    assert not ax.patches
    assert sum(len(lines.get_segments()) for lines in ax.collections) == 302


def test_a_crowded_strip_says_what_its_shades_mean():
    assert [text.get_text() for text in crowded(301).legends[0].get_texts()] == [
        "where it stands",
        "how many in each 100th of the text, a scale per row",
    ]


@pytest.mark.parametrize(("bars", "shapes"), [(300, 300), (301, 1)])
def test_thousands_of_bars_of_a_map_are_one_shape(bars, shapes):
    names = [f"d{i}" for i in range(bars)]
    spans = pd.DataFrame({"doc_id": names, "n_chars": 100, "start": 10, "end": 50, "kind": "across"})
    ax = plots.position_map(spans, kinds=[("across", "also in another document")]).axes[0]
    drawn = ax.patches[bars:]  # over a pale bar for each document
    assert len(drawn) == shapes


def test_a_million_is_written_in_full():
    assert plots.THOUSANDS.format_ticks([0, 0.30000000000000004, 1500, 1e6, 2.5e7]) == [
        "0", "0.3", "1,500", "1,000,000", "25,000,000",
    ]  # fmt: skip


@pytest.mark.parametrize(("top", "last"), [(800, "800"), (3000, "3,000")])
def test_dots_of_changes_stand_over_numbers_in_thousands(top, last):
    table = pd.DataFrame({"term": ["war"], "count": [top], "adjusted": [top / 2]})
    figure = plots.change_dots(table, label="term", before="count", after="adjusted", xlabel="Occurrences")
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
    assert not axes.collections[0].get_segments()  # no interval without ci_low and ci_high


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
