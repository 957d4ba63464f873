"""A figure is drawn from what its files will say, and they say how."""

import io
import json
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from IPython.utils.capture import capture_output
from matplotlib.figure import Figure

from analysis.core.csv_files import write_csv
from analysis.publish import charts, plots
from analysis.publish.figures import call_of, drawing, save_figure
from analysis.publish.tables import as_written, described, read_table


def awkward():
    return pd.DataFrame(
        {
            "term": ["null", "007", "", 'a,\n"b"'],
            "share": [1 / 3, np.nan, np.inf, 123456.7],
            "count": [1, 2, 3, 2**40],
            "known": pd.array([1, None, 3, 4], dtype="Int64"),
            "valid": [True, False, True, False],
            "day": pd.to_datetime(["2024-06-01 13:00", None, "2024-06-03 00:00", "2024-06-04 00:00"]),
            "kind": pd.Categorical(["b", "a", "b", "a"]),
            "": [0.1, 0.2, 0.3, 0.4],
        },
        index=[9, 8, 7, 6],
    )


def test_a_table_is_drawn_as_its_file_has_it():
    drawn = as_written(awkward())
    assert drawn["term"].tolist()[:2] == ["null", "007"]
    assert pd.isna(drawn["term"][2])
    assert drawn["term"][3] == 'a,\n"b"'
    # six significant digits: 1/3 and 123456.7
    assert drawn["share"].tolist() == [0.333333, pytest.approx(np.nan, nan_ok=True), np.inf, 123457.0]
    assert drawn["count"].tolist() == [1, 2, 3, 2**40]
    assert drawn["count"].dtype == np.int64
    assert drawn["known"].isna().tolist() == [False, True, False, False]
    assert drawn["valid"].tolist() == [True, False, True, False]
    assert drawn["day"][0] == pd.Timestamp("2024-06-01")
    assert drawn["kind"].tolist() == ["b", "a", "b", "a"]
    assert drawn.columns[-1] == ""


def test_what_was_read_is_written_the_same_and_read_the_same():
    first = as_written(awkward())
    pd.testing.assert_frame_equal(as_written(first), first)
    texts = [io.StringIO(), io.StringIO()]
    for table, text in zip((awkward(), first), texts, strict=True):
        write_csv(table, text)
    assert texts[0].getvalue() == texts[1].getvalue()
    texts[0].seek(0)
    pd.testing.assert_frame_equal(read_table(texts[0], described(awkward())["columns"]), first)


ODD = ["a\x01b", "red\x1b[31m", "del\x7f", "new\nline", "nel\x85", "nul\0", "zw\u200cnj\xa0"]
SEEN = ["a\\x01b", "red\\x1b[31m", "del\\x7f", "new\\nline", "nel\\x85", "nul\\x00", "zw\u200cnj\xa0"]


