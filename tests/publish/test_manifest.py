"""What a manifest certifies: the bytes that were read, or nothing."""

import zipfile
from pathlib import Path

import pytest

from analysis import read_corpus
from analysis.core.errors import ParameterError
from analysis.publish.manifest import changes, check_read, input_records, recorded
from analysis.publish.parameters import notebooks
from analysis.publish.run import assemble
from analysis.publish.run.assemble import read_once, resolved, run
from analysis.text.corpus import CorpusError

NAMED = ("actors", "aliases", "lexicon", "metadata", "reference", "stopwords", "style", "validity")


@pytest.fixture
def corpus(make_folder):
    """Texts of each kind that has a SHA-256 of its own: a file, a table's, an archive's members."""
    folder = make_folder(
        {
            "a#1.txt": "The forum met.",
            "b.csv": "text\nThe forum met.\nIt rose.\n",
            "empty.txt": "",
            "gold/reuse.csv": "source_file\n",
            "gold/validity.yml": "lexicon: own\n",
            ".lafzignore": "gold\n",
        }
    )
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("day/one.txt", "It rained.")
        archive.writestr("two.csv", "text\nIt snowed.\n")
    (folder / "nothing.txt").symlink_to("nowhere")
    return folder


@pytest.fixture
def parameters(corpus, tmp_path):
    """The notebooks' parameters, each of those that may name a file with a file of its own."""
    files = {name: tmp_path / f"{name}.own" for name in NAMED}
    for name, file in files.items():
        file.write_text(name)
    stopwords = tmp_path / "lists"
    stopwords.mkdir()
    files["stopwords"].rename(stopwords / "en.txt")
    return resolved(corpus, None, files | {"stopwords": stopwords})


def test_every_file_that_is_read_is_recorded_and_what_changes_is_named(corpus, parameters, tmp_path):
    copies = {name: tmp_path / path.name for name, path in notebooks().items()}
    for name, path in notebooks().items():
        copies[name].write_bytes(path.read_bytes())
    begun = recorded(copies, parameters)
    assert changes(begun, recorded(copies, parameters)) == ""
    own = {path.relative_to(tmp_path).as_posix() for path in begun if path.is_relative_to(tmp_path)}
    texts = {"a#1.txt", "b.csv", "c.zip", "empty.txt", "gold/reuse.csv", "gold/validity.yml", ".lafzignore"}
    lists = {f"{name}.own" for name in NAMED if name != "stopwords"} | {"lists/en.txt"}
    assert own == {f"corpus/{name}" for name in texts} | lists | {path.name for path in copies.values()}
    assert [path.name for path in begun if not path.is_relative_to(tmp_path)] == ["english_verbs.txt"]
    for file in (path for path in begun if path.is_relative_to(tmp_path)):
        content = file.read_bytes()
        file.write_bytes(content[:-1] + b"#")
        assert changes(begun, recorded(copies, parameters)) == f"{str(file)!r} was changed"
        file.write_bytes(content)
    (corpus / "nothing.txt").unlink()
    (corpus / "nothing.txt").write_text("Something.")
    for name in ("b.csv", "c.zip", "empty.txt"):
        (corpus / name).unlink()
    assert changes(begun, recorded(copies, parameters)) == (
        f"{str(corpus / 'b.csv')!r} is gone, {str(corpus / 'c.zip')!r} is gone, {str(corpus / 'empty.txt')!r} is gone "
        "and 1 more"
    )


def test_a_corpus_that_is_gone_and_an_ignore_list_that_is_no_text_are_told(corpus, parameters):
    begun = recorded({}, parameters)
    (corpus / ".lafzignore").write_bytes(b"\0\x01\x02" * 99)
    with pytest.raises(CorpusError, match=r"^\.lafzignore "):
        recorded({}, parameters)
    corpus.rename(corpus.with_name("elsewhere"))
    assert changes(begun, recorded({}, parameters)).endswith(" is gone and 4 more")


def test_a_lexicon_that_is_named_is_recorded_by_its_file(make_folder):
    values = {"corpus": str(make_folder({"a.txt": "The forum met."})), "lexicon": "style", "actors": "actors"}
    paths = [about["path"] for about in input_records(recorded({}, {"framing": values}))]
    assert {path for path in paths if path.endswith(".yml")} == {"data/lexicons/actors.yml", "data/lexicons/style.yml"}


