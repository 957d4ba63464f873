"""A report on a corpus that was read in parts is the report on the corpus in memory."""

import json
from pathlib import Path

import pytest

from analysis.paths import FIGURES, SAMPLE
from analysis.publish.runs import resolved, run
from analysis.publish.verify import verify
from analysis.scale import in_parts

MEMORY = 2 * 10**9
OTHERS = {
    "redundancy/compression",  # without what a document has from earlier ones
    "redundancy/novelty",  # document by document, as of a corpus of more than fifty
    "term_frequency/shape",  # of the ranks with one count the first and the last
}


@pytest.fixture(scope="session")
def cut(once) -> Path:
    """The sample's report, made from parts of a few documents each."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(in_parts, "MOST", 15_000)
            assert run(resolved(SAMPLE, None, {}), folder / "run", in_parts=True, memory=MEMORY) == []

    return once("sample-in-parts", make) / "run"


def tables(run: Path) -> dict[str, str]:
    return {
        path.relative_to(run).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in run.glob("*/*.csv")
    }


def test_every_table_is_that_of_the_corpus_in_memory(cut):
    whole, found = tables(FIGURES / "sample"), tables(cut)
    assert found.keys() == whole.keys()
    assert [name for name in found if name not in OTHERS and found[name] != whole[name]] == []


def test_every_picture_is_that_of_the_corpus_in_memory(cut):
    whole = FIGURES / "sample"
    names = sorted(path.relative_to(whole).as_posix() for path in whole.glob("*/*.svg"))
    assert len(names) > 20
    changed = {name.removesuffix(".svg") for name in names if (cut / name).read_bytes() != (whole / name).read_bytes()}
    assert changed == OTHERS - {"redundancy/compression"}  # which has no picture


def test_findings_and_notes_are_the_same_and_that_it_was_in_parts_is_said(cut):
    def said(run: Path, kind: str) -> list[str]:
        found = []
        for path in sorted((run / "notebooks").glob("*.ipynb")):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                for output in cell.get("outputs", []):
                    about = output.get("metadata", {}).get("lafz", {})
                    if about.get("kind") == kind:
                        found.append("".join(output["data"]["text/plain"]))
        return found

    findings = [text.replace("of the documents", "of the sentences") for text in said(cut, "finding")]
    assert findings == [
        text.replace("of the documents", "of the sentences") for text in said(FIGURES / "sample", "finding")
    ]
    assert said(cut, "note") == said(FIGURES / "sample", "note")
    assert "was counted in parts" in (cut / "term_frequency" / "loaded.json").read_text(encoding="utf-8")


def test_a_report_in_parts_is_verified_in_parts(cut, monkeypatch):
    assert json.loads((cut / "manifest.json").read_text(encoding="utf-8"))["in_parts"] is True
    monkeypatch.setattr(in_parts, "MOST", 40_000)  # other parts: the same bytes
    assert verify(cut) == []
