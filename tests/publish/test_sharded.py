"""A report on a sharded corpus is the report on the corpus in memory, and goes on where it was stopped."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from analysis.core.errors import ParameterError
from analysis.core.jobs import locked_folder
from analysis.core.paths import FIGURES, NOTEBOOKS, SAMPLE
from analysis.core.resources import connect
from analysis.engine import sharding
from analysis.publish.parameters import notebooks
from analysis.publish.run.assemble import resolved, run
from analysis.publish.run.sections import key_of
from analysis.publish.verify import verify
from analysis.text.corpus import CorpusError

pytestmark = pytest.mark.slow

MEMORY = 2 * 10**9


@pytest.fixture(scope="session")
def cut(once) -> Path:
    """The sample's report, made from shards of a few documents each."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sharding, "MOST", 15_000)
            assert run(resolved(SAMPLE, None, {}), folder / "run", sharded=True, memory=MEMORY) == []

    return once("sample-in-shards", make) / "run"


def tables(run: Path) -> dict[str, str]:
    return {
        path.relative_to(run).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in run.glob("*/*.csv")
    }


def test_every_table_is_that_of_the_corpus_in_memory(cut):
    whole, found = tables(FIGURES / "sample"), tables(cut)
    assert found.keys() == whole.keys()
    assert [name for name in found if found[name] != whole[name]] == []


def test_phrases_are_joined_in_shards_as_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(sharding, "MOST", 15_000)
    given = resolved(SAMPLE, ["term_frequency"], {"phrases": "prime minister, law enforce* *", "stem": True})
    assert run(given, tmp_path / "cut", sharded=True, memory=MEMORY) == []
    assert run(given, tmp_path / "whole") == []
    whole, found = tables(tmp_path / "whole"), tables(tmp_path / "cut")
    assert "prime_minister,10," in whole["term_frequency/all_words"]  # by grep
    assert found == whole


def test_every_picture_is_that_of_the_corpus_in_memory(cut):
    whole = FIGURES / "sample"
    names = sorted(path.relative_to(whole).as_posix() for path in whole.glob("*/*.svg"))
    assert len(names) > 20
    changed = {name.removesuffix(".svg") for name in names if (cut / name).read_bytes() != (whole / name).read_bytes()}
    assert changed == set()


def test_findings_and_notes_are_the_same(cut):
    def said(run: Path, kind: str) -> list[str]:
        found = []
        for path in sorted((run / "notebooks").glob("*.ipynb")):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                for output in cell.get("outputs", []):
                    about = output.get("metadata", {}).get("lafz", {})
                    if about.get("kind") == kind:
                        found.append("".join(output["data"]["text/plain"]))
        return found

    assert said(cut, "finding") == said(FIGURES / "sample", "finding")
    assert said(cut, "note") == said(FIGURES / "sample", "note")


def test_a_report_in_shards_is_verified_in_shards(cut, monkeypatch):
    assert json.loads((cut / "manifest.json").read_text(encoding="utf-8"))["sharded"] is True
    monkeypatch.setattr(sharding, "MOST", 40_000)  # other shards: the same bytes
    assert verify(cut) == []


@pytest.mark.cluster
def test_a_report_that_dask_read_is_the_same(cut, tmp_path):
    pytest.importorskip("distributed")
    with connect("local", workers=2) as client:
        given = {"client": client, "worker_memory": 500_000_000, "memory": MEMORY}
        assert run(resolved(SAMPLE, None, {}), tmp_path / "out", **given) == []
    assert files(tmp_path / "out") == files(cut)


# --- what is finished is kept


