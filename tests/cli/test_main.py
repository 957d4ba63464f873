"""The commands, as they are typed: what their page says of them, pairs of documents, coding by hand, and mistakes."""

import csv
import math
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import typer

from analysis.cli.main import GROUPS, app
from analysis.cli.shared import exit_cleanly, path_given, print_table
from analysis.core.files import whole_file
from analysis.core.paths import LEXICONS, ROOT, SAMPLE
from analysis.core.signals import deferred_signals
from analysis.framing.lexicon import read_lexicon
from analysis.framing.validity_file import read_validity


def test_a_printed_table_has_no_character_that_a_terminal_obeys(capsys):
    print_table(pd.DataFrame({"coder": ["a\x1b[2J\nb"], "alpha": [0.5]}), digits=2)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["coder", "alpha"],
        ["a\\x1b[2J\\nb", "0.50"],
    ]


# --- the page of commands


def commands(group: Any, name: str = "lafz") -> Iterator[tuple[str, Any]]:
    for word, command in group.commands.items():
        yield from (
            commands(command, f"{name} {word}") if hasattr(command, "commands") else [(f"{name} {word}", command)]
        )


def named(what: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(what)}(?![\w-])", text) is not None


@pytest.mark.parametrize(
    ("name", "command"), [pytest.param(*one, id=one[0]) for one in commands(typer.main.get_command(app))]
)
def test_the_page_of_commands_names_each_and_each_of_its_options(name, command):
    blocks = re.split(r"\n\s*\n", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"))
    about = "\n".join(block for block in blocks if named(name, block))  # an option of another command is not this one
    assert about, f"docs/commands.md does not name `{name}`"
    options = [one.opts for one in command.params if one.param_type_name == "option" and "--help" not in one.opts]
    missing = [opts[-1] for opts in options if not any(named(option, about) for option in opts)]
    assert not missing, f"docs/commands.md does not name {', '.join(missing)} beside `{name}`"


def test_help_has_each_command_once_in_a_group_and_report_first(typed):
    assert sorted(chain(*GROUPS.values())) == sorted(typer.main.get_command(app).commands)
    said = [line.strip() for line in typed("--help").out.splitlines()]
    assert said[said.index("Read texts:") + 1].startswith("report    Run the notebooks on CORPUS and write")
    assert [heading for heading in GROUPS if f"{heading}:" not in said] == []
    assert not [line for line in said[1:] if line.endswith("...")]


def test_who_asks_for_help_does_not_wait_for_pandas():
    code = "import sys; import analysis.cli.main; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_signal_after_a_file_has_its_place_says_that_it_is_there(tmp_path, capsys):
    def write() -> None:
        with exit_cleanly(), deferred_signals():
            for path in (tmp_path / "a.csv", tmp_path / "gone.csv"):
                with whole_file(path) as place:
                    place.touch()
            path.unlink()
            signal.raise_signal(signal.SIGTERM)

    with whole_file(tmp_path / "earlier.csv") as place:
        place.touch()
    with pytest.raises(SystemExit) as ended:
        write()
    said = f"lafz: stopped by SIGTERM: no result is half-written; finished before: {tmp_path}/a.csv\n"
    assert (ended.value.code, capsys.readouterr().err) == (143, said)


# --- what has only the name of a folder of the package


@pytest.mark.parametrize("name", [".c.csv.building-x", ".c.csv.work"])
def test_a_link_named_as_a_working_folder_does_not_empty_its_target(typed, tmp_path, name):
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "mine.txt").touch()
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / name).symlink_to("../v")
    done = typed("count", SAMPLE, "--out", tmp_path / "p" / "c.csv")
    said = "has the name of a working folder, but lafz did not make it and leaves it alone: move it away"
    assert done.err == f"lafz: '{tmp_path / 'p' / name}' {said}\n"
    assert done.status == (2 if name.endswith("work") else 0)
    assert {path.name for path in (tmp_path / "p").iterdir()} == {name} | ({"c.csv"} if done.status == 0 else set())
    assert (tmp_path / "v" / "mine.txt").exists()


# --- lafz pairs


@pytest.fixture
def folder(make_folder) -> Path:
    """a has 7 runs of four words, all in b, which has 10; c has 4 and d has 5, of which they share 3."""
    return make_folder(
        {
            "a.txt": "one two three four five six seven eight nine ten",
            "b.txt": "one two three four five six seven eight nine ten and so on",
            "c.txt": "The road to the north is closed.",
            "d.txt": "Police: the road to the north is open.",
            "e.txt": "It rained all night.",
            "metadata.csv": "file;date\na.txt;2024-06-23\nb.txt;2024-06-22\nc.txt;\nd.txt;\ne.txt;\n",
        }
    )


