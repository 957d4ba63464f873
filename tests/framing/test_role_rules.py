"""Words are given the roles that they have, whichever words are asked for."""

import numpy as np

from analysis.framing.role_rules import by_rules
from analysis.text.lookup import document_starts


def test_a_word_has_the_role_that_it_has_when_all_words_are_asked_for(sample_tokens):
    seen = 0
    for place, given_to in by_rules(sample_tokens, document_starts(sample_tokens)):
        words = np.arange(len(place))
        every = given_to(words, words + 1)
        for first in range(5):
            own = words[first::50]
            given = given_to(own, own + 1)
            for word in own.tolist():
                assert given.get(word) == every.get(word)
                seen += word in every
    assert seen > 50
