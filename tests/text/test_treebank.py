import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text.evaluation import evaluate_words
from analysis.text.sentences import sentences
from analysis.text.treebank import find_words

ROOT = Path(__file__).parents[2]
UD_DEV = ROOT.parent / "shared" / "data" / "ud_dev"


def words(text):
    """The tokens of `text`, taken for one sentence, with a space between them."""
    return " ".join(text[start:end] for start, end in find_words(text, [(0, len(text))]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # clitics are split off
        ("I don't, can't and won't.", "I do n't , ca n't and wo n't ."),
        ("They’re sure she’d say it’s theirs.", "They ’re sure she ’d say it ’s theirs ."),
        ("DON'T SAY IT'S", "DO N'T SAY IT 'S"),
        ("the state's and the states' and citizens’ views", "the state 's and the states ' and citizens ’ views"),
        ("(NATO)’s e-mail’s 1990’s", "( NATO ) ’s e-mail ’s 1990’s"),
        ("We cannot. You gotta. I'm gonna, wanna see?", "We can not . You got ta . I 'm gon na , wan na see ?"),
        ("dont im theyre thats dunno outta alot", "do nt i m they re that s du n no out ta a lot"),
        ("IM the doctor", "IM the doctor"),
        ("c’mon y’all, 'tis late", "c’m on y’ all , 't is late"),
        ("O’Neill’s ma'am at five o'clock", "O’Neill ’s ma'am at five o'clock"),
        ("the ’80s and '90s, get 'em", "the ’80s and '90s , get 'em"),
        ("'Yes,' he said.", "' Yes , ' he said ."),
        # hyphens and slashes
        ("a well-known 15-year-old plan", "a well - known 15 - year - old plan"),
        ("U.S.-led", "U.S. - led"),
        ("a non-state vice-president in mid-2006", "a non-state vice-president in mid-2006"),
        ("non-violence-based", "non-violence - based"),
        ("Tehreek-e-Taliban", "Tehreek - e - Taliban"),  # the e here is no prefix
        ("pre- and post-war twisty-ness", "pre- and post-war twisty-ness"),
        ("from -5 to -2:30", "from - 5 to - 2:30"),
        ("2005-06, 1998-2004", "2005 - 06 , 1998 - 2004"),
        ("he left -- she--too - stayed—here", "he left -- she -- too - stayed — here"),
        ("and/or 24/7 km/h b/c w/o", "and / or 24/7 km / h b/c w/o"),
        # numbers stay whole, and signs are apart
        ("$3.5bn, £20 and US$5m; 40% of Rs. 3,500/-", "$ 3.5 bn , £ 20 and US $ 5 m ; 40 % of Rs. 3,500 /-"),
        ("at 10:30am on 9/11, 3/9/2005 or 2005-03-09", "at 10:30 am on 9/11 , 3/9/2005 or 2005-03-09"),
        ("call 713-664-7478, 713/853-3242 or 20001-1234", "call 713-664-7478 , 713/853-3242 or 20001-1234"),
        ("Lahore,3 at 3,a Note:4 a,b $2-$3", "Lahore , 3 at 3 , a Note : 4 a , b $ 2 - $ 3"),
        ("3rd 1990s 4G B2B", "3rd 1990s 4G B2B"),
        ("#1 and 18+ or A+ but C++ and +1", "# 1 and 18 + or A + but C++ and +1"),
        ("5×3 90°F ½ cup", "5 × 3 90 ° F ½ cup"),
        # abbreviations keep their period
        ("Lt. Gen. Asim of the U.S. Army", "Lt. Gen. Asim of the U.S. Army"),
        ("It lies in the U.S.", "It lies in the U.S."),
        ("We met at 5 p.m.", "We met at 5 p.m."),
        ("trade, energy, etc.", "trade , energy , etc."),
        ("Acme Inc.", "Acme Inc."),
        ("ACME LTD. won", "ACME LTD. won"),
        ("We saw it on Sat. morning", "We saw it on Sat. morning"),
        ("There he sat.", "There he sat ."),
        ("See No. 5. No.", "See No. 5 . No ."),
        ("It ran to 5 km.", "It ran to 5 km ."),
        ("i.e. the U.S.A said", "i.e. the U.S.A said"),
        ("(e.g. this) etc...", "( e.g. this ) etc ..."),
        ("J. Smith took plan B.", "J. Smith took plan B ."),
        ("A Ph.D. thesis", "A Ph.D. thesis"),
        # the period of a sentence is apart
        ("He said it.", "He said it ."),
        ('"I am opposed." he said', '" I am opposed . " he said'),
        ("(We did.) Then we left.", "( We did . ) Then we left ."),
        ("born in 1805.[6] He", "born in 1805 . [ 6 ] He"),
        ("It ended.Then it began. Again", "It ended . Then it began . Again"),
        ("an unkn. word", "an unkn. word"),  # a period before a small letter is an abbreviation's
        ("Wait... what?! No!!", "Wait ... what ?! No !!"),
        ("end of it.\n", "end of it ."),
        # quotation marks and other scripts
        ("\"a\" ''b'' ``c'' “d” ‘e’ «f» „g“", "\" a \" '' b '' `` c '' “ d ” ‘ e ’ « f » „ g “"),
        ('6\'2" "" "\'s"', '6\'2 " " " " \'s "'),
        ("کہا، «یہ سچ ہے»۔ کیا؟ ١٢٫٥ ی٫٥", "کہا ، « یہ سچ ہے » ۔ کیا ؟ ١٢٫٥ ی ٫ ٥"),
    ],
)
def test_words_by_hand(text, expected):
    assert words(text) == expected


