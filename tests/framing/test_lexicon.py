"""What a lexicon file says is what is read, and each mistake in it is named with its line."""

import hashlib

import pytest

from analysis.framing.lexicon import LexiconError, read_lexicon

HEAD = 'name: test\nversion: "1.0"\nlanguage: en\n'  # lines 1 to 3
FRAME = "frames:\n  war:\n    definition: A fight.\n"  # lines 4 to 6

WHOLE = """\
name: two frames
version: "2.1"
language: en
licence: CC0-1.0
description: >-
  For this test.
negation: {window: 4, words: [Not, "don’t"]}
frames:
  war:
    label: War
    definition: A fight.
    terms:
      - War
      - {pattern: "root*   out", weight: 0.5, note: total removal}
      - "at ... cost"
    excludes: ["war of Words"]
  law:
    definition: Courts.
    terms: ["rule of * law", "Azm‑e‑Istehkam", 302, "#AzmEIstehkam"]
"""


def read(tmp_path, content):
    path = tmp_path / "test.yml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_lexicon(path)


def test_every_part_of_a_file(tmp_path):
    lexicon = read(tmp_path, WHOLE)
    assert (lexicon.name, lexicon.version, lexicon.language) == ("two frames", "2.1", "en")
    assert lexicon.description == "For this test."
    assert lexicon.sha256 == hashlib.sha256(WHOLE.encode()).hexdigest()
    assert (lexicon.negation_words, lexicon.negation_window) == (("not", "don't"), 4)
    assert lexicon.frames.to_numpy().tolist() == [["war", "War", "A fight."], ["law", "law", "Courts."]]
    assert lexicon.terms.columns.tolist() == ["frame", "pattern", "weight", "note"]
    assert lexicon.terms.to_numpy().tolist() == [
        ["war", "war", 1.0, ""],
        ["war", "root* out", 0.5, "total removal"],
        ["war", "at ... cost", 1.0, ""],
        ["law", "rule of * law", 1.0, ""],
        ["law", "azm-e-istehkam", 1.0, ""],
        ["law", "302", 1.0, ""],
        ["law", "#AzmEIstehkam", 1.0, ""],  # a tag keeps its case, as the token does
    ]
    assert lexicon.excludes.to_numpy().tolist() == [["war", "war of words"]]


def test_without_negation_nothing_is_negated(tmp_path):
    lexicon = read(tmp_path, HEAD + FRAME + "    terms: [war]\n")
    assert (lexicon.negation_words, lexicon.negation_window) == ((), 0)
    assert lexicon.excludes.empty


