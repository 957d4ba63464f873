"""Texts stay as they are; front matter is a mapping at the very top and nothing else."""

import pytest

from analysis.text.reading.formats.plain import front_matter, read_plain
from analysis.text.reading.records import ReadError


def test_front_matter_is_metadata_and_stays_in_the_text():
    text = "---\r\ntitle: A Plain Headline\r\ndate: 2024-06-22\r\n---\r\nThe council met.\r\n"
    record = read_plain(text.encode(), "md")
    assert record.text == text
    assert record.metadata == {"title": "A Plain Headline", "date": "2024-06-22"}
    assert record.body == 5 + 25 + 18 + 5  # the four lines of the block, each with a line end of two characters
    assert record.text[record.body :] == "The council met.\r\n"
    assert record.problems == ()


def test_values_stay_as_they_are_written():
    block = "language: no\nissue: 007\nversion: 1.10\nopen: yes\nnone:\ntags: [a, é]\nby: {name: A}\n"
    assert front_matter(f"---\n{block}---\n")[0] == {
        "language": "no",
        "issue": "007",
        "version": "1.10",
        "open": "yes",
        "none": "",
        "tags": '["a", "é"]',
        "by": '{"name": "A"}',
    }


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("a: [1", "expected ',' or ']'"),
        ("just a line", "it is not a mapping"),
        ("- a\n- b", "it is not a mapping"),
        ("a: &x [1]\nb: *x", "aliases are not read"),
        ("[" * 2000, "nested too deeply"),
        ("a: " + "[" * 30 + "]" * 30, "nested too deeply"),
        ("a: " + "{b: " * 30 + "c" + "}" * 30, "nested too deeply"),
        (r'a: "\uD800"', "it holds half a character"),
        (r'a: [a, "\uDC00"]', "it holds half a character"),
        ("!!python/object/apply:os.system ['true']", "it is not a mapping"),
    ],
)
def test_a_block_that_is_no_front_matter_stays_text(block, reason):
    text = f"---\n{block}\n---\nThe council met."
    record = read_plain(text.encode())
    assert (record.text, record.metadata, record.body) == (text, {}, 0)
    [problem] = record.problems
    assert problem.startswith("opens with a block that is not YAML front matter (")
    assert reason in problem


@pytest.mark.parametrize(
    "text",
    ["\n---\na: b\n---\nText.", "---\na: b\nText.", "--- a: b ---", "Text.\n---\na: b\n---\n", "----\na: b\n----\n"],
)
def test_rules_are_no_front_matter(text):
    assert front_matter(text) == ({}, 0, ())


def test_a_rule_far_below_does_not_close_it():
    assert front_matter("---\n" + "a line\n" * 4000 + "---\n") == ({}, 0, ())


def test_front_matter_without_a_text():
    with pytest.raises(ReadError, match="is empty"):
        read_plain(b"---\ntitle: A\n---\n \n")