def test_a_file_with_two_names_is_an_input_once(make_folder):
    folder = make_folder({"a.txt": "The forum met."})
    (folder / "b.txt").symlink_to("a.txt")
    [about] = input_records(recorded({}, {"redundancy": {"corpus": str(folder)}}))
    assert about["path"].endswith("/corpus/a.txt")
    assert about["bytes"] == 14


@pytest.mark.parametrize("file", ["a#1.txt", "b.csv", "c.zip"])
def test_documents_of_other_bytes_than_were_recorded_are_refused(corpus, file):
    documents = read_corpus(corpus).documents
    assert sorted(documents["path"]) == ["a#1.txt", "b.csv#1", "b.csv#2", "c.zip#day/one.txt", "c.zip#two.csv#1"]
    begun = recorded({}, {"redundancy": {"corpus": str(corpus)}})
    check_read(begun, corpus, documents)
    if file == "c.zip":
        with zipfile.ZipFile(corpus / file, "w") as archive:
            archive.writestr("day/one.txt", "It hailed.")
    else:
        (corpus / file).write_text("text\nOther words.\n")
    with pytest.raises(CorpusError, match=rf"^'{file}.*' in '.*' changed while it was read"):
        check_read(begun, corpus, read_corpus(corpus).documents)  # another was read than was recorded
    if file == "c.zip":
        with pytest.raises(CorpusError, match=r"^'c\.zip#day/one\.txt' in"):
            check_read(begun, corpus, documents)  # and of an archive that is another one now nothing is known


def test_one_text_is_known_by_its_folder(corpus):
    file = corpus / "a#1.txt"
    begun = recorded({}, {"redundancy": {"corpus": str(file)}})
    assert list(begun) == [file]
    check_read(begun, file, read_corpus(file).documents)


def test_what_changes_between_the_record_and_reading_is_not_read_for_it(make_folder, tmp_path):
    corpus = make_folder({"a.txt": "The forum met.", "b.txt": "It rose."})
    parameters = resolved(corpus, ["redundancy"], {})
    begun = recorded({}, parameters)
    (corpus / "b.txt").write_text("It sat on.")
    with pytest.raises(CorpusError, match=r"^'b\.txt' in .* changed while it was read: make the report again$"):
        read_once(parameters, tmp_path / "tokens", begun)


def changing(what, when, change):
    """A progress that calls `change` once, as soon as `what` has got as far as `when`."""
    done = []

    def progress(section, number, total):
        if section == what and number >= when and not done:
            done.append(change())

    return progress


@pytest.mark.parametrize("name", ["b.txt", "metadata.csv", "c.txt"])
def test_what_changes_while_a_corpus_is_read_in_shards_ends_the_report_before_a_notebook(make_folder, tmp_path, name):
    corpus = make_folder({"a.txt": "The forum met.", "b.txt": "It rose.", "metadata.csv": "file,source\na.txt,Daily\n"})

    def change():
        (corpus / name).write_text("file,source\na.txt,Weekly\n")

    told: list[str] = []
    progress = changing("reading", 1, change)

    def heard(section: str, done: int, total: int) -> None:
        told.append(section)
        progress(section, done, total)

    options = {"sharded": True, "memory": 2 * 10**9, "progress": heard}
    how = "is new" if name == "c.txt" else "was changed"
    with pytest.raises(CorpusError, match=rf"{name}' {how}, since the report was begun: make it again when nothing"):
        run(resolved(corpus, ["redundancy"], {}), tmp_path / "out", **options)
    assert set(told) == {"reading"}
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]  # what was read is of no use


@pytest.mark.slow
def test_what_is_kept_of_a_report_whose_code_changed_is_not_certified(small, tmp_path, monkeypatch):
    out, now = tmp_path / "out", assemble.versions() | {"source": "another"}
    progress = changing("redundancy", 5, lambda: monkeypatch.setattr(assemble, "versions", lambda: now))
    with pytest.raises(ParameterError, match=r"^the code of lafz was changed, since the report was begun: make it"):
        run(resolved(small, ["redundancy"], {}), out, keep_failed=True, progress=progress)
    assert [path.name for path in tmp_path.iterdir()] == ["out.failed"]
    assert Path(out.with_name("out.failed"), "redundancy", "loaded.csv").is_file()
    assert not Path(out.with_name("out.failed"), "manifest.json").exists()
