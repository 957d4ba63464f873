"""What a text is cut into, and that nothing which can be read is lost between the cuts."""

import string
from itertools import product

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.core.paths import SAMPLE
from analysis.text import segments as module
from analysis.text.segments import segments

BODY = "The council met on Monday and discussed the road to the valley."


def cut(text):
    return [(part.kind, text[part.start : part.end]) for part in segments(text)]


@pytest.mark.parametrize("line", ["Will the Road Open?", "‘Not Our War’: elders speak", "New drive, old questions"])
def test_titles(line):
    assert cut(f"{line}\n\n{BODY}") == [("title", line), ("paragraph", BODY)]


SHORT = ["The council met.", "My fellow citizens:", "Dear friends,", "and so it went on", "- a point of a list"]


@pytest.mark.parametrize("line", SHORT)
def test_short_lines_that_are_no_headings(line):
    assert cut(f"{line}\n\n{BODY}") == [("paragraph", line), ("paragraph", BODY)]
    assert cut(f"{BODY}\n\n{line}\n\n{BODY}")[1] == ("paragraph", line)


def test_a_heading_has_something_after_it():
    part = "The Second Part"
    assert cut(f"{BODY}\n\n{part}\n\n{BODY}") == [("paragraph", BODY), ("heading", part), ("paragraph", BODY)]
    assert cut(f"{BODY}\n\n{part}") == [("paragraph", BODY), ("paragraph", part)]


@pytest.mark.parametrize("blank", [" ", " \u00a0"])
def test_markdown(blank):
    text = f"#{blank}The Road\n\n{BODY}\n\n---\n\n##{blank}What Next?\n{BODY}\n"
    assert cut(text) == [("title", "The Road"), ("paragraph", BODY), ("heading", "What Next?"), ("paragraph", BODY)]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028"])
def test_one_line_is_a_paragraph(newline):
    lines = ["First it rained.", "Then the river rose, and the road was closed.", "Nobody came."]
    assert cut(newline.join(lines)) == [("paragraph", line) for line in lines]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_hard_wrapped_lines_are_held_together(newline):
    first = newline.join(
        [
            "The council met on Monday and discussed the road to the",
            "valley, which has been closed since the second week of",
            "May and will not open before the end of the summer.",
        ]
    )
    second = newline.join(["It rose at noon, and the members went home by the lower", "road."])
    assert cut(f"{first}{newline}{newline}{second}") == [("paragraph", first), ("paragraph", second)]


def test_a_line_of_blanks_is_a_blank_line():
    wrapped = "The council met on Monday and discussed the road to the\nvalley, which has been closed since May."
    assert cut(f"{wrapped}\n \t\n{wrapped}") == [("paragraph", wrapped), ("paragraph", wrapped)]
    assert cut(f"{BODY}\n\nThe Second Part\n\u00a0\n") == [("paragraph", BODY), ("paragraph", "The Second Part")]


def test_information_separators_end_no_line():
    line = "The council\x1cmet\x1don\x1eMonday."
    assert cut(f"\x1c{line}\x1e\n\x1d{line}") == [("paragraph", line), ("paragraph", line)]


