"""A folder is listed in the same order everywhere, without going round in circles."""

from analysis.text.reading.folders import list_files, name_from


def test_files_come_in_the_order_of_their_paths(tmp_path):
    for name in ("b.txt", "a/x.txt", "a/.hidden", ".git/config", "c/d/y.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    files, problems = list_files(tmp_path)
    assert files == {name: str(tmp_path / name) for name in ("a/x.txt", "b.txt", "c/d/y.txt")}
    assert list(files) == ["a/x.txt", "b.txt", "c/d/y.txt"]
    assert problems == []


def test_a_link_to_a_folder_is_named_and_not_followed(tmp_path):
    (tmp_path / "a.txt").touch()
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    files, problems = list_files(tmp_path)
    assert list(files) == ["a.txt"]
    assert problems == [("round", "is a link to a folder: not followed; name the folder itself")]


def test_a_name_that_is_no_text_can_be_written_down(tmp_path):
    path = tmp_path / b"b\xff.txt".decode("utf-8", "surrogateescape")
    assert name_from(tmp_path, path) == "b\\udcff.txt"