def test_control_characters_in_names_are_seen_in_a_figure_and_its_table_keeps_them(folder):
    spans = pd.DataFrame({"doc_id": ODD, "n_chars": 9, "start": 1, "end": 5, "kind": ODD})
    grid = pd.DataFrame({"source": ODD, ODD[0]: 1.0, ODD[1]: 2.0})
    places = pd.DataFrame({"source": ODD, "place": 1})
    figures = [
        plots.position_map(spans, kinds=[[ODD[0], ODD[1]]], titles={}),
        plots.heat_map(grid, xlabel=ODD[0], names={ODD[0]: ODD[1]}),
        plots.strip(places, by="source", order=ODD, words=3, borders=[], xlabel="Place"),
        charts.labelled_points(places, x="place", y="place", label="source", xlabel=ODD[1], ylabel=ODD[2]),
    ]
    assert [label.get_text() for label in figures[0].axes[0].get_yticklabels()] == SEEN
    assert [label.get_text() for label in figures[1].axes[0].get_yticklabels()] == [SEEN[1], *SEEN[1:]]
    assert [label.get_text() for label in figures[1].axes[0].get_xticklabels()] == SEEN[1::-1]
    for number, (fig, table) in enumerate(zip(figures, (spans, grid, places, places), strict=True)):
        with capture_output() as captured:
            save_figure(fig, f"odd-{number}", data=table, caption=f"Of {ODD[3]}.", alt=f"By {ODD[1]}.")
        ElementTree.parse(folder / f"odd-{number}.svg")
        about = json.loads((folder / f"odd-{number}.json").read_text(encoding="utf-8"))
        read = read_table(folder / f"odd-{number}.csv", about["columns"])
        assert read.iloc[:, 0].tolist() == table.iloc[:, 0].tolist()
        assert (about["caption"], about["alt"]) == ("Of new\\nline.", f"{call_of(fig).told} By red\\x1b[31m.")
        assert "Of new\\nline." in captured.outputs[0].data["text/html"]
    about = json.loads((folder / "odd-2.json").read_text(encoding="utf-8"))
    assert about["drawing"]["options"]["order"] == ODD  # so that it can be drawn again from its table


def test_a_call_is_recorded_with_its_defaults_and_as_json_has_it():
    given = {}

    @drawing
    def draw(table: pd.DataFrame, other: pd.DataFrame, *, order: list[str], most: int = 4) -> tuple[Figure, str]:
        given.update(table=table, other=other, order=order, most=most)
        return Figure(), f"{len(table)} points."

    table, other = pd.DataFrame({"x": [2 / 3]}), pd.DataFrame({"y": [1 / 3]})
    call = call_of(draw(table, other, order=pd.Series(["b", "a"])))
    assert call.function == "test_drawing.draw"
    assert call.table is table
    assert call.parts == {"other": other}
    assert call.options == {"order": ["b", "a"], "most": 4}
    assert call.told == "1 points."
    assert (given["table"]["x"].tolist(), given["other"]["y"].tolist()) == ([0.666667], [0.333333])
    assert given["order"] == ["b", "a"]
    assert call_of(Figure()) is None


def test_numbers_of_numpy_are_numbers():
    table = pd.DataFrame({"term": ["a"], "place": [3]})
    figure = plots.strip(table, by="term", order=["a"], words=np.int64(9), borders=np.array([4]), xlabel="n")
    assert json.dumps(call_of(figure).options["borders"]) == "[4]"


def test_the_record_stands_beside_the_table(folder):
    ranked = pd.DataFrame({"rank": [1, 2], "term": ["a", "b"], "count": [2, 1], "fitted": [2.0, 1.0]})
    growth = pd.DataFrame({"words": [1, 3], "types": [1, 2], "fitted": [1.0, 2.0]})
    with capture_output():
        save_figure(charts.rank_curve(ranked, growth), "shape", data=ranked, caption="Words.", alt="Few.")
    about = json.loads((folder / "shape.json").read_text())
    assert about["drawing"] == {"function": "charts.rank_curve", "options": {}, "parts": ["growth"]}
    beside = json.loads((folder / "shape.growth.json").read_text())
    assert (beside["caption"], beside["rows"]) == ("The growth in the figure shape. Words.", 2)
    assert (folder / "shape.growth.csv").read_text().splitlines()[1] == "1,1,1"


def test_another_table_than_the_one_drawn_has_no_record(folder):
    table = pd.DataFrame({"term": ["a"], "rate": [1.0]})
    with capture_output():
        for name, data in {"same": table.copy(), "other": table.assign(rate=2.0)}.items():
            figure = plots.interval_dots(table, label="term", value="rate", xlabel="n")
            save_figure(figure, name, data=data, caption="c", alt="a")
        save_figure(Figure(), "own", data=table, caption="c", alt="a")
    recorded = {path.stem for path in folder.glob("*.json") if "drawing" in json.loads(path.read_text())}
    assert recorded == {"same"}