def test_long_texts():
    """With a careless pattern these would take hours."""
    assert segments("\n" * 1_000_000) == []
    for word in ("A", "ISLAMABAD ", "By Amina ", '"', "1. "):
        text = word * (1_000_000 // len(word)) + "a"
        assert [(part.start, part.end) for part in segments(text)] == [(0, len(text))]
    lines = "\n".join(["The council met on Monday and rose at noon, or so it said."] * 10_000)
    assert [(part.start, part.end) for part in segments(lines)] == [(0, len(lines))]


CREDITS = (
    "By Amina Khan|By our Islamabad bureau|Our correspondent|Staff Reporter|Islamabad, 22 June 2024|June 22, 2024"
).split("|")


@pytest.mark.parametrize("line", CREDITS)
def test_a_line_that_says_who_where_or_when(line):
    assert cut(f"A Plain Headline\n\n{line}\n\n{BODY}")[1] == ("boilerplate", line)


DATELINES = ("ISLAMABAD:|PESHAWAR —|ISLAMABAD, June 22 (Wire) -|NEW YORK (AP) —|Islamabad, June 22 (Wire) –").split("|")


@pytest.mark.parametrize("dateline", DATELINES)
def test_a_dateline_is_cut_from_the_first_paragraph(dateline):
    title = ("title", "A Plain Headline")
    assert cut(f"{title[1]}\n\n{dateline} {BODY}") == [title, ("boilerplate", dateline), ("paragraph", BODY)]


@pytest.mark.parametrize(
    "line",
    [
        "ALSO READ: Ten more meetings",
        "Read more: ten more meetings",
        "Read more",
        "Related: Ten more meetings",
        "Subscribe to our newsletter for more.",
        "Want more? Subscribe now",
        "(WANT MORE? SUBSCRİBE TO OUR LETTER)",
        "(ALSO READ: Ten more meetings)",
        "Lİsten: ten more meetings",
        "E-mail this story",
        "To get it in your inbox",
        "To\u00a0get it in your inbox",
        "Sign up for our morning briefing",
        "Follow us on Telegram for updates.",
        "Follow The Daily on WhatsApp",
        "Download the Daily app",
        "Advertisement",
        "© 2024 The Daily. All rights reserved.",
        "Copyright 2024 The Daily",
        "(c) State News Agency. Subscribers may publish this report.",
        "All rights reserved",
        "Published in The Daily, June 22nd, 2024",
        "This article was first published in The Daily.",
        "The writer is a retired judge.",
        "The views expressed are the author's own.",
    ],
)
def test_furniture_of_the_page(line):
    assert cut(f"{BODY}\n\n{line}\n\n{BODY}")[1] == ("boilerplate", line)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Like us, they waited.",
        "Copyright law is what the court discussed on Monday.",
        "Follow the river to the bridge, the old man said.",
        "By Monday the road was open.",
        "Updated rules came into force on Monday.",
        "This report can be read as a warning.",
        "Related parties were heard last.",
        "MOS: And what did they say?",
        "GEN. KHAN: They said nothing.",
        "Watch out for falling rocks.",
        "The writer Amina Khan spoke first.",
        "The author is of the opinion that the war is lost.",
        "The writer was arrested at dawn and taken to the station.",
        "The report was first published in May, and it changed the law.",
        "The views expressed by the elders were heard in silence.",
        "Listen: the river is rising.",
        "Also read were two letters from the front.",
        "Stay with us, the old man begged her.",
        "Share this story with nobody, she said.",
        "Subscribe to no creed, he told them.",
        "Most read the report and said nothing.",
        "Click to the left and wait.",
        "Find us a road, they said.",
    ],
)
def test_text_that_begins_like_furniture(paragraph):
    assert cut(f"{BODY}\n\n{paragraph}\n\n{BODY}")[1] == ("paragraph", paragraph)


LICENCES = [
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this text, to deal in it.",
    "This work is licensed under a Creative Commons Attribution 4.0 International License.",
    "Licensed under the Apache License, Version 2.0; you may not use this file except in compliance with it.",
    "This article is published under an open licence. Anyone may copy it.",
    "*** START OF THE PROJECT GUTENBERG EBOOK WALDEN ***",
    "This eBook is for the use of anyone anywhere in the United States at no cost.",
]


@pytest.mark.parametrize("line", [*LICENCES, LICENCES[0] + " " + " ".join([BODY] * 4)])
def test_a_licence_of_any_length(line):
    assert cut(f"{BODY}\n\n{line}\n\n{BODY}")[1] == ("boilerplate", line)


