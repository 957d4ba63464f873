"""The policy frames lexicon: its fifteen dimensions, and which one a coder would give to plain and tricky sentences."""

import fnmatch

import pytest

from analysis.core.paths import LEXICONS
from analysis.framing.frames import score_sentences
from analysis.framing.lexicon import Lexicon, read_lexicon

DIMENSIONS = (  # in the order of the codebook
    "economic capacity_and_resources morality fairness constitutionality crime_and_punishment security_and_defence "
    "health_and_safety quality_of_life cultural_identity public_opinion political policy external_relations other"
).split()

SENTENCES = """
economic
    Higher duties pushed the price of a carton above $60, and shops across the state line did a brisk trade.
    The airline lost 40 million pounds last quarter and will cut 900 jobs.
    Tourism fell after the shooting, and hotel owners laid off a third of their staff.
    The money that migrants send home keeps whole villages afloat.
    Workers at the hospital will be paid an extra $2 an hour.
capacity_and_resources
    The ministry lacks the staff and the money to process so many claims.
    Nurses said that the ward had run out of beds and of masks.
    A new pipeline would bring water to 2 million people in the dry south.
    Applicants wait as long as six years because the office is short of clerks.
    The state of the art laboratory can test 5,000 samples a day.
morality
    The archbishop said that no one has the right to take a life that God has given.
    It is immoral to profit from the suffering of addicts, the pastor said.
    We owe it to our grandchildren to leave the earth as we found it.
    Forgiveness, not revenge, is what the widow asked for in her prayers.
fairness
    Women are paid less than men for the same work, the report found.
    Activists say that airport screeners single out Muslims because of how they look.
    The couple said they were treated as second-class citizens.
    Lawyers for the group say black defendants are far more likely to be sentenced to die; the bias is racial.
constitutionality
    The high court struck down the ban and said that it breaches the right to privacy.
    Lawyers for the couple filed a lawsuit in federal court on Tuesday.
    The judge said the province had overstepped its jurisdiction.
    The right to bear arms is written into the constitution.
    He applied for asylum and was granted a green card two years later.
crime_and_punishment
    A jury convicted the former guard of manslaughter after a three-week trial.
    Detectives are looking for two men who robbed the shop at gunpoint.
    The man was sentenced to 15 years for smuggling people across the desert.
    He was given a death sentence for the murder.
security_and_defence
    Troops backed by helicopters attacked the militants' camp before dawn.
    The wall is needed to keep terrorists out of the country, he told the crowd.
    Two bombs went off near the barracks and the city was put on high alert.
    More women are buying handguns for self-defense, the dealers said.
health_and_safety
    The trial of the vaccine showed that two doses protect children against the disease.
    Smoking during pregnancy can lead to low birth weight, doctors warned.
    Eleven people died and dozens were injured when the bridge collapsed.
    The clinic treats veterans for depression and addiction.
    The attacks of asthma stopped, and so did the heart attacks, the doctors said.
quality_of_life
    The new tram has cut the daily commute by an hour and made the street a pleasant place to sit.
    The twins were four when their parents were sent back, and they have lived with an aunt since.
    Families sleep six to a room and share one toilet.
    The two men met at college, fell in love and have made a home together.
cultural_identity
    The documentary follows four generations of a Vietnamese family and the language they lost.
    The film won three awards and made its star a household name.
    Elders fear that the customs of the tribe will die out with them.
    Guns have been a part of the frontier tradition for two centuries.
public_opinion
    Six in ten respondents to the poll said the war was a mistake.
    About 3,000 demonstrators blocked the bridge and chanted slogans against the minister.
    More than 90,000 people have signed the petition.
    Public support for the operation has fallen since the spring.
political
    The opposition leader said the vote was rigged and called for a new election.
    Lobbyists for the gun makers gave money to both parties.
    Republicans hope that the issue will bring conservative voters to the polls in November.
    The party expects to hold its seat in the by-election.
policy
    The senator's bill would ban the sale of rifles to anyone under 21.
    Reformers want to replace the quota system with a points test.
    The commission recommended stricter rules for shops that sell tobacco.
    Under the plan, workers could stay for three years and then would have to go home.
external_relations
    The ambassador was called to the foreign ministry to hear a protest.
    The two nations signed a treaty on fishing rights.
    The United Nations urged Washington to close the camp.
    Europe has watched the American debate with dismay.
other
    The bank of the river is home to otters and kingfishers.
    Clouds will clear by evening and the wind will drop.
    She beat the top seed on the tennis court.
    Guests at the birthday party were asked to come as pirates.
    The telescope has found water vapour around a distant planet.
"""


