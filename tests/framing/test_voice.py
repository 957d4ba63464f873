"""Which verbs are passive, who acts and what is acted upon; and how often a labelled set agrees."""

import numpy as np
import pandas as pd
import pytest

from analysis import read_text, tokenize
from analysis.core.intervals import rate_intervals
from analysis.core.paths import ROOT
from analysis.framing.voice import passive_rates, passives
from analysis.text.corpus import read_texts

SHARED = ROOT.parent / "shared" / "data"

COLUMNS = ["doc_id", "sentence", "start", "end", "participle", "agent", "patient"]

PASSIVE = {
    "The man was arrested.": "arrested",
    "The bill wasn't passed.": "passed",
    "The bill wasnt passed.": "passed",
    "It hasn't been fully explained.": "explained",
    "Some politicians are not to be trusted.": "trusted",
    "They're often ignored.": "ignored",
    "He got caught.": "caught",
    "It's called a reform.": "called",
    "Was he told?": "told",
    "Why was it called one?": "called",
    "Nor were they asked.": "asked",
    "The law was, the court said, broken.": "broken",
    "He was re-elected.": "re-elected",
    "The film was well-received by the critics.": "well-received",
    "She was surprised by the vote.": "surprised",
    "Rifles were used to fire at them.": "used",
    "He was pronounced dead.": "pronounced",
    "The men who lived there were arrested.": "arrested",
    "How was he supposed to know?": "supposed",
    "It was, uh, applied twice.": "applied",
}

NOT_PASSIVE = [
    "It is located in Lahore.",
    "She is interested in books by women.",
    "The matter is very complicated.",
    "It was so twisted that it broke.",
    "He was set to win.",
    "She is used to the noise.",
    "They got married.",
    "They were bound to fail.",
    "The press is biased.",
    "She had taken the money.",
    "He's taken the money.",
    "The guests are arrived.",
    "There were wounded soldiers in the street.",
    "The town is unaffected.",
    "I am done with it.",
    "The minister's trusted men left.",
    "The plan approved in June failed.",
    "He is well known.",
    "They were. Arrested men waited.",
    "It was old, rusted and heavy.",
]


def found(text, scheme="frequency"):
    return passives(tokenize(read_text(text), scheme=scheme))


@pytest.mark.parametrize("scheme", ["frequency", "treebank"])
@pytest.mark.parametrize(("text", "participle"), (PASSIVE | dict.fromkeys(NOT_PASSIVE)).items())
def test_passives(text, participle, scheme):
    if participle and scheme == "treebank":  # which cuts at hyphens
        participle = participle.removeprefix("well-")
    assert found(text, scheme)["participle"].tolist() == ([participle] if participle else [])


@pytest.mark.parametrize(
    ("text", "participles"),
    [
        ("He was arrested and charged.", ["arrested", "charged"]),
        ("It was drafted, signed and sent.", ["drafted", "signed", "sent"]),
        ("They were seized at the border and taken to Lahore.", ["seized", "taken"]),
        ("He was neither charged nor released.", ["charged", "released"]),
        ("A man was killed and police arrested two others.", ["killed"]),
        ("It was hit, burned the roof and was lost.", ["hit", "lost"]),
    ],
)
def test_joined_participles(text, participles):
    assert found(text)["participle"].tolist() == participles


def test_joined_participles_share_agent_and_subject():
    table = found("Two men were arrested and charged by police.")
    assert table[["agent", "patient"]].to_numpy().tolist() == [["police", "Two men"]] * 2


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        ("It was passed by parliament.", "parliament"),
        ("The team was cheered on by their fans yesterday.", "their fans"),
        ("It was chaired by Prime Minister Shehbaz Sharif in Islamabad on 22 June.", "Prime Minister Shehbaz Sharif"),
        ("It was carried out on Friday by the army and the police.", "the army and the police"),
        ("He was shot by a group of men who fled.", "a group of men"),
        ("He was shot by police and the army was called.", "police"),
        ("It was built by two of my friends.", "two of my friends"),
        ("It was finished by Friday.", None),
        ("It was cut by 5 percent.", None),
        ("It will be approved by the tenth.", None),
        ("It was taken by the Tenth Division.", "the Tenth Division"),
        ("It was signed by the first minister.", "the first minister"),
        ("It was cut by 5 percent by the bank.", "the bank"),
        ("It was stopped by cutting the power.", None),
        ("It was lost by being late.", None),
        ("It was done by mistake.", None),
        ("It was done by the end of June.", None),
        ("It was seized and the house by the river fell.", None),
        ("It was seized, and everyone stood by the river.", None),
    ],
)
def test_agents(text, agent):
    assert found(text)["agent"].tolist()[0] == agent