@pytest.mark.parametrize(
    "paragraph",
    [
        "This work is hard, and no licence makes it easier.",
        "The text is free of doubt. A licence to kill was denied.",
        "Permission is granted to no one, he said.",
        "The Gutenberg Bible is old.",
        "The men (laughs aside) were as good as is said.",
    ],
)
def test_what_begins_like_a_licence(paragraph):
    assert cut(f"{BODY}\n\n{paragraph}\n\n{BODY}")[1] == ("paragraph", paragraph)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("We will win. [Applause]", ["p We will win.", "b [Applause]"]),
        ("(Laughter.) We will win.", ["b (Laughter.)", "p We will win."]),
        ("We will win. [applause] We must.", ["p We will win.", "b [applause]", "p We must."]),
        ("[Cheers and applause]", ["b [Cheers and applause]"]),
        ("<p>We will win.</p>", ["b <p>", "p We will win.", "b </p>"]),
        ("&nbsp;&nbsp; <br/>", ["b &nbsp;&nbsp; <br/>"]),
        ("We will win.&nbsp;", ["p We will win.", "b &nbsp;"]),
        ("We will [laughter] win.", ["p We will [laughter] win."]),
        ('We won. <br title="(applause)"> We must.', ["p We won.", 'b <br title="(applause)">', "p We must."]),
        ("We wrote to <ann@example.org> and (some laughter is good) to all.", None),
        ("We will win (in a landslide). [...] We must.", None),
    ],
)
def test_marks_of_transcripts_and_of_web_pages(text, parts):
    found = [f"{kind[0]} {part}" for kind, part in cut(f"{BODY}\n\n{text}\n\n{BODY}")[1:-1]]
    assert found == (parts or [f"p {text}"])


def test_a_long_paragraph_is_never_furniture():
    paragraph = "Subscribe to our newsletter, they said. " + " ".join([BODY] * 4)
    assert cut(paragraph) == [("paragraph", paragraph)]


def test_urdu():
    title, more = "وزیراعظم نے آپریشن کی منظوری دی", "مزید پڑھیں: موسم کا حال"
    body = "مرکزی ایپکس کمیٹی کا اجلاس اسلام آباد میں ہوا۔ وزیراعظم نے صدارت کی۔"
    text = f"{title}\n\n{body}\n\n{more}"
    assert cut(text) == [("title", title), ("paragraph", body), ("boilerplate", more)]
    assert not any(part.truncated for part in segments(text))


@pytest.mark.parametrize(
    ("paragraph", "truncated"),
    [
        ("It aims to bring together many lines of effort in a thorough and resolute", True),
        ("It aims to bring together many lines", False),  # seven words
        ("It aims to bring together many lines of", True),  # eight
        ("It aims to bring together many lines of effort.", False),
        ("“It aims to bring together many lines of effort.”", False),
        ("It aims to bring together many lines of effort [12]", True),
        ("It aims to bring together many lines of effort.[12]", False),
        ("It aims to bring together many lines of effort:", False),
    ],
)
def test_a_paragraph_that_breaks_off(paragraph, truncated):
    text = f"{BODY}\n\n{paragraph}"
    part = segments(text)[-1]
    assert (part.kind, text[part.start : part.end], part.truncated) == ("paragraph", paragraph, truncated)


def test_a_paragraph_that_breaks_off_before_a_mark():
    body = "The council met in the old town hall on Monday and rose again at noon, because nobody"
    assert [part.truncated for part in segments(f"{BODY}\n\n{body} [applause]")] == [False, True, False]