IN_FRAME = "label definition terms excludes".split()
KEYS = "name version language licence description negation frames".split()
MISTAKES = {
    "empty": ("", "test.yml is empty: it needs name, version, language and frames"),
    "only a comment": ("# nothing\n", "test.yml is empty: it needs name, version, language and frames"),
    "not a mapping": ("- war\n", "test.yml line 1: expected a mapping (key: value), found a list"),
    "a word": ("war\n", "test.yml line 1: expected a mapping (key: value), found 'war'"),
    "not YAML": ("name: test\n\tversion: 1\n", "test.yml line 2: not YAML: "),
    "bracket left open": (HEAD + FRAME + "    terms: [war\n", "test.yml line 8: not YAML: "),
    "not UTF-8": (b"name: caf\xe9\n", "test.yml line 1: not UTF-8: save the file as UTF-8"),
    "wrong key": (
        HEAD + "frame:\n  war: {}\n",
        f"test.yml line 4: unknown key 'frame', expected one of {', '.join(KEYS)}. Did you mean 'frames'?",
    ),
    "wrong key in a frame": (
        HEAD + FRAME + "    term: [war]\n",
        f"test.yml line 7: unknown key 'term', expected one of {', '.join(IN_FRAME)}. Did you mean 'terms'?",
    ),
    "wrong key in a term": (
        HEAD + FRAME + "    terms:\n      - war\n      - {pattern: wars, wieght: 2}\n",
        "test.yml line 9: unknown key 'wieght', expected one of pattern, weight, note. Did you mean 'weight'?",
    ),
    "wrong key, nothing like it": (
        HEAD + "zzz: 1\n",
        f"test.yml line 4: unknown key 'zzz', expected one of {', '.join(KEYS)}.",
    ),
    "missing key": ("name: test\nlanguage: en\n" + FRAME, "test.yml line 1: key 'version' is missing here"),
    "missing key in a frame": (
        HEAD + "frames:\n  war:\n    terms: [war]\n",
        "test.yml line 6: key 'definition' is missing here",
    ),
    "missing key in a term": (
        HEAD + FRAME + "    terms:\n      - {weight: 2}\n",
        "test.yml line 8: key 'pattern' is missing here",
    ),
    "missing key in negation": (
        HEAD + "negation:\n  window: 3\n" + FRAME + "    terms: [war]\n",
        "test.yml line 5: key 'words' is missing here",
    ),
    "key twice": (
        HEAD + FRAME + "    terms: [war]\n  war:\n    definition: Again.\n    terms: [wars]\n",
        "test.yml line 8: key 'war' stands twice: keep one",
    ),
    "no frames": (HEAD + "frames: {}\n", "test.yml line 4: there are no frames: give at least one"),
    "frames empty": (HEAD + "frames:\n", "test.yml line 4: expected a mapping (key: value), found nothing"),
    "frames a list": (HEAD + "frames:\n  - war\n", "test.yml line 5: expected a mapping (key: value), found a list"),
    "frame without terms": (
        HEAD + FRAME + "    terms: []\n",
        "test.yml line 7: frame 'war' has no terms: give at least one, or drop the frame",
    ),
    "terms a word": (HEAD + FRAME + "    terms: war\n", "test.yml line 7: expected a list, found 'war'"),
    "term a list": (
        HEAD + FRAME + "    terms:\n      - [war, wars]\n",
        "test.yml line 8: expected a mapping (key: value), found a list",
    ),
    "pattern twice in a frame": (
        HEAD + FRAME + "    terms:\n      - war\n      - War\n",
        "test.yml line 9: pattern 'war' of frame 'war' stands twice in it: keep one",
    ),
    "pattern in two frames": (
        HEAD + FRAME + "    terms: [war]\n  law:\n    definition: Courts.\n    terms: [court, war]\n",
        "test.yml line 10: pattern 'war' of frame 'law' stands in frame 'war' too: keep one",
    ),
    **{
        f"window {window}": (
            HEAD + f"negation: {{window: {window}, words: [no]}}\n{FRAME}    terms: [war]\n",
            f"test.yml line 4: expected a whole number from 0 up to 4 digits, found '{window}'",
        )
        for window in ("-5", "nan", "2.7")
    },
    **{
        f"weight {weight}": (
            HEAD + FRAME + f"    terms:\n      - {{pattern: war, weight: {weight}}}\n",
            f"test.yml line 8: weight '{weight}' must be a number above 0",
        )
        for weight in ("0", "much", "nan", "inf")
    },
    "exclude": (
        HEAD + FRAME + "    terms: [war]\n    excludes: ['*']\n",
        "test.yml line 8: pattern '*' must begin and end with a word that is not all wildcard",
    ),
    "anchor": (
        HEAD + "frames:\n  war: &one\n    definition: A fight.\n    terms: [war]\n  law: *one\n",
        "test.yml line 8: aliases are not read: write out what they stand for",
    ),
} | {
    f"pattern {pattern!r}": (
        HEAD + FRAME + f"    terms:\n      - war\n      - '{pattern}'\n",
        f"test.yml line 9: pattern {pattern!r} must begin and end with a word that is not all wildcard",
    )
    for pattern in ("*", "**", "?", "?*", "...", "* war", "war *", "... war", "war ...", "")
}


@pytest.mark.parametrize(("content", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_line(tmp_path, content, message):
    with pytest.raises(LexiconError) as error:
        read(tmp_path, content)
    if message.endswith(": "):  # what follows are the parser's own words
        assert str(error.value).startswith(message)
    else:
        assert str(error.value) == message


def test_aliases_that_would_grow_without_bound_are_refused_at_once(tmp_path):
    lines = ["a0: &a0 [war, war, war, war, war, war, war, war, war]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]  # 9 to the power of 12 words
    with pytest.raises(LexiconError, match="line 2: aliases are not read"):
        read(tmp_path, "\n".join(lines))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(LexiconError, match=r"no such lexicon: '.*gone\.yml' \(beside it: no \.yml file there\)"):
        read_lexicon(tmp_path / "gone.yml")
    (tmp_path / "other.yml").write_text(WHOLE, encoding="utf-8")
    with pytest.raises(LexiconError, match=r"no such lexicon: '.*gone\.yml' \(beside it: other\.yml\)"):
        read_lexicon(tmp_path / "gone.yml")


def test_nesting_without_end(tmp_path):
    with pytest.raises(LexiconError):
        read(tmp_path, "[" * 5000 + "]" * 5000)