WHOLE = (
    "https://en.wikipedia.org/wiki/Foo_(bar) http://a.example/b-c?d=e&f=1 www.dawn.com/news/1 dawn.com/news/a-b "
    "www.paper.example/a-b misc.forum.frugal d*mn first.last-name%x@mail.example.co.uk #AzmeIstehkam @user_1 AT&T "
    "friend(s) file_name.txt 👍🏽 👨‍👩‍👧 🇵🇰 1️⃣ :-) <3 ... ?! ----"
).split()


@pytest.mark.parametrize("token", WHOLE)
@pytest.mark.parametrize("frame", ["{}", "see {} now", "({})", "see {}, or", "“{}”"])
def test_whole_tokens(token, frame):
    expected = frame.replace("{}", " {} ").replace("“", "“ ").replace("(", "( ")
    assert words(frame.format(token)).split() == expected.format(token).replace(",", " ,").split()


def test_spans_point_into_the_text():
    text = "  He\u00a0 \tcan’t.\n\n“No.”"
    #       0 2 4     7  9 12     15 16 18
    assert find_words(text, [(2, 13), (15, 20)]) == [
        *((2, 4), (7, 9), (9, 12), (12, 13)),
        *((15, 16), (16, 18), (18, 19), (19, 20)),
    ]


@pytest.mark.parametrize(
    ("text", "sentences", "expected"),
    [
        ("one two three", [(4, 7)], [(4, 7)]),
        ("one", [], []),
        ("", [], []),
        ("  ", [(0, 2)], []),
        ("can.not", [(0, 4), (4, 7)], [(0, 3), (3, 4), (4, 7)]),  # "can.not" is no token of both
        ("cannot", [(0, 3), (3, 6)], [(0, 3), (3, 6)]),
    ],
)
def test_tokens_are_inside_sentences(text, sentences, expected):
    assert find_words(text, sentences) == expected


@pytest.mark.parametrize(
    ("text", "size", "tokens"),
    [
        ("so they can't ", 14, [(0, 2), (3, 7), (8, 10), (10, 13)]),
        ("((((((((((((((", 14, [(k, k + 1) for k in range(14)]),
    ],
)
def test_a_sentence_longer_than_a_portion(text, size, tokens):
    found = find_words(text * 20_000, [(0, size * 20_000)])
    assert found == [(size * turn + start, size * turn + end) for turn in range(20_000) for start, end in tokens]


PIECES = ["'", "’", '"', "''", "``", "`", ".", "..", "-", "--", " ", "\n", "\x1e", "\ud800", "\u200d", "\ufe0f", "👍"]
PIECES += ["n't", "'s", "can", "not", "http://", "www.", "@", "#", "U.S.", "1", ",", ":", "/", "(", ")", "wan", "na"]


@given(st.one_of(st.text(st.characters()), st.lists(st.sampled_from(PIECES)).map("".join)), st.data())
def test_any_text_is_covered_in_order(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=4)) | {0, len(text)})
    parts = list(pairwise(cuts))
    found = find_words(text, parts)
    assert found == sorted(found)
    covered = [at for start, end in found for at in range(start, end)]
    parting = [letter.isspace() or unicodedata.category(letter) == "Cc" for letter in text]
    assert covered == [at for at, parts_words in enumerate(parting) if not parts_words]
    assert all(any(start <= a and b <= end for start, end in parts) for a, b in found)


@pytest.mark.parametrize(("treebank", "least"), [("en_ewt-ud-dev.conllu", 0.993), ("en_gum-ud-dev.conllu", 0.999)])
def test_agreement_with_universal_dependencies(treebank, least):
    path = UD_DEV / treebank
    if not path.exists():
        pytest.skip(f"the labelled treebank is not on this machine: {path}")
    scores = evaluate_words(path, lambda text: find_words(text, sentences(text)))
    assert scores.set_index("convention").loc["split", "f1"] >= least
