"""What is marked stands only on one side, and what is not marked stands on both."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.publish.differences import COLUMNS, differences, side_by_side_passages
from analysis.text.kernels import find_words


def rows(*pairs):
    return pd.DataFrame([("near", 0.5, "a", a, "b", b) for a, b in pairs], columns=COLUMNS)


def test_words_of_one_side_are_marked_with_what_stands_between_them():
    one, other = differences("He met them, all of them, in May.", "In short: he met all of them.")
    assert one == "He met <mark>them</mark>, all of them, <mark>in May</mark>."
    assert other == "<mark>In short</mark>: he met all of them."


def test_case_punctuation_and_kinds_of_hyphen_make_no_difference():
    one, other = differences("“AZM‑E‑ISTEHKAM isn’t new!”", "Azm-e-Istehkam, isn't new")
    assert "<mark>" not in one + other


def test_a_word_that_stands_often_is_compared_like_any_other():
    one, other = differences("first " + "the " * 250, "the " * 250 + "last")
    assert one.startswith("<mark>first</mark> the ")
    assert other.endswith(" the <mark>last</mark>")
    assert "[… 220 words on both sides …]" in one


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_what_is_not_marked_is_the_same_on_both_sides(a, b):
    one, other = differences(" ".join(a), " ".join(b))
    left = [re.sub(r"<mark>.*?</mark>", "", side).split() for side in (one, other)]
    assert left[0] == left[1]
    assert [re.sub(r"</?mark>", "", side).split() for side in (one, other)] == [a, b]
    assert (len(left[0]) == 0) == set(a).isdisjoint(b)  # what they have in common is found


@pytest.mark.parametrize(("words", "left_out"), [(60, 0), (61, 31)])
def test_of_a_long_run_the_ends_are_shown(words, left_out):
    run = [f"w{number}" for number in range(words)]
    one, other = differences(" ".join([*run, "end"]), "end")
    assert other == "end"
    shown = re.findall(r"w\d+", one)
    assert shown == (run[:15] + run[-15:] if left_out else run)
    assert (f"[… {left_out} words only here …]" in one) == bool(left_out)
    one, other = differences(" ".join([*run, "x"]), " ".join([*run, "y"]))
    assert re.findall(r"w\d+", one) == re.findall(r"w\d+", other) == shown
    assert (f"[… {left_out} words on both sides …]" in other) == bool(left_out)


def test_passages_too_large_to_compare_say_so():
    long = "the " * 320  # 102,400 pairs
    assert differences(long, long) is None
    assert differences(long, "the " * 300) is not None
    view = side_by_side_passages(rows((long, long)))
    assert "too long to compare word by word: the beginnings" in view
    assert [side.count("the") for side in re.findall("<div.*?</div>", view)] == [300, 300]
    assert "<mark>" not in view


def test_a_row_is_a_pair_and_all_text_is_escaped():
    bad = "<script>alert(1)</script></td>&\"'"
    table = pd.DataFrame([("near", 0.987, bad, f"One. {bad}", "b", "One."), ("reworded", 0.5, "a", "x", "b", "y")])
    view = side_by_side_passages(table.set_axis(list(COLUMNS), axis=1))
    assert view.count("<tr>") == 3
    assert view.count("<td>") == 6
    assert "<script" not in view
    assert "near<br>0.99" in view
    assert view.startswith("<table")
    assert view.endswith("</table>")
    assert len(re.findall("</?table", view)) == 2


def test_control_characters_in_names_are_written_out():
    table = pd.DataFrame([("near", 0.9, "a\x01\nb", "One.", "c", "One.")], columns=list(COLUMNS))
    assert "<bdi>a\\x01\\nb</bdi>" in side_by_side_passages(table)


def test_other_languages_and_empty_texts():
    one, other = differences("آپریشن کا اعلان ہوا", "آپریشن کا آغاز ہوا")
    assert (one, other) == ("آپریشن کا <mark>اعلان</mark> ہوا", "آپریشن کا <mark>آغاز</mark> ہوا")
    assert differences("", "a") == ("", "<mark>a</mark>")
    assert differences("...", "") == ("...", "")


def test_a_table_without_rows_is_one_and_a_wrong_one_is_refused():
    assert side_by_side_passages(rows()).endswith("<tbody></tbody></table>")
    with pytest.raises(ValueError, match="no column 'kind'"):
        side_by_side_passages(rows().drop(columns="kind"))


def test_every_word_of_a_copy_with_changes_is_marked_or_shared():
    random = np.random.default_rng(5)
    a = [f"w{number}" for number in random.integers(0, 400, 500)]
    b = [word if random.random() > 0.1 else "new" for word in a]
    one, other = differences(" ".join(a), " ".join(b))
    assert set(re.findall(r"w\d+|new", " ".join(re.findall("<mark>(.*?)</mark>", other)))) == {"new"}
    assert len(find_words(re.findall("<mark>(.*?)</mark>", one)).ids) == b.count("new")
