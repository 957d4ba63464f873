"""The reading view shows every character once, marks what its tables say, and lets no text act as markup."""

import html
import re

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from analysis import load_tokens, read_corpus, read_text, tokenize
from analysis.core.paths import SAMPLE
from analysis.framing.frames import in_language, matches
from analysis.publish.reading import HUES, LINES, codes, reading_view, show_reading
from analysis.redundancy.repeats import exact_repeats
from analysis.text.corpus import read_texts

NONE = pd.DataFrame({"doc_id": [], "start": [], "end": [], "frame": []})


def table(rows, last="frame"):
    return pd.DataFrame(rows, columns=["doc_id", "start", "end", last])


def shown(view):
    """The texts that a view shows, and its marks as (frame, text), from the markup alone."""
    bodies = re.findall(r'<div class="x"[^>]*>(.*?)</div>', view, re.DOTALL)
    marks = re.findall(r'<mark class="f f(\d+)[^"]*"[^>]*>(.*?)</mark>', view)
    return [bare(body) for body in bodies], [(int(number), bare(text)) for number, text in marks]


def bare(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.fixture(scope="module")
def sample(security):
    tokens = load_tokens(SAMPLE)
    return (
        tokens,
        matches(in_language(tokens, security), security),
        security.frames.set_index("frame")["label"].to_dict(),
    )


def test_every_document_of_the_sample_stands_in_its_own_words_with_its_matches(sample):
    tokens, found, labels = sample
    repeats = exact_repeats(tokens, "passage")
    view = reading_view(tokens, found, labels=labels, repeats=repeats, documents=len(tokens.doc_ids))
    texts, marks = shown(view)
    assert texts == list(tokens.corpus.texts)
    place = {frame: number for number, frame in enumerate(labels)}
    # Matches that a repeat cuts in two are two marks, of which the first is told to go on.
    joined = re.sub(r'<mark class="f f\d+[^"]* c" [^>]*>(.*?)</mark></span><span[^>]*><mark [^>]*>', r"\1", view)
    assert len(shown(joined)[1]) == len(found)
    assert "".join(text for _, text in marks) == "".join(found["text"])
    assert sorted({number for number, _ in marks}) == sorted({place[frame] for frame in found["frame"]})
    counted = {html.unescape(name): int(n) for name, n in re.findall(r"<bdi>([^<]*)</bdi> (\d+)</label>", view)}
    assert counted == found["frame"].map(labels).value_counts().to_dict()


def test_the_documents_with_most_matches_are_shown_in_the_order_of_the_corpus():
    tokens = tokenize(read_texts(["one a", "two b b", "three c", "four b b b"]))
    spans = table([("1", 4, 5, "b"), ("1", 6, 7, "b"), ("3", 5, 6, "b"), ("3", 7, 8, "b"), ("3", 9, 10, "b")])
    view = reading_view(tokens, spans, labels={"b": "B"}, documents=2)
    assert shown(view)[0] == ["two b b", "four b b b"]
    assert "2 of 4 documents, those with the most matches; the numbers count what is shown." in view
    assert shown(reading_view(tokens, NONE, labels={}, documents=2))[0] == ["one a", "two b b"]
    assert shown(reading_view(tokens, spans, labels={"b": "B"}, documents=["2", "0"]))[0] == ["three c", "one a"]


def test_a_match_that_begins_outside_a_repeat_is_cut_and_has_its_code_once():
    tokens = tokenize(read_text("The war on terror again"))
    spans, repeats = table([("text", 4, 17, "war")]), table([("text", 11, 23, 3)], "count")
    body = '<mark class="f f0 c" title="War">war on </mark><span class="r b" data-n="3">'
    body += '<mark class="f f0" title="War">terror</mark> again</span>'
    assert body in reading_view(tokens, spans, labels={"war": "War"}, repeats=repeats)


def test_words_of_several_frames_are_marked_once_and_counted_for_each():
    spans = table([("text", 3, 6, "war"), ("text", 3, 6, "law"), ("text", 8, 11, "law")])
    view = reading_view(tokenize(read_text("No war, law")), spans, labels={"law": "Law", "war": "War"})
    assert 'No <mark class="f f1" title="War, Law">war</mark>, <mark class="f f0" title="Law">law</mark>' in view
    assert re.findall(r"<bdi>([^<]*)</bdi> (\d+)</label>", view) == [("Law", "2"), ("War", "1")]


def test_of_overlapping_repeats_the_more_frequent_keeps_its_characters():
    repeats = table([("text", 0, 9, 2), ("text", 3, 6, 4), ("text", 8, 11, 2)], "count")
    view = reading_view(tokenize(read_text("abcdefghijkl")), NONE, labels={}, repeats=repeats)
    found = re.findall(r'<span class="r( b)?" data-n="(\d)">(\w+)</span>', view)
    assert found == [(" b", "2", "abc"), (" b", "4", "def"), (" b", "2", "ghi"), (" b", "2", "jk")]


def test_what_was_not_counted_is_grey(tmp_path):
    (tmp_path / "a.md").write_text("---\nsource: Daily\n---\n# Rain\n\nAlso read: more rain\n\nIt rained.\n")
    corpus = read_corpus(tmp_path)
    view = reading_view(tokenize(corpus), NONE, labels={})
    assert re.findall(r'<span class="g">(.*?)</span>', view, re.DOTALL)[1:] == [
        "---\nsource: Daily\n---\n",
        "#",
        "Also read: more rain",
    ]
    everything = reading_view(tokenize(corpus, boilerplate=True), NONE, labels={})
    assert '<p dir="auto">Also read: more rain</p>' in everything


def test_a_negated_match_says_so():
    spans = table([("text", 3, 6, "war"), ("text", 8, 11, "war")]).assign(negated=[True, False])
    view = reading_view(tokenize(read_text("No war, war")), spans, labels={"war": "War"})
    assert '<mark class="f f0 n" title="War, negated">war</mark>, <mark class="f f0" title="War">war</mark>' in view
    assert "¬ marks a match that is negated." in view


def test_a_long_document_is_cut_at_a_paragraph_and_says_so():
    text = "\n\n".join(f"Paragraph {number} is as long as the others." for number in range(10, 99))
    tokens = tokenize(read_text(text))
    spans = table([("text", 0, 9, "p"), ("text", 40, 49, "p"), ("text", 80, 89, "p")])
    view = reading_view(tokens, spans, labels={"p": "P"}, characters=100)  # 38 characters each, and two line ends
    assert shown(view) == ([text[:78]], [(0, "Paragraph")] * 2)
    assert "<bdi>P</bdi> 2</label>" in view
    assert f"… The first 78 of {len(text):,} characters." in view


def test_of_a_long_document_paper_has_the_first_pages_and_says_so():
    text = "\n\n".join(["# Head", "w" * 3_000, "x" * 1_980, "y" * 3_000])  # with the blank lines 4,990 before the last
    view = reading_view(tokenize(read_text(text)), NONE, labels={})
    assert shown(view) == ([text], [])
    assert re.findall(r'<p dir="auto"( class="l")?>(.)', view) == [("", "w"), ("", "x"), (' class="l"', "y")]
    assert '<p class="p">… The first 4,990 of 7,992 characters; the page has more.</p>' in view
    assert 'class="p"' not in reading_view(tokenize(read_text(text[:4_990])), NONE, labels={})


@pytest.mark.parametrize(("text", "left"), [("word " * 1000, 99), ("w" * 5000, 100)])
def test_a_long_paragraph_is_cut_at_a_blank_or_where_there_is_none(text, left):
    spans = table([("text", left - 1, left + 2, "w"), ("text", 0, 3, "w")])  # the first goes on behind the cut
    view = reading_view(tokenize(read_text(text)), spans, labels={"w": "W"}, characters=100)
    assert shown(view) == ([text[:left]], [(0, text[:3])])
    assert "<bdi>W</bdi> 1</label>" in view


def test_codes_differ_for_all_labels():
    odd = ["THREAT", "", "  ", "—", "9/11", "War on terror", "War of time", "क़ानून", "قانون اور انصاف", "安全保障"]
    same = ["Threat"] * 8 + odd
    found = codes(same)
    assert len({code.casefold() for code in found}) == len(same)
    assert all(found)
    assert found[13:] == ["WT", "WaT", "क़ानू", "قا", "安全"]


def test_twenty_four_frames_look_different():
    labels = {str(number): f"Frame {number}" for number in range(len(HUES) * len(LINES))}
    view = reading_view(tokenize(read_text("One")), NONE, labels=labels)
    looks = re.findall(r"--b:#\w{6};--u:\w+ #\w{6}", view)
    assert len(set(looks)) == len(looks) == 24


def test_a_frame_without_a_match_is_named_and_has_no_switch():
    view = reading_view(tokenize(read_text("One")), NONE, labels={"a": "Calm & <quiet>"})
    assert "Not found here: <bdi>Calm &amp; &lt;quiet&gt;</bdi>." in view
    assert "<input" not in view


def test_nothing_hostile_gets_out_of_its_place():
    bad = "</style></p><script>alert(1)</script><img src=x onerror=alert('2')>\"'\\;}*{--x:url(//x.y)"
    tokens = tokenize(read_text(f"War. {bad}", title=bad, source=bad))
    spans = table([("text", 0, 3, f"{bad} x")])
    view = reading_view(tokens, spans, labels={f"{bad} x": bad, "other": f"{bad} too"})
    assert shown(view)[0] == [f"War. {bad}"]
    allowed = "div style fieldset legend label input b bdi p details summary mark span".split()
    assert set(re.findall(r"<([a-z]+)", view)) <= set(allowed)
    style = re.search(r"<style>(.*?)</style>", view)[1]
    fixed, texts = style.split('"')[::2], style.split('"')[1::2]
    assert not [shard for shard in fixed if "script" in shard or "\\" in shard]
    assert not [text for text in texts if re.search(r"[<>;{}']", text)]


def test_control_characters_in_names_are_written_out():
    corpus = read_text("War\0.", title="Ti\ntle\x01", source="Wi\x1bre")
    view = reading_view(tokenize(corpus), NONE, labels={"a": "A"})
    assert "<bdi>Ti\\ntle\\x01</bdi> · <bdi>Wi\\x1bre</bdi>" in view
    InteractiveShell.instance()
    with capture_output() as captured:
        show_reading(tokenize(corpus), NONE, labels={"a": "A"}, caption="Words.")
    assert "War\\x00." in captured.outputs[0].data["text/html"]


def test_a_view_asks_for_nothing_and_has_no_ids():
    view = reading_view(tokenize(read_text("One")), NONE, labels={})
    assert not re.search(r"<script|\bon\w+=|\bid=|\bfor=|http|url\(|@import", view)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"spans": table([("text", 0, 4, "a")])}, "characters 0 to 4 are not in 'text', which has 3"),
        ({"spans": table([("text", 1, 1, "a")])}, "characters 1 to 1 are not in 'text'"),
        ({"spans": table([("text", -1, 1, "a")])}, "characters -1 to 1 are not in 'text'"),
        ({"spans": table([("b", 0, 1, "a")])}, "no document 'b'"),
        ({"spans": table([("text", 0, 1, "b")])}, "frame 'b' has no label"),
        ({"spans": table([("text", 0, 2, "a"), ("text", 1, 3, "a")])}, "characters 1 to 3 of 'text' are in two spans"),
        ({"spans": NONE.drop(columns="frame")}, "no column 'frame'"),
        ({"repeats": table([("text", 0, 4, 2)], "count")}, "characters 0 to 4 are not in 'text'"),
        ({"repeats": NONE}, "no column 'count'"),
        ({"documents": 0}, "0 of 1 documents: show 1 or more"),
        ({"documents": []}, "documents is empty"),
        ({"documents": ["b"]}, "no document 'b'"),
        ({"characters": 0}, "characters is 0: use 1 or more"),
    ],
)
def test_bad_input_is_refused(change, said):
    options = {"spans": NONE, "labels": {"a": "A"}} | change
    with pytest.raises(ValueError, match=said):
        reading_view(tokenize(read_text("One")), options.pop("spans"), **options)


