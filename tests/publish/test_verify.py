"""A finished run done again and compared: that it is the same anywhere, and that what differs is found and named."""

import hashlib
import io
import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from analysis.core.paths import FIGURES, to_root
from analysis.publish.manifest import recorded, write_manifest
from analysis.publish.parameters import notebooks, resolve
from analysis.publish.records import read_manifest
from analysis.publish.verify import (
    _changed_inputs,
    changed_versions,
    compare,
    first_difference,
    manifest_differences,
    verify,
)


def short(data):
    return hashlib.sha256(data).hexdigest()[:12]


@pytest.fixture
def copy(small_run, tmp_path):
    shutil.copytree(small_run, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.slow
def test_a_run_comes_out_the_same_in_another_place_language_time_zone_and_on_one_core(
    small_run, command_line, tmp_path
):
    settings = {"LC_ALL": "C", "TZ": "Asia/Karachi", "PYTHONHASHSEED": "7", "COLUMNS": "40", "TMPDIR": str(tmp_path)}
    settings |= {f"{name}_NUM_THREADS": "1" for name in ("NUMBA", "OMP", "OPENBLAS")}
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    try:
        if cores:
            os.sched_setaffinity(0, {min(cores)})  # what is started from here has this one core
        done = command_line("verify", small_run, cwd=tmp_path, **settings)
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"{small_run}: every file is the same, byte for byte"]


def test_the_committed_report_of_the_sample_is_what_comes_out(sample_run):
    committed = FIGURES / "sample"
    if other := changed_versions(committed):
        pytest.skip(f"the committed report was made with other versions: {', '.join(other)}")
    made = {record["path"]: record["sha256"] for record in read_manifest(committed)["outputs"]}
    assert compare(committed, sample_run, made) == []
    assert manifest_differences(read_manifest(committed), read_manifest(sample_run)) == []


def test_what_was_changed_after_the_run_is_named_file_by_file(copy, typed):
    rows = (copy / "framing" / "profile.csv").read_text().splitlines()
    name, value = rows[0].split(",")[1], rows[2].split(",")[1]
    rows[2] = rows[2].replace(f",{value},", ",77,", 1)
    (copy / "framing" / "profile.csv").write_text("\n".join(rows) + "\n")
    picture = next(path for path in sorted((copy / "framing").glob("*.png")))
    with Image.open(picture) as opened:
        pixels = np.array(opened)
    pixels[3:5, 7:10] ^= 1
    Image.fromarray(pixels).save(picture)
    whole = pixels.shape[0] * pixels.shape[1]
    (copy / "framing" / "profile.json").unlink()
    (copy / "thoughts.md").write_text("mine")
    (copy / ".DS_Store").write_text("nobody's")
    done = typed("verify", copy)
    assert done.status == 1
    about = f"was changed after the run: 6 of {whole:,} pixels ({600 / whole:.2g}%)"
    assert done.out.splitlines() == sorted(
        [
            f"framing/profile.csv was changed after the run: row 2, column {name}: '77' here, '{value}' in the rerun",
            "framing/profile.json is missing",
            f"framing/{picture.name} {about}",
            "thoughts.md is no file of the run",
        ]
    )
    assert done.err.splitlines()[-1] == f"lafz: {copy}: 4 differences"


def test_a_manifest_that_was_changed_is_named_but_for_versions(small_run):
    manifest = json.loads((small_run / "manifest.json").read_text())
    other = manifest | {"lafz": "0.0.9", "versions": {"python": "3.99.0"}}
    assert manifest_differences(other, manifest) == []
    other |= {"significant_digits": 5, "seed": 1}
    found = manifest_differences(other, manifest)
    assert found == ["manifest.json was changed after the run: seed, significant_digits"]


