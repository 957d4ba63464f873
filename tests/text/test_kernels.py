"""The compiled words of the frequency scheme: by hand, and equal to their readable definition."""

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.text import batches, kernels
from analysis.text.kernels import find_words, fold, is_emoji

sys.path.insert(0, str(Path(__file__).parent))
from reference_words import find_words_reference

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"

# Text, and its types in order. Each line is a rule.
BY_HAND = [
    ("", ""),
    (" \t\n", ""),
    ("The war, and the peace.", "the war and the peace"),
    # apostrophes
    ("don't don’t donʼt DON‘T don`t", "don't don't don't don't don't"),
    ("the country's 'Azm-e-Istehkam' dogs' ’90s", "the country's azm-e-istehkam dogs 90s"),
    ("rock ''n'' roll d''or", "rock n roll d or"),
    # hyphens join, dashes and double hyphens separate; so does a minus sign
    ("AZM-E-ISTEHKAM Azm‑e‑Istehkam azm‐e‐istehkam", "azm-e-istehkam azm-e-istehkam azm-e-istehkam"),
    ("war--peace war–peace war—peace war - peace", "war peace war peace war peace war peace"),
    ("-5 multi- and bi-lateral", "5 multi and bi-lateral"),
    ("soft\u00adhyphen", "softhyphen"),
    # letters of every script, with their marks
    ("اُردُو کی", "اُردُو کی"),
    ("می\u200cخواهم \u200cمی\u200c", "می\u200cخواهم می"),
    ("E\u0301tat état", "état état"),
    ("हिन्दी Ελλάς ΕΛΛΆΣ", "हिन्दी ελλάς ελλάς"),
    ("col·lecció צה״ל snake_case _emphasis_", "col·lecció צה״ל snake_case emphasis"),
    # full stops
    ("U.S. U.S.A. p.m., e.g. Ph.D. (i.e.)", "u.s. u.s.a. p.m. e.g. ph.d. i.e."),
    ("U.S.-led U.S.’s U.S...", "u.s.-led u.s.'s u.s. "),
    ("Mr. Khan etc. vitamin C. J. Smith", "mr khan etc vitamin c j smith"),
    ("it ended.The next e.g.The wait...what", "it ended the next e.g. the wait what"),
    ("mp3.com dawn.com M.Phil fig.3 1.Introduction", "mp3.com dawn.com m.phil fig 3 1 introduction"),
    # numbers
    ("3,500 12.5 10:30 24/7 9/11/2001 ٣٬٥٠٠ 1⁄2", "3,500 12.5 10:30 24/7 9/11/2001 ٣٬٥٠٠ 1⁄2"),
    ("50% 12.5%, 5‰ 50 % x% $5 £3.2bn 4th", "50% 12.5% 5‰ 50 x 5 3.2bn 4th"),
    ("and/or 1, 2; 3. 3,x", "and or 1 2 3 3 x"),
    ("G7% B2B. it's, x: y- z_ a/ b' ", "g7% b2b it's x y z a b"),  # at a blank only a percent sign belongs to a word
    # addresses keep their case
    ("https://Dawn.com/News?id=1, HTTP://x.y", "https://Dawn.com/News?id=1 HTTP://x.y"),
    ("(see http://x.org/Foo_(bar)).", "see http://x.org/Foo_(bar)"),
    ("www.Dawn.com! wwww.x.y http:// www.", "www.Dawn.com wwww.x.y http www"),
    ("[x](ftp://a.b/c) “http://a.b”", "x ftp://a.b/c http://a.b"),
    ("Write to A.Khan+x@Mail.gov.pk.", "write to A.Khan+x@Mail.gov.pk"),
    (f"{64 * 'a'}@x.y {65 * 'B'}@x.y", f"{64 * 'a'}@x.y {65 * 'b'} x.y"),
    ("#MeToo #1 #G20 a#b &#x27; #می\u200cخواهم", "#MeToo 1 #G20 a b x27 #می\u200cخواهم"),
    ("@Bob_x. .@UN @5 x @a.b", "@Bob_x @UN 5 x @a.b"),
    # emoji
    ("👍🏽👍 👨‍👩‍👧 🇵🇰🇬🇧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍🏽 👍 👨‍👩‍👧 🇵🇰 🇬🇧 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    ("1️⃣ #️⃣ *️⃣ ❤️ ❤ © ©️ ★", "1️⃣ #️⃣ *️⃣ ❤️ ❤ ©️"),
    ("1\u20e3A.Bc A.Bc", "1\u20e3 a bc a.bc"),  # only a capital that stands alone is an initial
    ("\ud800 a\udfffb", "a b"),
]


def types(text: str, **options: bool) -> list[str]:
    words = find_words([text], **options)
    return words.vocabulary[words.ids].tolist()


@pytest.mark.parametrize(("text", "expected"), BY_HAND, ids=[ascii(text) for text, _ in BY_HAND])
def test_types_by_hand(text, expected):
    assert types(text) == expected.split()
    assert [token[2] for token in find_words_reference(text)] == expected.split()


def test_spans_are_characters_of_the_document():
    #        0123456789
    text = "🙂 Don’t go"
    words = find_words(["x", text])
    assert words.offsets.tolist() == [0, 1, 4]
    assert words.start.tolist() == [0, 0, 2, 8]
    assert words.end.tolist() == [1, 1, 7, 10]
    assert [a.dtype for a in words] == [object, np.int32, np.int32, np.int32, np.int64]


def test_vocabulary_is_in_order_of_first_use():
    words = find_words(["b É a", "", "é c B"])
    assert words.vocabulary.tolist() == ["b", "é", "a", "c"]
    assert words.ids.tolist() == [0, 1, 2, 1, 3, 0]
    assert words.offsets.tolist() == [0, 3, 3, 6]


def test_no_documents():
    words = find_words([])
    assert [len(array) for array in words] == [0, 0, 0, 0, 1]


def test_options():
    assert types("Don’t É #A 👍", lowercase=False) == ["Don't", "É", "#A", "👍"]
    assert types("ok 👍🏽 1️⃣ ok", emoji=False) == ["ok", "ok"]


def test_document_too_long(monkeypatch):
    monkeypatch.setattr(kernels, "LONGEST", 10)
    with pytest.raises(ValueError, match=r"document 1 has 11 characters: expected at most 10"):
        find_words(["ten chars.", "eleven char"])


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("Don’t", "don't"),
        ("AZM‑E‑ISTEHKAM", "azm-e-istehkam"),
        ("e\u0301", "é"),
        ("J\u030c", "ǰ"),  # its capital is two characters, itself is one
        ("co\u00adop", "coop"),
        ("ΟΔΟΣ", "οδος".replace("σ", "ς")),
        ("#MeToo", "#MeToo"),
        ("@UN", "@UN"),
        ("WWW.Dawn.com", "WWW.Dawn.com"),
        ("C#", "c#"),
    ],
)
def test_fold(surface, expected):
    assert fold(surface) == expected


