"""Each parameter of each notebook refuses what it does not take, in one line, before a kernel starts."""

import pytest

from analysis import CorpusError, read_corpus, read_text, tokenize
from analysis.core.errors import ParameterError
from analysis.core.paths import LEXICONS
from analysis.framing.lexicon import LexiconError, read_lexicon
from analysis.publish.manifest import FILE_PARAMETERS
from analysis.publish.parameters import KINDS, notebooks, read_parameters, resolve
from analysis.publish.run.assemble import report
from analysis.publish.run.checks import READERS, check_files, check_groups, left_out

# What a parameter takes, by what the notebooks say of it; a value outside that; and what is said of it.
OUTSIDE = {
    "": [("perhaps", "takes true or false, not 'perhaps'")],
    "0 or more": [(-1, "0 or more, not -1")],
    "1 or more": [(0, "1 or more, not 0")],
    "1 to 1,000": [(0, "1 to 1,000, not 0"), (1001, "1 to 1,000, not 1001")],
    "0 to 1,000,000": [(-1, "0 to 1,000,000, not -1"), (1_000_001, "not 1000001")],
    "above 0 up to 1": [(0, "above 0 up to 1, not 0.0"), (7, "above 0 up to 1, not 7.0")],
    "day, week, month, year or decade": [("fortnight", "day, week, month, year or decade, or none, not 'fortnight'")],
    "a path": [("no such folder", "no such file or folder")],
    "a CSV table of files": [("none.csv", "no such table"), ("LICENSE", "LICENSE row 5 has 3 values")],
    "a column of texts": [("txt", "has no column 'txt' but 'text', 'source': give"), ("txt", "Did you mean 'text'?")],
    "a pattern of names": [("plain", "file-name pattern 'plain' has no field")],
    "an ISO 639 code": [("english", "language 'english' is not known")],
    "a lexicon": [("none.yml", "no such lexicon"), ("data/lexicons", "no such lexicon"), ("LICENSE", "LICENSE line 1")],
    "a CSV table of alias and name": [("none.csv", "no such table"), ("LICENSE", "LICENSE row 5 has 3 values")],
    "a file of lafz code": [("none.yml", "no such validity file"), ("LICENSE", "is not a validity file")],
    "a stop list": [("none.txt", "no such stop list"), ("nltk", "NLTK's stop lists are not on this machine")],
    "a word or phrase": [("*", "must begin and end with a word"), (" ", "must begin and end with a word")],
    "phrases with commas between": [
        ("war", "phrase 'war' is one word: give two or more"),
        ("... a", "must begin and end"),
    ],
    "an order of contexts": [
        ("up", "unknown sort 'up': use document, left, right, date, or places such as 'R1 R2 L1'")
    ],
    "a metadata column": [("sauce", "'sauce', which is no metadata column. Did you mean 'source'? There are: doc_id,")],
    "a group": [("Dayly", "which is no value of 'source'. Did you mean 'Daily'? There are: 'Daily', 'Wire'")],
    "a group or a .csv file of term and count": [
        ("Dayly", "which is no value of 'source'. Did you mean 'Daily'? There are: 'Daily', 'Wire'"),
        ("none.csv", "no such frequency list"),
    ],
}
EACH = [
    pytest.param(section, parameter.name, value, said, id=f"{section}-{parameter.name}={value}")
    for section, path in notebooks().items()
    for parameter in read_parameters(path)
    for value, said in OUTSIDE[parameter.values]
]


@pytest.fixture
def corpus(make_folder):
    return make_folder({"table.csv": "text,source\nThe council met.,Daily\nThe war goes on.,Wire\n"})


@pytest.fixture
def lexicon(corpus):
    """A short one, which takes no time to read."""
    file = corpus / ".lexicon.yml"
    file.write_text("{name: one, version: 1, language: en, frames: {war: {definition: A fight., terms: [war]}}}")
    return str(file)


@pytest.mark.parametrize(("section", "name", "value", "said"), EACH)
def test_what_a_parameter_does_not_take_is_refused_in_one_line(
    monkeypatch, tmp_path, corpus, lexicon, section, name, value, said
):
    monkeypatch.setenv("NLTK_DATA", str(tmp_path))  # where there is none
    parameters = read_parameters(notebooks([section])[section])
    values = {one.name: lexicon for one in parameters if one.values == "a lexicon"} | {name: value}
    with pytest.raises((CorpusError, LexiconError, ParameterError)) as refused:
        report(values.pop("corpus", corpus), tmp_path / "out", only=[section], values=values)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_each_kind_that_is_read_is_one_that_notebooks_have():
    used = {parameter.values for path in notebooks().values() for parameter in read_parameters(path)}
    assert set(READERS) < used
    assert {kind for kind in used if kind in KINDS} == set(KINDS) - {"the folder of a report"}