@pytest.mark.parametrize(
    ("text", "patient"),
    [
        ("The passage of the bill was delayed.", "The passage of the bill"),
        ("He said the army was beaten.", "the army"),
        ("In 2020 the law had not been changed.", "the law"),
        ("The minister, an old man, was dismissed.", "The minister"),
        ("The bill that was passed is long.", "The bill"),
        ("The man who runs it was asked.", "The man"),
        ("Police and the army were called.", "Police and the army"),
        ("She left and the army was called.", "the army"),
        ("It's called a reform.", "It"),
        ("Has he been told?", "he"),
        ("Were the ballots ever counted?", "the ballots"),
        ("He left and was arrested.", None),
        ("He wants to be asked.", None),
        ("Votes are to be counted.", "Votes"),
        ("These agencies will in turn be strengthened by laws.", "These agencies"),
        ("The law has of course been changed.", "The law"),
        ("It closes the gaps that have kept terrorism cases from being tried.", "terrorism cases"),
        ("The clerk who left without being asked is back.", None),
        ("What we believe is told to no one.", None),
        ("I confidently believe that arrangements can be made.", "arrangements"),
    ],
)
def test_patients(text, patient):
    assert found(text)["patient"].tolist()[0] == patient


def test_columns_and_places_in_the_text():
    text = "No news. The house was  not sold by Ann. It was left."
    table = found(text)
    assert table.columns.tolist() == COLUMNS
    # "was" begins at character 19 and "sold" ends at 32; "was left" stands at 44 to 52. Three sentences, from 0.
    assert table[["sentence", "start", "end"]].to_numpy().tolist() == [[1, 19, 32], [2, 44, 52]]
    assert text[19:32] == "was  not sold"
    assert text[44:52] == "was left"


def test_both_schemes_agree_on_the_sample(sample_tokens):
    other = passives(tokenize(sample_tokens.corpus, scheme="treebank"))
    pd.testing.assert_frame_equal(passives(sample_tokens), other)


def test_case_is_no_matter():
    tokens = tokenize(read_text("THE BILL WAS PASSED BY PARLIAMENT."), lowercase=False)
    assert passives(tokens)[["participle", "agent"]].to_numpy().tolist() == [["PASSED", "PARLIAMENT"]]


def test_nothing_to_find(sample_tokens):
    for tokens in (tokenize(read_text("---")), tokenize(read_text("He was")), sample_tokens.where(language="ur")):
        assert passives(tokens).empty
        assert passives(tokens).columns.tolist() == COLUMNS


def crowd_coded(path):
    """Sentences, and which of them readers hold to be passive."""
    gold = pd.read_csv(path)
    return gold["sentence"], gold["passive"] == 1


def treebank(path):
    """Sentences of a treebank, and which of them have an auxiliary of a passive."""
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    return [block.split("# text = ")[1].split("\n")[0] for block in blocks], ["\taux:pass\t" in b for b in blocks]


@pytest.mark.parametrize(
    ("name", "read", "least"),
    [
        ("passivepy/crowd_sentences.csv", crowd_coded, 0.93),
        ("ud_dev/en_ewt-ud-dev.conllu", treebank, 0.91),  # where "is located" is a passive, too
        ("ud_dev/en_gum-ud-dev.conllu", treebank, 0.95),
    ],
)
def test_a_labelled_set(name, read, least):
    if not (SHARED / name).exists():
        pytest.skip(f"the labelled sentences are not here: {SHARED / name}")
    sentences, passive = read(SHARED / name)
    gold = set(np.flatnonzero(passive))
    said = set(passives(tokenize(read_texts(sentences), boilerplate=True))["doc_id"].astype(int))
    assert 2 * len(said & gold) / (len(said) + len(gold)) > least  # F1 of "passive"


def test_rates_by_group(make_corpus):
    corpus = make_corpus(
        {
            "a.txt": "The bill was passed by the house. It was signed.",  # 10 words, one passive without an agent
            "b.txt": "Two men were arrested and charged today.",  # 7 words, two
            "c.txt": "The court sits at noon.",  # 5 words, none
            "metadata.csv": "file,source\na,Daily\nb,Daily\nc,Wire\n",
        }
    )
    tokens = tokenize(corpus)
    table = passive_rates(passives(tokens), tokens, "source")
    assert table["source"].tolist() == ["Daily", "Wire"]
    assert table[["passives", "agentless"]].to_numpy().tolist() == [[4, 3], [0, 0]]
    assert table.loc[0, "agentless_share"] == 3 / 4
    assert table.loc[0, "per_1000_words"] == pytest.approx(1000 * 3 / 17)
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)  # of two documents, and of one
    assert np.isnan(table.loc[1, "agentless_share"])


def test_the_interval_of_the_rate_is_over_documents():
    tokens = tokenize(read_texts(["It was signed.", "They were told so.", "It rained.", "It is late.", "He was met."]))
    table = passive_rates(passives(tokens), tokens)
    low, high = rate_intervals(np.array([[1], [1], [0], [0], [1]]), np.array([3, 4, 2, 3, 3]))
    assert table.loc[0, ["ci_low", "ci_high"]].tolist() == pytest.approx([1000 * low[0], 1000 * high[0]])
