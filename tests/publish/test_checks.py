"""A mistake costs a line and not a run."""

import pytest

from analysis import CorpusError
from analysis.framing.lexicon import read_lexicon
from analysis.paths import LEXICONS
from analysis.publish.checks import check_language


def test_a_lexicon_needs_a_document_in_its_language_however_that_is_named(make_corpus):
    parameters, lexicons = {"framing": {"lexicon": "style"}}, {"style": read_lexicon(LEXICONS / "style.yml")}
    corpus = make_corpus({"a.txt": "One.", "metadata.csv": "file,language\na.txt,English\n"})
    told = (
        r"documents are in und \(undetermined: the metadata name a language by no known code, such as 'en'\): give one"
    )
    with pytest.raises(CorpusError, match=told):
        check_language(parameters, lexicons, corpus)
    corpus.documents["language"] = "en_GB"
    check_language(parameters, lexicons, corpus)
