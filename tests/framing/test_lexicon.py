"""What a lexicon file says is what is read, and each mistake in it is named with its line."""

import hashlib

import pytest

from analysis import read_text, tokenize
from analysis.core.paths import LEXICONS, from_root
from analysis.framing.frames import matches, profile
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


def test_negation_and_excludes_may_be_missing(tmp_path):
    lexicon = read(tmp_path, HEAD + FRAME + "    terms: [war]\n")
    assert (lexicon.negation_words, lexicon.negation_window) == ((), 0)
    assert lexicon.excludes.empty


TERMS = HEAD + FRAME + "    terms:"  # line 7
ONE_FRAME = f"{FRAME}    terms: [war]\n"
IN_FRAME = "label, definition, terms, excludes"
KEYS = "name, version, language, licence, description, negation, frames"
NOT_A_MAPPING = "expected a mapping (key: value), found"
ALL_WILDCARD = "must begin and end with a word that is not all wildcard"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty: it needs name, version, language and frames"),
        ("# nothing\n", "is empty: it needs name, version, language and frames"),
        ("- war\n", f"line 1: {NOT_A_MAPPING} a list"),
        ("war\n", f"line 1: {NOT_A_MAPPING} 'war'"),
        ("name: test\n\tversion: 1\n", "line 2: not YAML: "),
        (f"{TERMS} [war\n", "line 8: not YAML: "),
        (b"name: caf\xe9\n", "line 1: not UTF-8: save the file as UTF-8"),
        (f"{HEAD}frame: {{}}\n", f"line 4: unknown key 'frame', expected one of {KEYS}. Did you mean 'frames'?"),
        (f"{HEAD}zzz: 1\n", f"line 4: unknown key 'zzz', expected one of {KEYS}."),
        (
            f"{HEAD}{FRAME}    term: [war]\n",
            f"line 7: unknown key 'term', expected one of {IN_FRAME}. Did you mean 'terms'?",
        ),
        (
            f"{TERMS}\n      - {{pattern: wars, wieght: 2}}\n",
            "line 8: unknown key 'wieght', expected one of pattern, weight, note. Did you mean 'weight'?",
        ),
        (f"name: test\nlanguage: en\n{FRAME}", "line 1: key 'version' is missing here"),
        (f"{HEAD}frames:\n  war:\n    terms: [war]\n", "line 6: key 'definition' is missing here"),
        (f"{TERMS}\n      - {{weight: 2}}\n", "line 8: key 'pattern' is missing here"),
        (f"{HEAD}negation:\n  window: 3\n{ONE_FRAME}", "line 5: key 'words' is missing here"),
        (f"{TERMS} [war]\n  war: {{}}\n", "line 8: key 'war' occurs twice: keep one"),
        (f"{HEAD}frames: {{}}\n", "line 4: there are no frames: give at least one"),
        (f"{HEAD}frames:\n", f"line 4: {NOT_A_MAPPING} nothing"),
        (f"{TERMS} []\n", "line 7: frame 'war' has no terms: give at least one, or drop the frame"),
        (f"{TERMS} war\n", "line 7: expected a list, found 'war'"),
        (f"{TERMS}\n      - [war, wars]\n", f"line 8: {NOT_A_MAPPING} a list"),
        (
            f"{TERMS}\n      - war\n      - War\n",
            "line 9: pattern 'war' of frame 'war' occurs twice in it: keep one",
        ),
        (
            f"{TERMS} [war]\n  law:\n    definition: Courts.\n    terms: [court, war]\n",
            "line 10: pattern 'war' of frame 'law' occurs in frame 'war' too: keep one",
        ),
        *(
            (
                f"{HEAD}negation: {{window: {window}, words: [no]}}\n{ONE_FRAME}",
                f"line 4: expected a whole number from 0 up to 4 digits, found '{window}'",
            )
            for window in ("-5", "nan", "2.7")
        ),
        *(
            (
                f"{TERMS}\n      - {{pattern: war, weight: {weight}}}\n",
                f"line 8: weight '{weight}' must be a number above 0",
            )
            for weight in ("0", "much", "nan", "inf")
        ),
        (f"{TERMS} [war]\n    excludes: ['*']\n", f"line 8: pattern '*' {ALL_WILDCARD}"),
        (f"{TERMS} [war]\n    excludes: [War]\n", "line 8: pattern 'war' is a term and an exclude: keep one"),
        (f"{HEAD}a: &one 1\nb: *one\n", "line 5: aliases are not read: write out what they stand for"),
        *(
            (f"{TERMS}\n      - '{pattern}'\n", f"line 8: pattern {pattern!r} {ALL_WILDCARD}")
            for pattern in ("*", "**", "?", "?*", "...", "* war", "war *", "... war", "war ...", "")
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, content, message):
    with pytest.raises(LexiconError) as error:
        read(tmp_path, content)
    said = str(error.value)
    if message.endswith(": "):  # then the parser's own words follow
        said = said[: len("test.yml " + message)]
    assert said == f"test.yml {message}"