def test_the_parameters_that_name_files_are_those_of_a_manifest():
    kinds = set(READERS) | {"a lexicon", "a CSV table of files", "a file of lafz code"}
    named = {p.name for path in notebooks().values() for p in read_parameters(path) if p.values in kinds}
    assert named - {"pattern", "phrases", "sort"} == set(FILE_PARAMETERS)


def checked(tokens, corpus, **values):
    parameters = resolve(notebooks(["term_frequency"]), {"corpus": str(corpus), **values})
    check_files(parameters)
    check_groups(parameters, tokens)


@pytest.fixture
def tokens(corpus):
    return tokenize(read_corpus(corpus))


@pytest.mark.parametrize(
    "values",
    [
        {"group_by": ""},
        {"group_by": "none", "every": ""},
        {"group_by": "doc_id", "target": "table#1"},
        {"group_by": "language", "target": "en", "reference": ""},
        {"target": "Daily", "reference": "Wire"},
        {"stopwords": "stopwordsiso", "pattern": "war * on", "every": "month"},
        {"stopwords": "", "top_n": 0, "min_length": 0},
    ],
)
def test_what_a_notebook_can_do_is_let_through(tokens, corpus, values):
    checked(tokens, corpus, **values)


def test_a_frequency_list_needs_no_groups(tokens, corpus, tmp_path):
    (tmp_path / "LIST.CSV").write_text("term,count\nwar,3\n")
    checked(tokens, corpus, group_by="none", reference=str(tmp_path / "LIST.CSV"))
    (tmp_path / "LIST.CSV").write_text("term,count\nwar,many\n")
    with pytest.raises(ParameterError, match="count 'many' is no whole number"):
        checked(tokens, corpus, reference=str(tmp_path / "LIST.CSV"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"group_by": "none", "target": "Daily"},
            "'target' is 'Daily', and group_by is none: name the metadata column",
        ),
        ({"group_by": "none", "reference": "Daily"}, "'reference' is 'Daily', and group_by is none"),
        ({"target": "Wire", "reference": "Wire"}, "'reference' is 'Wire', and so is 'target': name two groups"),
        ({"target": "list.csv"}, "'list.csv', which is no value of 'source'"),
    ],
)
def test_groups_that_cannot_be_held_against_each_other(tokens, corpus, values, said):
    with pytest.raises(ParameterError, match=said):
        checked(tokens, corpus, **values)


def test_a_dictionary_is_in_the_language_that_is_given(make_corpus, tmp_path):
    (tmp_path / "own.csv").write_text("term,category\nkrieg*,Krieg\n", encoding="utf-8")
    given = {"lexicon": str(tmp_path / "own.csv"), "language": "de"}
    parameters = {"framing": {p.name: p.default for p in read_parameters(notebooks()["framing"])} | given}
    lexicons = check_files(parameters)
    assert {lexicon.language for lexicon in lexicons.values()} == {"de", "en"}  # the others name theirs
    assert left_out(parameters, lexicons, make_corpus({"a.csv": "text,language\nDer Krieg.,de\n"})) == {}
    with pytest.raises(CorpusError, match="lexicon 'own' is in 'de' and the documents are in en"):
        left_out(parameters, lexicons, read_text("The war."))
    [(section, why)] = left_out(parameters | {"redundancy": {}}, lexicons, read_text("The war.")).items()
    assert (section, why.partition(":")[0]) == ("framing", "lexicon 'own' is in 'de' and the documents are in en")


def test_of_many_groups_the_first_are_named(make_corpus):
    rows = "".join(f"The war goes on.,S{number:02}\n" for number in range(21))
    tokens = tokenize(make_corpus({"table.csv": f"text,source\n{rows}"}))
    with pytest.raises(ParameterError, match=r"'S18', 'S19' and others$"):
        checked(tokens, "", target="Daily")


def test_a_stop_list_has_words_for_the_languages_of_the_texts(make_corpus):
    tokens = tokenize(make_corpus({"table.csv": "text,language\njang rawan day.,ps\n"}))
    with pytest.raises(ParameterError, match="stop list 'stopwordsiso' has no words for ps: name a file"):
        checked(tokens, "", stopwords="stopwordsiso")


def test_a_value_that_is_no_text_names_no_file(corpus, tmp_path):
    with pytest.raises(ParameterError, match="'lexicon' takes a lexicon, not 5"):
        report(corpus, tmp_path / "out", values={"lexicon": 5})


def test_a_lexicon_needs_a_document_in_its_language_however_that_is_named(make_corpus):
    parameters, lexicons = {"framing": {"lexicon": "style"}}, {"style": read_lexicon(LEXICONS / "style.yml")}
    corpus = make_corpus({"a.txt": "One.", "metadata.csv": "file,language\na.txt,English\n"})
    told = (
        r"documents are in und \(undetermined: the metadata name a language by no known code, such as 'en'\): give one"
    )
    with pytest.raises(CorpusError, match=told):
        left_out(parameters, lexicons, corpus)
    corpus.documents["language"] = "en_GB"
    assert left_out(parameters, lexicons, corpus) == {}