def test_an_empty_document_is_shown_as_one():
    view = reading_view(tokenize(read_texts([""])), NONE, labels={})
    assert shown(view)[0] == [""]
    assert "…" not in view  # it is not cut


def test_it_is_shown_with_its_caption():
    InteractiveShell.instance()
    with capture_output() as captured:
        show_reading(tokenize(read_text("One")), NONE, labels={}, caption="A & B")
    output = captured.outputs[0]
    assert output.metadata["lafz"] == {"kind": "reading"}
    assert output.data["text/plain"] == "A & B"
    assert output.data["text/html"].startswith('<figure><div class="lafz-r">')
    assert output.data["text/html"].endswith("<figcaption>A &amp; B</figcaption></figure>")


def test_a_corpus_in_shards_is_shown_as_the_whole(sample, security, sharded):
    sample_tokens = sample[0]
    sample_shards = sharded(sample_tokens, 7)
    labels = security.frames.set_index("frame")["label"].to_dict()
    repeats = exact_repeats(sample_tokens, "passage")
    for documents in (3, list(sample_tokens.doc_ids[[9, 2]])):
        whole, own = (
            reading_view(tokens, matches(tokens, security), labels=labels, repeats=repeats, documents=documents)
            for tokens in (sample_tokens, sample_shards)
        )
        assert own == whole
    with pytest.raises(ValueError, match="has no label"):
        reading_view(sample_shards, matches(sample_shards, security), labels={})