@pytest.mark.parametrize(
    ("options", "expected", "said"),
    [
        ([], ["ab", "cd"], "2 pairs among 5 documents: "),
        (["--threshold", 0.75], ["ab", "cd"], "2 pairs with a containment of 0.75 or more among 5 documents: "),
        (["--threshold", 0.76], ["ab"], "1 pair with a containment of 0.76 or more among 5 documents: "),
        (["--threshold", 1], ["ab"], "1 pair with a containment of 1 or more among"),
    ],
)
@pytest.mark.parametrize("name", ["new/pairs.parquet", "pairs.CSV"])
def test_pairs(typed, folder, tmp_path, name, options, expected, said):
    out = tmp_path / name
    done = typed("pairs", folder, "--out", out, *options)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(said)
    assert done.out.endswith(f"{out}\n")
    table = pd.read_parquet(out) if out.suffix == ".parquet" else pd.read_csv(out)
    assert table.columns.tolist() == ["a", "b", "shared", "containment_a", "containment_b", "jaccard", "earlier"]
    rows = {"ab": ["a", "b", 7, 1, 0.7, 0.7, "b"], "cd": ["c", "d", 3, 0.75, 0.6, 0.5, "unknown"]}
    assert table.to_numpy().tolist() == [rows[pair] for pair in expected]


def test_nothing_pairs(typed, make_folder, tmp_path):
    corpus = make_folder({"a.txt": "It rained all night.", "b.txt": "", "metadata.csv": "file\na.txt\nb.txt\n"})
    out = tmp_path / "pairs.parquet"
    out.write_text("earlier")
    done = typed("pairs", corpus, "--out", out)
    assert (done.status, done.out) == (0, f"no pairs among 1 document: {out}\n")
    assert pd.read_parquet(out).empty
    assert done.err == f"lafz: 1 problem in reading: {tmp_path / 'pairs.problems.csv'} lists them\n"


def test_a_corpus_is_read_as_one_says(typed, tmp_path):
    news = tmp_path / "news.csv"
    news.write_text("body\nThe road to the north is closed.\nThe road to the north is closed.\n")
    out = tmp_path / "pairs.csv"
    assert typed("pairs", news, "--out", out, "-p", "text_column=body").out.startswith("1 pair among 2 documents")
    done = typed("pairs", news, "--out", out, "-p", "top_n=3")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "lafz: 'top_n' is no parameter of reading a corpus: "
        "use metadata, language, text_column, name_pattern, boilerplate, emoji\n"
    )


def test_an_earlier_file_outlives_a_corpus_that_cannot_be_read(typed, tmp_path):
    out = tmp_path / "pairs.csv"
    out.write_text("earlier")
    assert typed("pairs", tmp_path / "none", "--out", out).status == 2
    assert out.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.csv"]


# --- lafz code

WAR = [f"The war went on for {number} days." for number in range(11)]
RAIN = ["Shells fell on the town.", *(f"Rain fell for {number} days." for number in range(12))]


@pytest.fixture
def lexicon(tmp_path) -> Path:
    path = tmp_path / "own.yml"
    path.write_text("name: own\nversion: '1'\nlanguage: en\nframes: {war: {definition: A fight., terms: [war]}}\n")
    return path


@pytest.fixture
def towns(make_folder) -> Path:
    return make_folder(
        {
            "a.txt": "\n\n".join(["Headline of the day", *WAR[:5], *RAIN]),
            "b.txt": "\n\n".join(["Headline of the day", *WAR[5:]]),
            "c.txt": "La guerre.",
            "metadata.csv": "file,language\na.txt,en\nb.txt,en\nc.txt,fr\n",
        }
    )