def test_an_input_that_cannot_be_read_is_not_certified(small, tmp_path):
    corpus, run = tmp_path / "texts", tmp_path / "run"
    shutil.copytree(small, corpus)
    run.mkdir()
    (corpus / "gone.txt").symlink_to("nowhere.txt")
    (corpus / "long.txt").symlink_to("x" * 300)
    chosen = notebooks(["redundancy"])
    parameters = resolve(chosen, {"corpus": to_root(corpus)})
    manifest = write_manifest(run, parameters, recorded(chosen, parameters))
    paths = [record["path"] for record in manifest["inputs"]]
    assert {path.rpartition("/")[2] for path in paths if "/texts/" in path} == {path.name for path in small.iterdir()}
    assert _changed_inputs(manifest) == []
    (corpus / "nowhere.txt").write_text("It is there.")  # under two names, and one file
    assert [line.partition(" was ")[0].rpartition("/")[2] for line in _changed_inputs(manifest)] == ["nowhere.txt"]


def test_inputs_that_are_not_what_they_were_are_named_and_nothing_is_run(small, tmp_path):
    corpus, run = tmp_path / "two documents", tmp_path / "run"
    shutil.copytree(small, corpus)
    run.mkdir()
    chosen = notebooks(["framing"])
    parameters = resolve(chosen, {"corpus": to_root(corpus)})
    write_manifest(run, parameters, recorded(chosen, parameters))
    before = {path: path.read_bytes() for path in sorted(corpus.iterdir())}
    a, b = before
    a.write_text("Other words.")
    b.unlink()
    (corpus / "c.txt").write_text("One more.")
    found = verify(run)
    assert [line.replace(line.split("/two documents/")[0], "") for line in found] == [
        f"/two documents/a.txt has changed: {short(before[a])} expected, {short(b'Other words.')} found",
        f"/two documents/b.txt is missing: {short(before[b])} expected, nothing found",
        f"/two documents/c.txt was not there when the run was made: {short(b'One more.')}",
    ]
    assert all(line.startswith("input ") for line in found)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("top_n", -5, "parameter 'top_n' takes a whole number, 0 or more, not -5: how many sentences"),
        ("every", "fortnight", "'every' takes day, week, month, year or decade, or none, not 'fortnight'"),
        ("group_by", "sauce", "'sauce', which is no metadata column. Did you mean 'source'?"),
        ("aliases", "none.csv", "no such table: "),
    ],
)
def test_a_manifest_of_before_with_a_value_that_is_refused_now_is_told_in_one_line(copy, typed, name, value, said):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["parameters"]["framing"][name] = value
    (copy / "manifest.json").write_text(json.dumps(manifest))
    done = typed("verify", copy)
    assert done.status == 2
    [line] = [line for line in done.err.splitlines() if line.strip()]
    assert line.startswith("lafz: ")
    assert said in line


def test_other_versions_are_named(copy):
    assert changed_versions(copy) == []
    path = copy / "manifest.json"
    manifest = json.loads(path.read_text())
    now = dict(manifest["versions"])
    manifest["versions"] |= {"numpy": "1.0", "pandas": None}
    path.write_text(json.dumps(manifest))
    assert changed_versions(copy) == [
        f"numpy was 1.0 and is {now['numpy']}",
        f"pandas was not there and is {now['pandas']}",
    ]


def test_the_manifest_tells_who_changed_a_file(tmp_path):
    texts = {"here": {"a": "old", "b": "mine", "c": "mine", "d": "new", "e": "old", "f": "x", "sub/g": "old"}}
    texts["again"] = {"a": "old", "b": "old", "c": "new", "d": "new", "e": "new", "h": "new"}
    for side, files in texts.items():
        for name, text in files.items():
            (tmp_path / side / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / side / name).write_text(text)
    recorded = {name: hashlib.sha256(b"old").hexdigest() for name in ("a", "b", "c", "d", "e", "h", "sub/g", "i")}
    assert compare(tmp_path / "here", tmp_path / "again", recorded) == [
        "b was changed after the run: line 1: 'mine' here, 'old' in the rerun",
        "c was changed after the run and comes out differently: line 1: 'mine' here, 'new' in the rerun",
        f"d is the same in the rerun, but not what manifest.json says: {short(b'old')} there, {short(b'new')} here",
        "e comes out differently: line 1: 'old' here, 'new' in the rerun",
        "f is no file of the run",
        "h is missing, and comes out differently",
        "i is missing",
        "sub/g is not made by the rerun",
    ]


