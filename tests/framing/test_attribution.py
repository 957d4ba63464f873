"""Who is said to have spoken, in which words, and how much each speaker is given."""

import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.framing.attribution import attributions, read_aliases, speaker_shares
from analysis.text.corpus import read_texts

COLUMNS = ["doc_id", "sentence", "start", "end", "kind", "speaker", "verb"]


def found(text, scheme="frequency", **options):
    tokens = tokenize(read_text(text), scheme=scheme)
    table = attributions(tokens, **options)
    rows = zip(table["kind"], table["speaker"], table["verb"], table["start"], table["end"], strict=True)
    return [(kind, speaker, verb, text[start:end]) for kind, speaker, verb, start, end in rows]


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
@pytest.mark.parametrize(
    ("text", "speaker", "verb", "words"),
    [
        ("“We will win,” Imran Khan said.", "Imran Khan", "said", "We will win,"),
        ('"We will win," said Imran Khan.', "Imran Khan", "said", "We will win,"),
        ("Imran Khan said: “We will win.”", "Imran Khan", "said", "We will win."),
        ("Imran Khan told reporters on Monday, “We will win.”", "Imran Khan", "told", "We will win."),
        ("“We will win. It is certain,” the mayor said.", "the mayor", "said", "We will win. It is certain,"),
        ("‘We’ll win,’ Ann replied.", "Ann", "replied", "We’ll win,"),
        ("Members shouted “shame” and left.", "Members", "shouted", "shame"),
        ("Imran Khan: “We will win.”", "Imran Khan", None, "We will win."),
        ("The minister, a lawyer, said: “No.”", "The minister", "said", "No."),
        ("A man who runs the camp said: “No.”", "A man", "said", "No."),
        ("The mayor said:\n\n“We will win.”", "The mayor", "said", "We will win."),
        ("“No one knows how this ends.”", None, None, "No one knows how this ends."),
    ],
)
def test_quotations(text, speaker, verb, words, scheme):
    assert found(text, scheme) == [("quoted", speaker, verb, words)]


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
@pytest.mark.parametrize(
    ("text", "speaker", "verb", "words"),
    [
        ("The mayor said it was late.", "The mayor", "said", "it was late"),
        ("The mayor said on Monday it was late.", "The mayor", "said", "it was late"),
        ("Khan told reporters in Lahore that it was late.", "Khan", "told", "it was late"),
        ("The mayor asked why it was late.", "The mayor", "asked", "why it was late"),
        ("It was late, the mayor said.", "the mayor", "said", "It was late"),
        ("It was late, said Imran Khan.", "Imran Khan", "said", "It was late"),
        ("It was, the mayor said, far too late.", "the mayor", "said", "It was, the mayor said, far too late"),
        ("According to two officials, it was late.", "two officials", "according to", "it was late"),
        ("It was late, according to the report.", "the report", "according to", "It was late"),
    ],
)
def test_indirect_speech(text, speaker, verb, words, scheme):
    assert found(text, scheme) == [("indirect", speaker, verb, words)]


@pytest.mark.parametrize(
    "text",
    [
        "The mayor did not say when it was.",
        "The mayor will say that it is late.",
        "It is said that he left.",
        "He asked for a debate.",
        "The state promises jobs, schools and clinics.",
        "Operation ‘Azm’ was launched.",
        "The soldiers’ camp isn't Khan's.",
        "He came to the United States that day.",
        "This is the technical term for “never used”.",
        "In response to the said problem he left.",
        "So let me say that it is late.",
        "How would you explain that it was late?",
        "That said, it was late.",
        "This suggests that it was late.",
        "They made the solemn promise that it was over.",
        "She has a weekly show called “The Long Night”.",
        "Justice requires us to remember that they said so.",
        "It was held in opposition to all who maintain that it was late.",
        "Police last month reported that it was late.",
    ],
)
def test_no_speech(text):
    assert found(text) == []


def test_several_rows_of_a_sentence():
    assert found("The mayor said the plan was “a disaster” for all.") == [
        ("indirect", "The mayor", "said", "the plan was “a disaster” for all"),
        ("quoted", "The mayor", "said", "a disaster"),
    ]
    assert found("Khan said it was late, and Ann said that it was early.") == [
        ("indirect", "Khan", "said", "it was late"),
        ("indirect", "Ann", "said", "it was early"),
    ]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("“We won,” Khan said, adding that it was late. “It was a long day.”", ["Khan", "Khan", "Khan"]),
        ("“We lost the long game.” Ann said that it was late.", [None, "Ann"]),  # a full stop ends the first speech
        ("“We lost the long game.” Ann said: “No one did.”", [None, "Ann"]),
        ("“It began in May,” Khan said. “It was long.\n\n“It ended in June at last.”", ["Khan", "Khan", "Khan"]),
        ("Khan said it was late. It rained. It rained. “It is over at last.”", ["Khan", "Khan"]),  # three sentences
        ("Khan said it was late. It rained. It rained. It rained. “It is over at last.”", ["Khan", None]),
    ],
)
def test_who_goes_on(text, speakers):
    assert [row[1] for row in found(text)] == speakers


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Khan said it was late. He said that he would go.", "Khan"),
        ("Two officials said it was late. They said that they would go.", "Two officials"),
        ("The ministry said it was late. It said that it would act.", "The ministry"),
        ("The ministry said it was late. He said that he would go.", "He"),
        ("Two officials said it was late. She said that she would go.", "She"),
        ("He said that he would go.", "He"),
        ("Khan said it was late. It rained. It rained. It rained. He said that he would go.", "He"),
        ("Khan said it was late. I said that I would go.", "I"),
    ],
)
def test_pronouns(text, speaker):
    assert found(text)[-1][1] == speaker


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Myron Genel said it was late. Dr. Genel said that it rained. Genel asked why it did.", ["Myron Genel"] * 3),
        ("It was led by Myron Genel of Yale. It was late, Genel said.", ["Myron Genel"]),
        ("Dr. Genel said it was late. Myron Genel left.", ["Dr. Genel"]),  # the full name comes too late
        ("Prime Minister Shehbaz Sharif said it was late. He said that he would go.", ["Shehbaz Sharif"] * 2),
        ("US farm minister Ann Lee said it was late. Ms Lee said that it rained.", ["Ann Lee"] * 2),
        ("The New York Times said it was late.", ["The New York Times"]),
        ("The minister of health Ann Lee said it was late.", ["The minister of health Ann Lee"]),
        ("Paris said it was late. Radio Paris said that it rained.", ["Paris", "Radio Paris"]),
        ("Some said it was late. Another said that it rained.", ["Some", "Another"]),
        ("US officials say that it was late.", ["US officials"]),
        ("Officials claim that it was late.", ["Officials"]),
    ],
)
def test_names(text, speakers, scheme):
    assert [row[1] for row in found(text, scheme)] == speakers