def test_aliases_and_nesting_without_bound_are_refused_at_once(tmp_path):
    lines = ["a0: &a0 [war, war, war, war, war, war, war, war, war]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]  # 9 to the power of 12 words
    with pytest.raises(LexiconError, match="line 2: aliases are not read"):
        read(tmp_path, "\n".join(lines))
    with pytest.raises(LexiconError):
        read(tmp_path, "[" * 5000 + "]" * 5000)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(LexiconError, match=r"no such lexicon: '.*gone\.yml' \(beside it: no \.yml file there\)"):
        read_lexicon(tmp_path / "gone.yml")
    (tmp_path / "other.yml").write_text(WHOLE, encoding="utf-8")
    with pytest.raises(LexiconError, match=r"no such lexicon: '.*gone\.yml' \(beside it: other\.yml\)"):
        read_lexicon(tmp_path / "gone.yml")


# --- dictionaries of other programs

NESTED = {"war_and_peace": ["War*", "cease  fire"], "politics": {"left": ["union?"], "right": ["tax cut*", "war*"]}}
NAMES = {"war_and_peace": "War and peace", "politics.left": "Politics.left", "politics.right": "Politics.right"}
TERMS_OF = {
    "war_and_peace": ["war*", "cease fire"],
    "politics.left": ["union?"],
    "politics.right": ["tax cut*", "war*"],
}
QUANTEDA = "war_and_peace: [War*, cease fire]\npolitics: [{left: [union?]}, {right: [tax cut*, war*, war*]}]\n"
LIWC_2007 = (
    "%\n01\twar_and_peace\n2 politics.left\n3\tpolitics.right\n%\nWar*\t1\t3\ncease fire\t01\nunion? 2\ntax cut*\t003\n"
)
LIWC_22 = "DicTerm,war_and_peace,politics.left,politics.right\nWar*,X,,x\ncease fire,X,,\nunion?,,1,\ntax cut*,,,X\n"
TABLE = "Term;Category\n" + "".join(f"{term};{frame}\n" for frame, terms in TERMS_OF.items() for term in terms)


@pytest.fixture
def own(tmp_path):
    """Reads a dictionary from a file of that name."""

    def read_own(name, content, **options):
        (tmp_path / name).write_text(content, encoding="utf-8")
        return read_lexicon(tmp_path / name, **options)

    return read_own


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yml", QUANTEDA),
        ("a.dic", LIWC_2007),
        ("a.dicx", LIWC_22),
        ("a.csv", TABLE),
        ("", NESTED),
    ],
)
def test_a_dictionary_says_the_same_in_every_form(own, name, content):
    lexicon = own(name, content) if name else read_lexicon(content)
    terms = [[frame, term, 1.0, ""] for frame, terms in TERMS_OF.items() for term in terms]
    assert sorted(lexicon.terms.to_numpy().tolist()) == sorted(terms)
    assert dict(zip(lexicon.frames["frame"], lexicon.frames["label"], strict=True)) == NAMES
    assert lexicon.frames["frame"].tolist() == list(NAMES)
    assert (lexicon.name, lexicon.language, lexicon.negation_window) == (name[:1] or "dictionary", "en", 0)
    assert lexicon.excludes.columns.tolist() == ["frame", "pattern"]
    words = own("a.yml", "answers: [no, yes, 302]\n").terms["pattern"]
    assert words.tolist() == ["no", "yes", "302"]  # no booleans


def test_categories_of_liwc_2015_are_nested_by_tabs(own):
    legend = "30\taffect (Affect)\n\t31\tposemo (Positive Emotions)\n\t32\tnegemo\n\t\t33\tanx\n60\tdeath\n"
    lexicon = own("a.dic", f"%\n{legend}%\n\nhapp*\t31\nkind of\t30\t31\nafraid\t\t33\n")
    found = lexicon.terms.groupby("pattern", sort=False)["frame"].agg(list).to_dict()
    nested = {"happ*": ["affect", "posemo"], "kind of": ["affect", "posemo"], "afraid": ["affect", "negemo", "anx"]}
    assert found == nested
    assert lexicon.frames["frame"].tolist() == ["affect", "posemo", "negemo", "anx"]  # nothing is listed for death
    assert lexicon.frames["label"].tolist() == ["Affect", "Positive Emotions", "Negemo", "Anx"]