def files(folder: Path) -> dict[str, bytes]:
    """All of a report but the times."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "run-log.json"}


def kept(work: Path) -> set[str]:
    """The notebooks that are kept in a folder, by their sections."""
    return {path.name.rpartition("-")[0] for path in (work / "notebooks").iterdir()}


def test_a_report_that_was_stopped_goes_on_and_is_the_same(cut, tmp_path, monkeypatch):
    monkeypatch.setattr(sharding, "MOST", 15_000)
    told: list[tuple[str, int, int]] = []

    def stop_in_the_second(section: str, done: int, total: int) -> None:
        told.append((section, done, total))
        if section == "framing" and done > 20:
            raise KeyboardInterrupt

    def again(progress):
        return run(resolved(SAMPLE, None, {}), tmp_path / "out", sharded=True, memory=10**9, progress=progress)

    with pytest.raises(KeyboardInterrupt):
        again(stop_in_the_second)
    assert [path.name for path in tmp_path.iterdir()] == [".out.work"]
    assert kept(tmp_path / ".out.work") == {"redundancy"}  # the last notebook is the first that runs
    told.clear()
    assert again(lambda *about: told.append(about)) == []
    assert {section for section, _, _ in told} == {"redundancy (kept)", "framing", "term_frequency"}
    assert files(tmp_path / "out") == files(cut)
    assert set(json.loads((tmp_path / "out" / "run-log.json").read_bytes())["sections"]) == set(notebooks())
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_notebook_that_fails_leaves_the_others_finished_for_the_next_call(
    small, tmp_path, tmp_path_factory, monkeypatch
):
    changed, name = tmp_path_factory.mktemp("changed") / "notebooks", "03_redundancy.ipynb"
    shutil.copytree(NOTEBOOKS, changed)
    node = nbformat.read(changed / name, as_version=4)
    next(cell for cell in node.cells if cell.id == "load").source = "raise ValueError('no')"
    nbformat.write(node, changed / name)
    monkeypatch.setattr("analysis.publish.parameters.NOTEBOOKS", changed)
    told = []
    parameters = resolved(small, ["framing", "redundancy"], {})
    [failure] = run(parameters, tmp_path / "out", sharded=True, memory=MEMORY, keep_failed=True)
    assert failure.notebook == "03_redundancy"
    assert failure.kept == tmp_path / "out.03_redundancy.failed.ipynb"
    assert {path.name for path in (tmp_path / "out.failed" / "notebooks").iterdir()} == {
        "02_framing.ipynb",
        "03_redundancy.ipynb",
    }
    assert kept(tmp_path / ".out.work") == {"framing"}
    shutil.copy(NOTEBOOKS / name, changed)
    options = {"sharded": True, "memory": MEMORY}
    assert run(parameters, tmp_path / "out", **options, progress=lambda *about: told.append(about[0])) == []
    assert {"framing (kept)", "redundancy"} <= set(told)
    assert not {"framing", "reading"} & set(told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.failed"]


def test_a_notebook_is_known_by_all_that_it_reads(make_folder, tmp_path):
    corpus = make_folder({"a.txt": "The forum met.", "metadata.csv": "file,source\na.txt,Daily\n"})
    (corpus / "gone.txt").symlink_to("nowhere")  # which has no bytes
    lexicon = tmp_path / "own.yml"
    lexicon.write_text("name: own")
    path = notebooks(["framing"])["framing"]
    values = {"corpus": str(corpus), "lexicon": str(lexicon), "seed": 1}
    names = [key_of("framing", path, values)]

    def other(**more):
        names.append(key_of("framing", path, values | more))

    assert key_of("framing", path, values) == names[0]
    other(seed=2)
    lexicon.write_text("name: new")
    other()
    (corpus / "a.txt").write_text("The forum sat.")
    other()
    (corpus / "metadata.csv").write_text("file,source\na.txt,Weekly\n")
    other()
    (corpus / "b.txt").touch()
    other()
    copy = tmp_path / path.name
    copy.write_text(path.read_text().replace("frames", "sides", 1))
    names.append(key_of("framing", copy, values))
    assert len(set(names)) == len(names) == 7


def test_a_mistake_in_the_corpus_leaves_nothing(make_folder, tmp_path):
    corpus = make_folder({"a.txt": ""})
    with pytest.raises(CorpusError, match=r"no document could be read from .*: a.txt: "):
        run(resolved(corpus, None, {}), tmp_path / "out", sharded=True, memory=MEMORY)
    (corpus / "a.txt").write_text("The forum met.")
    with pytest.raises(CorpusError, match="is in 'en' and the documents are in ur: give one in their language"):
        run(resolved(corpus, ["framing"], {"language": "ur"}), tmp_path / "out", sharded=True, memory=MEMORY)
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_a_document_that_is_too_long_for_a_notebook_is_told_before_one_starts(make_folder, tmp_path):
    corpus = make_folder({"a.txt": "It rained. " * 400_000})  # 2.4 MB more than a shard has
    with pytest.raises(ParameterError, match=r"does not fit in 1\.0 GB, and a notebook .* takes 1\.1 GB: give so much"):
        run(resolved(corpus, None, {}), tmp_path / "out", sharded=True, memory=10**9)
    with (corpus / "b.txt").open("wb") as file:
        file.truncate(301_000_000)
    with pytest.raises(ParameterError, match=r"^'b\.txt' has a text of 301\.0 MB"):
        run(resolved(corpus, None, {}), tmp_path / "out", sharded=True, memory=10**9)


def test_of_two_reports_in_shards_into_one_folder_the_second_is_told(small, tmp_path):
    with locked_folder(tmp_path / ".out.work"), pytest.raises(ParameterError, match="another lafz works in"):
        run(resolved(small, None, {}), tmp_path / "out", sharded=True, memory=MEMORY)
    assert not list(tmp_path.iterdir())


def test_a_report_in_memory_takes_away_what_one_in_shards_had_kept(small, tmp_path):
    (tmp_path / ".out.work" / "notebooks" / "framing-1").mkdir(parents=True)
    (tmp_path / ".out.work" / "made-by-lafz").touch()
    assert run(resolved(small, ["redundancy"], {}), tmp_path / "out") == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