@pytest.mark.parametrize("then", ["Genel said that it rained.", "He said that it rained."])
def test_nobody_is_known_from_another_document(then):
    table = attributions(tokenize(read_texts(["Myron Genel said it was late.", then])))
    assert table["speaker"].tolist() == ["Myron Genel", then.split()[0]]


def test_aliases():
    aliases = {"The premier": "Shehbaz Sharif", "PM Sharif": "Shehbaz Sharif"}
    text = "The Premier said it was late. PM Sharif said that it rained. He said that it was cold."
    assert [row[1] for row in found(text, aliases=aliases)] == ["Shehbaz Sharif"] * 3


@pytest.mark.parametrize("aliases", [{"": "Khan"}, {"the premier": " "}])
def test_an_alias_needs_two_names(aliases):
    with pytest.raises(ValueError, match="give both a name"):
        attributions(tokenize(read_text("Khan said it was late.")), aliases=aliases)


def test_columns_and_places():
    table = attributions(tokenize(read_text("It rained. Khan said it was late.")))
    assert table.columns.tolist() == COLUMNS
    # "it was late" begins at 11 + len("Khan said ") = 21 and ends before the period at 32.
    assert table.iloc[0].tolist() == ["text", 1, 21, 32, "indirect", "Khan", "said"]


def test_nothing_to_find(sample_tokens):
    for tokens in (tokenize(read_text("---")), sample_tokens.where(language="ur")):
        table = attributions(tokens)
        assert table.empty
        assert table.columns.tolist() == COLUMNS
        assert speaker_shares(table, tokens).empty


def test_shares():
    text = "“We won the game,” the Mayor said. The mayor said the day was “very long” for all."
    text += "\n\nAnn said it rained.\n\nNothing. “No one knows who said this.”"
    tokens = tokenize(read_text(text))
    table = speaker_shares(attributions(tokens), tokens)
    # Mayor: 4 + 2 words quoted, "the day was ... for all" 5 not quoted; Ann: "it rained"; nobody: 6 words. 12 in all.
    assert table.to_numpy(dtype=object).tolist() == [
        ["The mayor", 3, 6, 5, 0.5],
        ["Ann", 1, 0, 2, 0.0],
        [None, 1, 6, 0, 0.5],
    ]


def test_the_sample(sample_tokens):
    table = attributions(sample_tokens)
    wire = table[table["doc_id"] == "2024-06-22-wire-1"]
    quoted = wire.loc[wire["kind"] == "quoted", "speaker"].tolist()
    assert quoted[-2:] == ["An opposition lawmaker", "An analyst at a U.S. university"]
    other = attributions(tokenize(sample_tokens.corpus, scheme="treebank"))
    for each in (table, other):
        each["speaker"] = each["speaker"].str.rstrip(".")  # "Lt. Gen": only one scheme has the period in its tokens
    pd.testing.assert_frame_equal(table, other)


def test_aliases_come_from_a_table(tmp_path):
    path = tmp_path / "aliases.csv"
    path.write_text("alias,name\nthe premier,Khan\nPM,Khan\n")
    assert read_aliases(path) == {"the premier": "Khan", "PM": "Khan"}
    for content, message in (
        ("alias,name\nPM,Khan\nPM,Rao\n", r"aliases\.csv has 'PM' for 'Khan' and for 'Rao'"),
        ("short,long\nPM,Khan\n", "no column 'alias'"),
    ):
        path.write_text(content)
        with pytest.raises(ValueError, match=message):
            read_aliases(path)


def test_each_group_has_its_part_of_the_speakers_listed(sample_tokens):
    table = attributions(sample_tokens)
    every, few = (speaker_shares(table, sample_tokens, most=most) for most in (None, 17))
    pd.testing.assert_frame_equal(few, pd.concat([every.head(16), every.tail(1)], ignore_index=True))
    # Of eight sources two speakers each, and those that nobody is named for.
    every, few = (speaker_shares(table, sample_tokens, "source", most=most) for most in (None, 24))
    assert set(every.groupby("source")["share"].sum().round(9)) <= {0.0, 1.0}
    assert every["statements"].sum() == len(table)
    assert sample_tokens.groups("source").nunique() == 8
    nobody = every["speaker"].isna()
    first = every.assign(nobody=nobody).groupby(["source", "nobody"]).cumcount() < 2
    pd.testing.assert_frame_equal(few, every[first | nobody].reset_index(drop=True))