def test_weights_of_a_table_language_and_negation(own):
    lexicon = own("a.csv", "word,weight,frame\nKrieg,0.5,war\nKampf,,war\n", language="de", negation=["Kein", "nicht"])
    assert lexicon.terms["weight"].tolist() == [0.5, 1.0]
    assert (lexicon.language, lexicon.negation_words, lexicon.negation_window) == ("de", ("kein", "nicht"), 3)
    assert lexicon.sha256 != read_lexicon({"war": ["Krieg", "Kampf"]}).sha256


def test_a_term_of_several_frames_counts_for_each():
    # "wars" for two frames; "tax cuts" is longer than "cuts", which has no hit then.
    lexicon = read_lexicon(NESTED | {"economy": ["cuts"]})
    tokens = tokenize(read_text("Unions fear that wars end with new tax cuts."))
    found = matches(tokens, lexicon)
    assert found[["frame", "text", "start"]].to_numpy().tolist() == [
        ["politics.left", "Unions", 0],
        ["war_and_peace", "wars", 17],
        ["politics.right", "wars", 17],
        ["politics.right", "tax cuts", 35],
    ]
    assert profile(tokens, lexicon)["hits"].tolist() == [1, 1, 2, 0]


def test_a_lexicon_of_the_package_by_its_name(tmp_path, monkeypatch):
    whole = read_lexicon(LEXICONS / "actors.yml")
    monkeypatch.chdir(tmp_path)
    assert read_lexicon("actors").sha256 == read_lexicon(from_root("actors")).sha256 == whole.sha256
    with pytest.raises(LexiconError, match=r"no such lexicon: 'actor' .*; by their names alone: actors, gun_violence"):
        read_lexicon("actor")
    (tmp_path / "actors").write_text("own: [word]\n", encoding="utf-8")  # a file of that name is what is meant
    assert read_lexicon("actors").frames["frame"].tolist() == ["own"]


NOT_DECLARED = "is not declared between the lines of %: declare it, or leave it out"
NO_CATEGORIES = "does not begin with categories between two lines of %: is it a dictionary of LIWC?"
NO_PATTERN = "pattern '*' must begin and end with a word that is not all wildcard: change it, or leave it out"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("", {}, "the dictionary is empty: give frames, each with a list of terms"),
        ("", {"war": []}, "the dictionary: frame 'war' has no terms: give at least one, or drop the frame"),
        ("", {"war": 5}, "the dictionary, frame 'war': expected a list of words and phrases, found 5"),
        ("", {"war": ["a", "*"]}, f"dictionary, term '*' of 'war': {NO_PATTERN}"),
        ("a.yml", "war: ['*']\n", f"a.yml, term '*' of 'war': {NO_PATTERN}"),
        ("a.yml", "war: [a]\nwar: [b]\n", "a.yml line 2: key 'war' occurs twice: keep one"),
        (
            "a.dicx",
            "DicTerm,war\nwar*,?\n",
            "a.dicx, term 'war*' of 'war': weight '?' must be a number above 0: change it, or leave it out",
        ),
        ("a.dic", "war\t1\n", f"a.dic {NO_CATEGORIES}"),
        ("a.dic", "war\t1\n%\n1\twar\n%\nwar\t1\n", f"a.dic {NO_CATEGORIES}"),
        ("a.dic", "%\nwar\n%\n", "a.dic line 2: expected a number and a category, found 'war'"),
        ("a.dic", "%\n1\twar\n%\nwar\t1\t5\n", f"a.dic line 4: category '5' of 'war' {NOT_DECLARED}"),
        ("a.dic", "%\n1\twar\n%\nlike\t(2)1/4\n", f"a.dic line 4: category '(2)1/4' of 'like' {NOT_DECLARED}"),
        ("a.dic", "%\n1\twar\n%\nwar\n", "a.dic line 4: 'war' has no category: give its number behind a tab"),
        ("a.dic", "%\n1\twar\n%\n", "a.dic has no terms: give at least one category with a term"),
        (
            "a.csv",
            "term,kind\n",
            "a.csv has the columns 'term', 'kind': it needs term and category, and may have weight",
        ),
        ("a.csv", "term,category\nwar,\n", "a.csv has no category for 'war': give one, or drop the row"),
        (
            "a.csv",
            "term,category,weight\nwar,a,-2\n",
            "a.csv, term 'war' of 'a': weight '-2' must be a number above 0: change it, or leave it out",
        ),
        ("a.csv", "term,category,weight\nwar,a,2\nWar,a,1\n", "a.csv: 'War' of 'a' has two weights: keep one"),
        ("a.csv", "term,term\n", "a.csv has the column 'term' twice: its first line must name each column once"),
    ],
)
def test_a_mistake_in_a_dictionary_is_named(own, name, content, message):
    with pytest.raises(LexiconError) as error:
        own(name, content) if name else read_lexicon(content)
    assert str(error.value) == message
