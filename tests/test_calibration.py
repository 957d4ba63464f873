"""Whatever a finding says is more than chance is said of no more chance data than it may be."""

import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from analysis import read_corpus, tokenize
from analysis.core.paths import LEXICONS, ROOT, SAMPLE
from analysis.framing.lexicon import read_lexicon
from analysis.publish.findings import framing, manner, redundancy, terms

RUNS = 15  # of which one may be mistaken


def _calibration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration", Path(ROOT, "benchmarks", "calibration.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


calibration = _calibration()


def test_every_claim_of_chance_is_calibrated() -> None:
    written = {}
    for module in (framing, manner, redundancy, terms):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and inspect.signature(function).return_annotation is str:
                written[name] = inspect.getsource(function)
    claiming = re.compile(r'\bchance\b|stands? out|"(q|q_documents|direction)"')
    claims = {name for name, source in written.items() if claiming.search(source)}
    assert {"key_words", "cooccurrence"} <= claims
    calibrated = {claim.finding.__name__ for claim in calibration.CLAIMS.values()}
    assert claims <= calibrated, f"not in benchmarks/calibration.py: {claims - calibrated}"


@pytest.mark.slow
@pytest.mark.parametrize("name", calibration.CLAIMS)
def test_claims_keep_their_level(name: str) -> None:
    lexicon = read_lexicon(LEXICONS / "security_communication.yml")
    share = calibration.share_made(calibration.CLAIMS[name], read_corpus(SAMPLE), lexicon, RUNS)
    assert share <= calibration.ALLOWED


def test_what_is_dealt_is_what_it_says() -> None:
    corpus = read_corpus(SAMPLE)
    words = sorted(tokenize(corpus).vocabulary[tokenize(corpus).ids])
    dealt = tokenize(calibration.words(corpus, np.random.default_rng(1)))
    assert dealt.n_documents == len(corpus.documents)
    assert len(dealt) == pytest.approx(len(words), rel=0.01)
    titled = calibration.titles(corpus, np.random.default_rng(1))
    heads = titled.segments[titled.segments["kind"] == "title"]
    assert len(heads) == len(corpus.documents)
    sides = calibration.sides(corpus, np.random.default_rng(1)).documents["source"]
    assert set(sides) == {"one", "other"}