def test_fold_keeps_case():
    assert fold("Don’t‑X E\u0301", lowercase=False) == "Don't-X É"


def test_is_emoji():
    emoji = "👍 👍🏽 👨‍👩‍👧 🇵🇰 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ #️⃣ ❤️ ❤ ©️ 🏽".split()
    assert is_emoji(emoji).tolist() == [True] * len(emoji)
    words = ["", *"the don't 12\u20e3 1 5% # © ★ . #👍a @👍a اُردُو".split()]
    assert is_emoji(words).tolist() == [False] * len(words)
    assert is_emoji([]).tolist() == []
    assert is_emoji([]).dtype == bool


def test_emoji_can_be_stop_words():
    words = find_words(["ok 👍 ok 1️⃣ 🇵🇰"])
    assert words.vocabulary[is_emoji(words.vocabulary)].tolist() == ["👍", "1️⃣", "🇵🇰"]


# Characters at which the rules turn, and any others.
PIECES = st.sampled_from(
    [
        *"aB.9 '’-‑_·,:/%٪@#*&()<\"!?\u200c\u200d\u00ad\u0301\u20e3\ufe0e\ufe0fيُßΣİǅ²½ʼ`＇",
        *(
            "🙂",
            "👍",
            "🏽",
            "🇵",
            "\U000e0067",
            "\U000e007f",
            "❤",
            "©",
            "〰",
            "\ud800",
            "\n",
            "\t",
            "\u00a0",
            "\U000e0fff",
        ),
        *("http://", "www.", "://", "U.S.", "ab", "Cd", "x@y.z", "E\u0301", "é", "-e-", " ", " "),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, PIECES, PIECES, st.characters(exclude_categories=())), max_size=40).map("".join)


