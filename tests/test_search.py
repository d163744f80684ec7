"""Programs come from PATH, and never from the project."""

from pathlib import Path

from eee_ci import search


def test_relative_empty_and_project_folders_are_left_out(tmp_path: Path) -> None:
    environ = {"PATH": f".::bin:{tmp_path}/bin:{tmp_path}/x/../bin:/usr/bin:/bin:/usr/bin"}
    assert search.path(environ, tmp_path) == "/usr/bin:/bin"


def test_chosen_folders_come_first_wherever_they_are(tmp_path: Path) -> None:
    assert (
        search.path({"PATH": "/a:/b"}, tmp_path, first=[f"{tmp_path}/bin", "/b"]) == f"{tmp_path}/bin:/b:/a"
    )


def test_links_into_the_project_and_a_linked_project_are_seen_through(tmp_path: Path) -> None:
    (tmp_path / "project/bin").mkdir(parents=True)
    (tmp_path / "link").symlink_to("project")
    environ = {"PATH": f"{tmp_path}/link/bin:{tmp_path}/project/bin:{tmp_path}/project2/bin"}
    for name in ("project", "link"):
        assert search.path(environ, tmp_path / name) == f"{tmp_path}/project2/bin"


def test_a_relative_root_is_one_of_the_working_folder(tmp_path: Path) -> None:
    assert search.inside(f"{Path.cwd()}/bin", Path())
    assert not search.inside(f"{tmp_path}/bin", Path())


def test_a_program_is_a_name_and_no_path(tmp_path: Path) -> None:
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    assert search.program("tool", str(tmp_path)) is None
    program.chmod(0o755)
    assert search.program("tool", str(tmp_path)) == str(program)
    assert search.program(str(program), str(tmp_path)) is None
    assert search.program("tool", "") is None