@pytest.mark.parametrize(
    ("name", "here", "again", "said"),
    [
        ("a.csv", "word,count\nwar,1\npeace,2\n", "word,count\nwar,1\npeace,3\n", "row 2, column count: '2' here, '3'"),
        ("a.csv", 'text\n"two\nlines"\nx\n', 'text\n"two\nlines"\ny\n', "row 2, column text: 'x' here, 'y'"),
        ("a.csv", "word\nwar\n", "term\nwar\n", "the header, column 1: 'word' here, 'term'"),
        ("a.csv", "word\nwar\n", "word\nwar\npeace\nlove\n", "rows: 1 here, 3 in the rerun"),
        ("a.csv", "a,b\n1,2\n", "a,b\n1,2,3\n", "row 1, cells: 2 here, 3"),
        ("a.csv", "a\n1\n", "a\r\n1\r\n", "line 1: 'a' here, 'a\\r'"),
        ("a.csv", 'a\n"\n', 'a\n"x\n', "line 2: '\"' here, '\"x'"),
        ("a.json", '{\n "rows": 3\n}\n', '{\n "rows": 4\n}\n', "line 2: ' \"rows\": 3' here, ' \"rows\": 4'"),
        ("a.svg", "<g>\n<p/>", "<g>", "lines: 2 here, 1 in"),
        ("a.html", "x" * 500 + "1" + "y" * 500, "x" * 500 + "2" + "y" * 500, f"line 1: …'{'x' * 12}1{'y' * 35}'… here"),
        ("a.txt", b"caf\xe9", b"caf\xc3\xa9", "line 1: 'caf\\\\xe9' here, 'café'"),
        ("a.pdf", b"%PDF 1234", b"%PDF 12345", "9 bytes here, 10 in the rerun, the first difference at byte 10"),
        ("a.pdf", b"%PDF 1234", b"%PDF 1334", "the first difference at byte 7"),
        ("a.png", b"no picture", b"no bicture", "the first difference at byte 4"),
    ],
)
def test_the_first_difference(name, here, again, said):
    pair = [content.encode() if isinstance(content, str) else content for content in (here, again)]
    assert first_difference(name, *pair).startswith(said)


def png(pixels, **options):
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "png", **options)
    return written.getvalue()


def test_pictures_are_compared_pixel_by_pixel():
    pixels = np.zeros((10, 20, 4), dtype=np.uint8)
    first, packed, lower = png(pixels), png(pixels, compress_level=0), png(pixels[:9])
    pixels[2, 3, 0] = 1
    pixels[2, 3, 1] = 1
    pixels[9, 19, 3] = 255
    assert first_difference("a.png", first, packed) == "not one pixel, but other bytes"
    assert first_difference("a.png", first, lower) == "20 × 10 pixels here, 20 × 9 in the rerun"
    assert first_difference("a.png", first, png(pixels)) == "2 of 200 pixels (1%)"


def test_a_picture_with_a_flipped_byte_is_told_apart_wherever_it_is():
    content = png(np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8))
    border = content.index(b"IDAT", 100)  # of the second of two parts
    for place in (*range(60), *range(border - 20, border + 20), *range(len(content) - 40, len(content))):
        other = content[:place] + bytes([content[place] ^ 0x20]) + content[place + 1 :]
        assert first_difference("a.png", content, other), place


def test_a_report_that_was_taken_away_before_a_kill_is_found(copy):
    """A process that was killed between taking the earlier folder away and putting the new one in its place."""
    left = copy.with_name(f".{copy.name}.building-x")
    left.mkdir()
    (left / "made-by-lafz").touch()
    manifest = (copy / "manifest.json").read_bytes()
    copy.rename(left / "earlier")
    assert read_manifest(copy) == json.loads(manifest)