@settings(max_examples=1500, deadline=None)
@given(st.lists(TEXTS, max_size=4), st.booleans(), st.booleans())
def test_equals_the_definition(texts, lowercase, emoji):
    words = find_words(texts, lowercase=lowercase, emoji=emoji)
    for text, first, last in zip(texts, words.offsets[:-1], words.offsets[1:], strict=True):
        start, end = words.start[first:last].tolist(), words.end[first:last].tolist()
        found = list(zip(start, end, words.vocabulary[words.ids[first:last]].tolist(), strict=True))
        assert found == find_words_reference(text, lowercase=lowercase, emoji=emoji)
        assert [fold(text[a:b], lowercase=lowercase) for a, b, _ in found] == [word for _, _, word in found]


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_threads_and_cuts_make_no_difference(monkeypatch, threads):
    draw = random.Random(5)
    vocabulary = ["U.S.", "a@b.c", "#Tag", "🇵🇰", "\n"]
    vocabulary += [f"{'aé‑B’'[i % 5].join('xyz')}{i}" for i in range(5000)]
    texts = [" ".join(draw.choices(vocabulary, k=draw.choice([0, 1, 50, 3000]))) for _ in range(60)]
    whole = find_words(texts)
    monkeypatch.setattr(batches, "BATCH", 1000)
    monkeypatch.setattr(batches, "SHARE", 1)
    monkeypatch.setattr(batches, "cores", lambda: threads)
    for one, other in zip(whole, find_words(texts), strict=True):
        assert one.dtype == other.dtype
        assert one.tolist() == other.tolist()


def test_a_long_text_without_a_blank_takes_linear_time():
    for text in (
        "a" * 3_000_000,
        "a.B" * 1_000_000,
        "x+" * 1_500_000,
        "#1" * 1_500_000,
        "(" * 3_000_000,
        "http://" * 400_000,
    ):
        find_words([text])  # would not end in a day if it were quadratic


def _sample_texts() -> list[str]:
    files = sorted(path for path in (ROOT / "data" / "sample").rglob("*") if path.suffix in {".txt", ".md", ".html"})
    return [path.read_text(encoding="utf-8", errors="surrogateescape") for path in files]


def _equal_to_definition(texts: list[str]) -> None:
    words = find_words(texts)
    for text, first, last in zip(texts, words.offsets[:-1], words.offsets[1:], strict=True):
        found = zip(
            words.start[first:last].tolist(), words.end[first:last].tolist(), words.ids[first:last], strict=True
        )
        assert [(a, b, words.vocabulary[i]) for a, b, i in found] == find_words_reference(text)


def test_equals_the_definition_on_the_sample():
    texts = _sample_texts()
    assert texts
    _equal_to_definition(texts)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled data beside the repository (shared/data) is not there")
def test_equals_the_definition_on_labelled_data():
    cases = (SHARED / "golden_rules" / "golden_rules.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [" ".join(map(str, json.loads(case).values())) for case in cases]
    texts += [path.read_text(encoding="utf-8") for path in sorted((SHARED / "corpora").rglob("198*.txt"))]
    texts.append((SHARED / "ud_dev" / "ewt_train_raw.txt").read_text(encoding="utf-8")[:200_000])
    _equal_to_definition(texts)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled data beside the repository (shared/data) is not there")
@pytest.mark.parametrize(("treebank", "least"), [("en_ewt", 0.996), ("en_gum", 0.996)])
def test_agrees_with_universal_dependencies(treebank, least):
    from analysis.text.evaluation import evaluate_words

    def spans(text: str) -> list[tuple[int, int]]:
        words = find_words([text])
        return list(zip(words.start.tolist(), words.end.tolist(), strict=True))

    scores = evaluate_words(SHARED / "ud_dev" / f"{treebank}-ud-dev.conllu", spans).set_index("convention")
    assert scores.loc["joined", "f1"] >= least


def test_importing_compiles_nothing():
    code = (
        "import analysis.text.kernels, analysis.text.scanner as s, analysis.text.interning as i\n"
        "from analysis.text.characters import character_classes\n"
        "assert not any(f.signatures for f in (s.scan, i._encode, i._number, i.renumber))\n"
        "assert character_classes.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