def fill(sheet: Path, copy: Path, coder: str) -> None:
    """The copy of a coder: war where there is one, and where the shells fell; the second one is unsure of day 3."""
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    for row in rows:
        sentence = row["sentence"].removeprefix("'")  # the guard of a cell that has a number
        about_war = sentence in (*WAR, RAIN[0]) and not (coder == "2" and sentence == WAR[3])
        row[f"coder_{coder}"] = "" if sentence.startswith("Headline") else "War" if about_war else "none"
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_sentences_are_drawn_coded_and_scored(typed, towns, lexicon, tmp_path):
    sheet = tmp_path / "sheet.csv"
    drawn = typed("code", "draw", towns, "--out", sheet, "--lexicon", lexicon)
    assert drawn.status == 0
    assert drawn.err == "lafz: nothing is drawn from 1 document in another language than 'en'\n"
    assert drawn.out == (
        f"25 sentences, all there are: {sheet} (a copy for each coder), {tmp_path}/sheet.codebook.csv "
        f"(for the coders too), {tmp_path}/sheet.key.json (not for the coders)\n"
    )
    again = typed("code", "draw", towns, "--out", sheet, "--lexicon", lexicon)
    assert again.status == 2
    assert "is there already and may hold codes" in again.err

    copies = [tmp_path / "anna.csv", tmp_path / "ben.csv"]
    for number, copy in enumerate(copies, 1):
        fill(sheet, copy, str(number))
    lost = typed("code", "agree", *copies, "--lexicon", lexicon)
    assert lost.status == 2
    assert lost.err.count("\n") == 1
    assert "anna.key.json', which was written with the sheet: name it as the key" in lost.err
    own = ["--lexicon", lexicon, "--key", tmp_path / "sheet.key.json"]
    agreed = typed("code", "agree", *copies, *own)
    assert agreed.status == 0
    # 48 codes of 24 sentences, "war" 12 + 11 times; they differ on one sentence, 2 of 48 pairs.
    alpha = 1 - (2 / 48) / (1 - (23 * 22 + 25 * 24) / (48 * 47))
    assert agreed.out.splitlines()[1].split()[:2] == ["(all)", f"{alpha:.3f}"]

    out = tmp_path / "validity.yml"
    out.write_text("earlier")
    scored = typed("code", "score", towns, *copies, "--out", out, *own)
    assert (scored.status, scored.err) == (0, "")
    assert scored.out.splitlines()[-1] == f"1 supported, 0 uncertain, 0 failed of 1 frame: {out}"
    row = read_validity(out, read_lexicon(lexicon)).iloc[0]
    # Ten wars stand for eleven, the last being tied; the shells and twelve rains stand for the two headlines too.
    missed = 15 / 13
    assert row[["coded", "found", "both", "tied"]].tolist() == [11, 10, 10, 1]
    assert row[["precision", "recall", "f1"]].tolist() == pytest.approx(
        [1, 11 / (11 + missed), 22 / (22 + missed)], abs=1e-6
    )
    assert row["state"] == "supported"
    strict = typed("code", "score", towns, *copies, "--out", out, *own, "--threshold", 0.99)
    assert strict.out.splitlines()[-1].startswith("0 supported, 1 uncertain")


def test_how_many_sentences_to_code_is_planned_with_and_without_a_pilot(typed, towns, lexicon, tmp_path):
    own = ["--lexicon", lexicon, "--width", "0.2"]
    worst = typed("code", "plan", towns, *own)
    assert (worst.status, worst.err) == (0, "")
    # 11 of 26 sentences have the frame, of which 50 of 85 are drawn, of the 15 others 35 of 85.
    variance = 0.25 * (11 * 11 / (50 / 85) + 15 * 15 / (35 / 85)) / 26**2
    needed = variance * (2 * 1.959964 / 0.2) ** 2
    whole = math.ceil(needed / (1 + needed / 26))
    assert worst.out.splitlines()[1].split() == ["war", "0.423", "0.500", "0.500", str(whole)]
    assert worst.out.splitlines()[-1] == f"{whole} sentences for all frames"

    sheet = tmp_path / "sheet.csv"
    assert typed("code", "draw", towns, "--out", sheet, "--lexicon", lexicon).status == 0
    fill(sheet, sheet, "1")
    pilot = typed("code", "plan", towns, *own, "--pilot", sheet)
    assert pilot.status == 0, pilot.err
    assert int(pilot.out.splitlines()[1].split()[-1]) < whole
    wide = typed("code", "plan", towns, "--lexicon", lexicon, "--width", "5")
    assert (wide.status, wide.out) == (2, "")
    assert wide.err == "lafz: width=5.0: an interval of shares is wider than 0 and narrower than 1\n"
    spans = tmp_path / "spans.csv"
    spans.write_text("file,start,end,frame\nd.txt,0,8,none\n")
    other = typed("code", "plan", towns, *own, "--pilot", spans)
    assert (other.status, other.err) == (2, f"lafz: {spans}: row 2: document 'd.txt' is not in the corpus\n")


