"""A finished run as DataFrames: what was written is what is read."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis import load_run
from analysis.core.errors import ParameterError
from analysis.core.paths import FIGURES
from analysis.publish.tables import write_json, write_table

TABLE = pd.DataFrame(
    {
        "doc_id": ["007", "null", "nan"],
        "text": ["a, b", None, "two\nlines"],
        "hits": [3, 0, 12],
        "share": [1 / 3, np.nan, 1.0],
        "valid": [True, False, True],
        "day": pd.to_datetime(["2024-06-22", None, "2024-06-24"]),
    }
)


def list_files(run):
    """Write the manifest of a folder with tables."""
    names = [path.relative_to(run).as_posix() for path in sorted(run.rglob("*.*"))]
    outputs = [{"path": name, "sha256": "0" * 64, "bytes": 1} for name in names]
    made = {"lafz": "0.1.0", "source": "", "versions": {}, "parameters": {"framing": {"corpus": "x"}}}
    write_json({"inputs": [], "outputs": outputs, **made}, run / "manifest.json")


@pytest.fixture
def run(tmp_path):
    """A folder with two sections, one name of a table in both."""
    (tmp_path / "framing").mkdir()
    (tmp_path / "redundancy").mkdir()
    write_table(TABLE, tmp_path / "framing" / "matches", caption="Every match.")
    write_table(TABLE.head(0), tmp_path / "framing" / "loaded", caption="Nothing.")
    write_table(TABLE, tmp_path / "redundancy" / "loaded", caption="What was read.")
    list_files(tmp_path)
    return tmp_path


def test_a_table_comes_back_with_its_types(run):
    found = load_run(run)["matches"]
    assert found["doc_id"].tolist() == ["007", "null", "nan"]  # words and names, no numbers and nothing missing
    assert found["text"].tolist()[::2] == ["a, b", "two\nlines"]
    assert found["text"].isna().tolist() == [False, True, False]
    assert found["share"].tolist()[::2] == [0.333333, 1.0]
    assert (found["hits"].dtype, found["valid"].dtype) == (np.int64, bool)
    assert found["day"].tolist()[::2] == [pd.Timestamp("2024-06-22"), pd.Timestamp("2024-06-24")]


def test_an_empty_table_has_its_columns(run):
    found = load_run(run)["framing/loaded"]
    assert (len(found), found.columns.tolist()) == (0, TABLE.columns.tolist())


def test_whole_numbers_and_truths_with_a_gap_stay_what_they_are(tmp_path):
    table = pd.DataFrame({"n": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None], dtype="boolean")})
    write_table(table, tmp_path / "t", caption="Gaps.")
    list_files(tmp_path)
    found = load_run(tmp_path)["t"]
    assert (found["n"].iloc[0], found["b"].iloc[0]) == (1, True)
    assert found.isna().iloc[1].all()


def test_tables_are_named_with_or_without_their_section(run):
    loaded = load_run(run)
    assert list(loaded) == ["framing/loaded", "framing/matches", "redundancy/loaded"]
    assert len(loaded) == 3
    assert loaded.name("matches") == "framing/matches"
    assert loaded.about("matches")["caption"] == "Every match."
    with pytest.raises(KeyError, match="several tables: use one of framing/loaded, redundancy/loaded"):
        loaded["loaded"]
    with pytest.raises(KeyError, match="no table of this run: use one of framing/loaded"):
        loaded["matchs"]


def test_in_and_get_of_a_table_that_is_not_there(run):
    loaded = load_run(run)
    assert "framing/profile" not in loaded
    assert loaded.get("framing/profile") is None


def test_a_folder_without_a_report_is_said_to_be_none(tmp_path):
    with pytest.raises(ParameterError, match="no such folder"):
        load_run(tmp_path / "nowhere")
    with pytest.raises(ParameterError, match=r"holds no manifest\.json"):
        load_run(tmp_path)


def test_a_parameter_may_be_a_list_of_texts(run):
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["parameters"]["framing"]["phrases"] = ["prime minister", "law and order"]
    write_json(manifest, run / "manifest.json")
    assert load_run(run).parameters == manifest["parameters"]
    manifest["parameters"]["framing"]["phrases"] = ["prime minister", 1]
    write_json(manifest, run / "manifest.json")
    with pytest.raises(ParameterError, match=r"'phrases' should be a text, .* or a list of texts"):
        load_run(run)


def test_every_table_of_the_sample_is_read_with_the_rows_it_is_said_to_have():
    loaded = load_run(FIGURES / "sample")
    assert len(loaded) > 80
    for name in loaded:
        about, table = loaded.about(name), loaded[name]
        assert len(table) == about["rows"], name
        assert table.columns.tolist() == [column["name"] for column in about["columns"]], name
    assert json.loads((FIGURES / "sample" / "manifest.json").read_text())["parameters"] == loaded.parameters