PIECES = st.sampled_from(
    "# |## |By |ISLAMABAD: |June 22|Also read|Subscribe|© 2024|MOS: |- |1. |***|—|.|?|:|\n|\n\n|\r\n|\r|\u2028|\x1c|"
    "\u00a0|the council |Road |میں |😀|e\u0301|²|\ud800".split("|")
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=40).map("".join)))
@example("# \n#")
@example("\u200d¼\n\u0301")
def test_segments_keep_every_letter_and_digit_and_never_overlap(text):
    last = 0
    lost = []
    for _, start, end, _ in segments(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        lost.append(text[last:start])
        last = end
    lost.append(text[last:])
    assert not [c for c in "".join(lost) if c.isalnum()]


# The shortcuts past a pattern must decide as the pattern does.


def test_openings_are_how_the_patterns_can_begin():
    """Asked of the patterns themselves: a partial match says that a match may begin so."""

    def can_begin(pattern, opening):
        return pattern.fullmatch(opening, partial=True) is not None

    letters = string.ascii_lowercase
    marks = [c for c in map(chr, range(0x3000)) if not (c.isalpha() or c.isspace())]
    opening_marks = set()
    for pattern in (module._PROMOTION, module._NOTICE):
        pairs = [a + b for a, b in product(letters, letters) if can_begin(pattern, a + b)]
        triples = [pair + c for pair, c in product(pairs, map(chr, range(128))) if can_begin(pattern, pair + c)]
        openings = {opening for opening, own in module._OPENINGS.items() if own is pattern}
        assert {triple.strip().lower() for triple in triples} == openings
        opening_marks |= {c for c in marks if can_begin(pattern, c)}
    assert opening_marks == module._OPENING_MARKS
    openings = {""}
    for _ in range(3):
        openings = {a + b for a, b in product(openings, map(chr, range(0x3000))) if can_begin(module._BYLINE, a + b)}
    assert openings == module._CREDIT_OPENINGS


WORDS = st.sampled_from(
    "also read see more watch listen related you may like don't miss trending now most tap share e-mail -mail please "
    "subscribe sign up register support our stay tuned to get find us on X © copyright all rights reserved (c) "
    "this the text writer is a views expressed published By our From correspondent Staff Reporter (Reporting by Amina "
    "مزید پڑھیں News Desk 22 June 2024 : ? ! . , ; … ۔ ” ) [ ] [12] ( > * # ## - 1. — é ﬁ ß ſ İ K".split(" ")
)
LINES = st.lists(st.one_of(WORDS, WORDS.map(str.upper), st.text(max_size=2)), min_size=1, max_size=12).flatmap(
    lambda words: st.sampled_from([" ", "", "\u00a0"]).map(lambda blank: blank.join(words).strip())
)


@settings(deadline=None)
@given(LINES.filter(bool))
@example("Was it late? subſcrİbe now")
@example("Kept: \u00b2")
def test_shortcuts_decide_as_the_patterns_do(line):
    patterns = (module._PROMOTION, module._NOTICE, module._SUBSCRIBE)
    words, opening = module._WORD.findall(line), module._opening(line[:3])
    byline = module._BYLINE.fullmatch(line) is not None and len(words) <= 15
    assert module._is_furniture(line, opening) == any(pattern.match(line) for pattern in patterns)
    assert module._is_credit(line, opening, has_paragraph=True) == byline
    assert module._words(line, len(line)) == words
    assert module._has_eight_words(line) == (len(words) >= 8)
    assert module._is_licence(line, opening) == (module._LICENCE.match(line) is not None)
    assert module._ends(line) == (module._END.search(line[-20:]) is not None)


def test_boilerplate_of_the_sample(sample):
    """Exact spans: a label counts as found only with the same first and last character."""
    gold = pd.read_csv(SAMPLE / "gold" / "boilerplate.csv")
    names = sample.documents.set_index("path")["doc_id"]
    labelled = set(zip(gold["file"].map(names), gold["start"], gold["end"], strict=True))
    found = sample.segments[sample.segments["kind"] == "boilerplate"]
    spans = set(found[["doc_id", "start", "end"]].itertuples(index=False, name=None))
    assert len(labelled) == len(gold) == 86
    assert len(labelled & spans) / len(spans) >= 0.96  # precision
    assert len(labelled & spans) / len(labelled) >= 0.96  # recall


def test_the_first_speaker_is_no_dateline():
    kinds = [part.kind for part in segments("Interview\n\nMOS: Why now?\n\nKHAN: Why not?\n\nMOS: Well.")]
    assert kinds == ["title", "paragraph", "paragraph", "paragraph"]