def labelled(block: str) -> list[tuple[str, str]]:
    pairs, frame = [], ""
    for line in block.strip().splitlines():
        if line.startswith(" "):
            pairs.append((frame, line.strip()))
        else:
            frame = line
    return pairs


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return read_lexicon(LEXICONS / "policy_frames.yml")


def test_the_dimensions_are_those_of_the_codebook(lexicon: Lexicon) -> None:
    assert lexicon.frames["frame"].tolist() == DIMENSIONS
    assert lexicon.frames.set_index("frame").loc["constitutionality", "label"] == (
        "Legality, constitutionality and jurisdiction"
    )
    assert lexicon.terms["note"].str.len().gt(0).all()


def test_each_sentence_gets_the_frame_a_coder_would_give(lexicon: Lexicon) -> None:
    pairs = labelled(SENTENCES)
    assert len(pairs) >= 60
    assert {frame for frame, _ in pairs} == set(DIMENSIONS)
    found = score_sentences([sentence for _, sentence in pairs], lexicon)["frame"].tolist()
    wrong = [(got, frame, text) for got, (frame, text) in zip(found, pairs, strict=True) if got != frame]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("They sat on the banks of the Nile.", "economic"),
        ("Guests drank tea in the tennis court's pavilion.", "constitutionality"),
        ("Her mother-in-law waved.", "constitutionality"),
        ("The hall was a state of the art one.", "political"),
        ("The column was on the left side.", "political"),
        ("It was body language.", "cultural_identity"),
        ("An insurance policy lay there.", "policy"),
        ("He read a novel approach into it.", "cultural_identity"),
        ("They took part in a clinical trial.", "crime_and_punishment"),
        ("He is the attorney general.", "security_and_defence"),
    ],
)
def test_words_in_another_sense_do_not_count(text: str, frame: str, lexicon: Lexicon) -> None:
    assert score_sentences([text], lexicon)[frame].tolist() == [0]


@pytest.mark.parametrize(
    ("text", "frame", "weight"),
    [
        ("The court met.", "constitutionality", 1.0),
        ("The republicans met.", "political", 1.2),
        ("The republican's friend left.", "political", 1.2),  # a possessive is one token
        ("Neither labour unions nor labor unions met.", "economic", 1.4),  # both spellings; negated words count too
    ],
)
def test_weights(text: str, frame: str, weight: float, lexicon: Lexicon) -> None:
    # The thousandths only decide between frames that would come out even.
    assert score_sentences([text], lexicon)[frame].item() == pytest.approx(weight, abs=0.02)


def test_no_topic_word_of_each_of_two_frames_leaves_a_sentence_undecided(lexicon: Lexicon) -> None:
    # Of two frames with one word each and the same weight the rarer frame goes first: their thousandths differ.
    thousandths = lexicon.terms.assign(rest=(lexicon.terms["weight"] * 1000).round() % 50).groupby("frame")["rest"]
    assert thousandths.nunique().eq(1).all()
    assert sorted(thousandths.first()) == list(range(len(DIMENSIONS)))


def test_an_exclude_phrase_does_not_silence_a_term(lexicon: Lexicon) -> None:
    # "death sentence" as an exclude of health would win over the equally long "death sentence*" of crime.
    terms = [term.split() for term in lexicon.terms["pattern"] if " " in term and "..." not in term]
    for phrase in lexicon.excludes["pattern"][lexicon.excludes["pattern"].str.contains(" ")]:
        words = phrase.split()
        same_length = [term for term in terms if len(term) == len(words)]
        assert not [term for term in same_length if all(map(fnmatch.fnmatchcase, words, term))], phrase