def test_size_coders_and_seed_go_to_the_sheet(typed, towns, lexicon, tmp_path):
    def items(name: str, *options: Any) -> list[list[str]]:
        path = tmp_path / name
        done = typed("code", "draw", towns, "--out", path, "--lexicon", lexicon, "--size", 8, *options)
        assert done.out.startswith(f"8 sentences: {path} ")
        return list(csv.reader(path.open(encoding="utf-8-sig", newline="")))

    first = items("1.csv", "--coders", 3)
    assert first[0][-3:] == ["coder_1", "coder_2", "coder_3"]
    assert [row[0] for row in items("2.csv")] == [row[0] for row in first]
    assert [row[0] for row in items("3.csv", "--seed", 1)] != [row[0] for row in first]


def test_a_workbook_goes_the_same_way(typed, towns, lexicon, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    sheet = tmp_path / "sheet.xlsx"
    assert typed("code", "draw", towns, "--out", sheet, "--lexicon", lexicon).status == 0
    book = openpyxl.load_workbook(sheet)
    for row in book["coding"].iter_rows(min_row=2):
        row[7].value = row[8].value = "war" if "war" in row[5].value else "none"
    book.save(sheet)
    assert typed("code", "agree", sheet, "--lexicon", lexicon).out.splitlines()[1].split()[1] == "1.000"
    spans = tmp_path / "spans.csv"
    spans.write_text("file,start,end,frame\na.txt,0,8,none\n")
    mixed = typed("code", "score", towns, sheet, spans, "--out", tmp_path / "v.yml", "--lexicon", lexicon)
    assert (mixed.status, mixed.err) == (
        2,
        f"lafz: {sheet} is a sheet and {spans} a table of spans: score them one by one\n",
    )


def test_a_workbook_needs_an_extra(typed, towns, lexicon, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    done = typed("code", "draw", towns, "--out", tmp_path / "s.xlsx", "--lexicon", lexicon)
    assert done.status == 2
    assert done.err.splitlines()[-1] == "lafz: workbooks need the extra 'xlsx': pip install 'lafz[xlsx]', or use .csv"


def test_the_sample_is_scored_by_its_gold_labels(typed, tmp_path):
    gold = SAMPLE / "gold" / "frames.csv"
    out = tmp_path / "validity.json"
    done = typed("code", "score", SAMPLE, gold, "--out", out)
    assert done.status == 0, done.err
    table = read_validity(out, read_lexicon(LEXICONS / "security_communication.yml"))
    labels = Counter(row["frame"] for row in csv.DictReader(gold.open(encoding="utf-8", newline="")))
    assert table.set_index("frame")["coded"].to_dict() == {frame: labels[frame] for frame in table["frame"]}
    assert set(table["items"]) == {labels.total()}


def test_the_row_of_a_span_that_is_not_the_sentence_is_named(typed, towns, lexicon, tmp_path):
    spans = tmp_path / "spans.csv"
    spans.write_text("file,start,end,sentence,frame\na.txt,0,8,Headline,none\na.txt,0,8,Another,none\n")
    done = typed("code", "score", towns, spans, "--out", tmp_path / "v.yml", "--lexicon", lexicon)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"lafz: {spans}: row 3: 'a' 0 to 8 is 'Headline', not the sentence coded\n"
    assert not (tmp_path / "v.yml").exists()


# --- mistakes


WITH_PATHS = """
report PATH --out r
report SAMPLE --out PATH
verify PATH
count PATH --out c.csv
count SAMPLE --out PATH
pairs SAMPLE PATH --out c.csv
pairs SAMPLE --out PATH
figure PATH words
figure RUN words --out PATH
export PATH --pdf
export RUN --out PATH
compare PATH RUN --out c
compare RUN PATH --out c
compare RUN RUN --out PATH
sweep PATH -p similarity=0.5,0.6 --out s
sweep SAMPLE -p similarity=0.5,0.6 --out PATH
evaluate words PATH
code draw PATH --out s.csv
code draw SAMPLE --out PATH
code score PATH GOLD --out v.yml
code score SAMPLE GOLD --out PATH
"""
WITH_FILES = """
report SAMPLE --out r --params PATH
report SAMPLE --out r -p lexicon=PATH
sweep SAMPLE -p lexicon=PATH,other --out s
count SAMPLE --out c.csv --work PATH
count SAMPLE --out c.csv --lexicon PATH
count SAMPLE --out c.csv -p metadata=PATH
evaluate frames GOLD --lexicon PATH
code agree PATH
code agree GOLD --key PATH
code score SAMPLE PATH --out v.yml
"""
NOTHING = {
    "": "'' names no file and no folder: give a path",
    "~nosuchuser/a": "'~nosuchuser/a': there is no such user: give the whole path",
    "circle": "'circle' is a link that leads back to itself: give another path",
    "circle/a.csv": "'circle/a.csv' is a link that leads back to itself: give another path",
}
NAMED = [("report PATH --out r", path) for path in NOTHING]
NAMED += [(arguments, path) for arguments in WITH_PATHS.strip().splitlines()[1:] for path in ("", "circle")]
NAMED += [(arguments, "circle") for arguments in WITH_FILES.strip().splitlines()]


@pytest.mark.parametrize(("arguments", "path"), NAMED)
def test_a_path_that_can_name_nothing_is_told_in_one_line(typed, tmp_path, monkeypatch, arguments, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "circle").symlink_to("circle")
    places = {"SAMPLE": str(SAMPLE), "GOLD": str(SAMPLE / "gold" / "frames.csv"), "RUN": str(tmp_path), "PATH": path}
    done = typed(*(re.sub("SAMPLE|GOLD|RUN|PATH", lambda found: places[found[0]], word) for word in arguments.split()))
    assert (done.status, done.out) == (2, "")
    [line] = filter(None, done.err.splitlines())  # a bar that was not drawn leaves an empty one
    assert line.startswith("lafz: ")
    assert line.endswith(NOTHING[path])
    assert {path.name for path in tmp_path.iterdir()} == {"circle"}


def test_a_home_is_written_out_and_an_address_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    param = SimpleNamespace(opts=["--out"])
    given = ["~/a", "a", "s3://bucket//a"]
    assert path_given(param, given) == [f"{tmp_path}/a", "a", "s3://bucket//a"]
    assert path_given(param, Path("~/a")) == tmp_path / "a"
    assert path_given(param, None) is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("pairs SAMPLE --out p.txt", "--out 'p.txt': give a name that ends in .parquet or .csv"),
        ("pairs SAMPLE --out p.csv --threshold 0", "threshold 0: give a share above 0 and up to 1, such as 0.8"),
        ("pairs SAMPLE --out p.csv --threshold 1.5", "threshold 1.5: give a share above 0"),
        ("pairs SAMPLE --out p.csv --threshold nan", "threshold nan: give a share above 0"),
        ("pairs SAMPLE --out folder.csv", "folder.csv' is a folder: give the name of a file"),
        ("pairs none --out p.csv", "'none': give a folder of texts"),
        ("pairs SAMPLE --out p.csv -p metadata=none.csv", "no such table: 'none.csv': give a CSV file"),
        ("pairs SAMPLE --out p.csv -p boilerplate=perhaps", "'boilerplate' takes true or false, not 'perhaps'"),
        ("code draw SAMPLE --out s.ods", "'s.ods': a sheet is written as .xlsx or .csv"),
        ("code draw SAMPLE --out s.csv --size 3", "size=3: the sentences are of"),
        ("code draw SAMPLE --out s.csv --coders 0", "coders=0: a sheet needs one coder or more"),
        ("code draw SAMPLE --out s.csv --lexicon none.yml", "no such lexicon: 'none.yml'"),
        ("code draw SAMPLE --out none/s.csv", "none/s.csv"),
        ("code agree none.csv", "no such file: 'none.key.json'"),
        ("code score SAMPLE GOLD --out v.csv", "--out 'v.csv': give a name that ends in .yml or .yaml or .json"),
        ("code score SAMPLE GOLD --out v.yml --threshold 2", "threshold=2.0: an F1 is from 0 to 1"),
        ("code score SAMPLE none.csv --out v.yml", "no such table: 'none.csv'"),
        ("evaluate frames none.csv", "no such table: 'none.csv'"),
        ("evaluate reuse none", "none has no docs.jsonl.gz: give a folder with"),
        ("evaluate words GOLD --lexicon own.yml", "a lexicon finds frames, not words: leave out 'own.yml'"),
    ],
)
def test_a_mistake_is_told_in_one_line(typed, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    places = {"SAMPLE": SAMPLE, "GOLD": SAMPLE / "gold" / "frames.csv"}
    done = typed(*(places.get(word, word) for word in arguments.split()))
    assert done.status == 2
    assert done.out == ""
    last = done.err.splitlines()[-1]  # above it may stand what was said of the corpus
    assert last.startswith("lafz: ")
    assert said in last
    assert {path.name for path in tmp_path.iterdir()} == {"folder.csv"}
