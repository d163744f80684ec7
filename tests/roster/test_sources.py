"""Where agents come from: a commit, the disk, the user, eee-ci itself."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci import git, roster
from eee_ci.roster import committed, documents, rules
from tests.conftest import Project

Make = Callable[[dict[str, str]], Project]
FILE = "---\nname: {}\ndescription: {}\n---\nx\n"
FOLDER = ".claude/agents"


def names(found: roster.Roster, *origins: str) -> list[str]:
    return [agent.name for agent in found.agents if agent.origin in (origins or ("project",))]


def said(found: roster.Roster) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.path) for finding in found.findings]


def of(project: Project, base: str = "HEAD") -> roster.Roster:
    return roster.of(git.repository(project.root), base)


def test_a_commit_decides_and_not_the_work_tree(project: Make) -> None:
    made = project({f"{FOLDER}/a.md": FILE.format("a", "old"), f"{FOLDER}/x/y/b.md": FILE.format("b", "b")})
    made.write({f"{FOLDER}/a.md": FILE.format("a", "new"), f"{FOLDER}/c.md": FILE.format("c", "c")})
    found = of(made)
    assert [(one.name, one.description) for one in found.agents if one.origin == "project"] == [
        ("a", "old"),
        ("b", "b"),
    ]
    assert names(roster.here(made.root)) == ["a", "b", "c"]


def test_an_earlier_commit_can_be_named(project: Make) -> None:
    made = project({f"{FOLDER}/a.md": FILE.format("a", "a")})
    made.write({f"{FOLDER}/b.md": FILE.format("b", "b")}).commit()
    assert (names(of(made, "HEAD~1")), names(of(made))) == (["a"], ["a", "b"])


@pytest.mark.parametrize("base", ["no-such", "--help", ""])
def test_what_is_no_commit_is_an_error(project: Make, base: str) -> None:
    with pytest.raises(git.GitError):
        of(project({}), base)


def test_only_markdown_below_the_folder_is_read(project: Make) -> None:
    files = {f"{FOLDER}/a.txt": "x", ".claude/b.md": "x", "agents/c.md": "x", "sub/.claude/agents/d.md": "x"}
    found = of(project(files))
    assert (names(found), found.findings) == ([], ())


def test_a_project_below_the_top_of_its_repository_has_its_own(project: Make) -> None:
    made = project({f"sub/{FOLDER}/a.md": FILE.format("a", "a"), f"{FOLDER}/b.md": FILE.format("b", "b")})
    found = roster.of(git.repository(made.root / "sub"), "HEAD")
    assert [(one.name, one.path) for one in found.agents if one.origin == "project"] == [
        ("a", f"{FOLDER}/a.md")
    ]


@pytest.mark.parametrize("link", [f"{FOLDER}/a.md", FOLDER, ".claude"])
def test_nothing_is_read_through_a_link(project: Make, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    (outside / "agents").mkdir(parents=True)
    for place in (outside / "a.md", outside / "agents/a.md"):
        place.write_text(FILE.format("a", "secret"), encoding="utf-8")
    made = project({})
    target = made.root / link
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to({".claude": outside, FOLDER: outside / "agents"}.get(link, outside / "a.md"))
    made.commit()
    read, here = of(made), roster.here(made.root)
    assert (names(read), said(read)) == ([], [("no-file", link)])
    assert (names(here), said(here)) == ([], [("no-file", link)])


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_what_is_no_regular_file_hangs_nobody(project: Make, kind: str) -> None:
    made = project({})
    (made.root / FOLDER).mkdir(parents=True)
    target = made.root / FOLDER / "a.md"
    os.mkfifo(target) if kind == "fifo" else target.mkdir()
    assert said(roster.here(made.root)) == [("no-file", f"{FOLDER}/a.md")]


def test_a_file_that_is_too_large_is_not_fetched(project: Make) -> None:
    made = project({f"{FOLDER}/a.md": "x" * (documents.LARGEST + 1), f"{FOLDER}/b.md": FILE.format("b", "b")})
    for found in (of(made), roster.here(made.root)):
        assert (names(found), said(found)) == (["b"], [("too-large", f"{FOLDER}/a.md")])


def test_of_very_many_files_the_first_are_read_and_it_is_said(
    project: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committed, "MOST", 2)
    made = project({f"{FOLDER}/{name}.md": FILE.format(name, name) for name in "abcd"})
    found = of(made)
    assert (names(found), said(found)) == (["a", "b"], [("too-many", f"{FOLDER}/c.md")])


def test_a_content_that_git_lacks_is_said(project: Make) -> None:
    made = project({f"{FOLDER}/a.md": FILE.format("a", "a"), f"{FOLDER}/b.md": FILE.format("b", "b")})
    name = made.git("rev-parse", f"HEAD:{FOLDER}/a.md").strip()
    place = made.root / ".git/objects" / name[:2] / name[2:]
    place.chmod(0o600)
    place.unlink()
    try:
        found = of(made)
    except git.GitError as error:  # a git that looks for the size first
        assert "missing" in error.sentence  # noqa: PT017 - either is fine, silence is not
        return
    assert (names(found), said(found)) == (["b"], [("no-object", f"{FOLDER}/a.md")])


def test_names_with_line_feeds_are_read(project: Make) -> None:
    made = project({f"{FOLDER}/a\nb.md": FILE.format("a", "a")})
    assert names(of(made)) == ["a"]


def test_the_user_s_agents_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "mine.md").write_text(FILE.format("mine", "d"), encoding="utf-8")
    (tmp_path / FOLDER / "link.md").symlink_to("mine.md")
    found = roster.user(tmp_path)
    assert [(one.name, one.origin, one.path) for one in found.agents] == [
        ("mine", "user", f"{tmp_path}/{FOLDER}/mine.md")
    ]
    assert said(found) == [("no-file", f"{tmp_path}/{FOLDER}/link.md")]


def test_the_built_in_agents_are_sound_files_that_only_the_fixers_run() -> None:
    folder = Path(roster.__file__).parent / "builtin"
    found = roster.read({path.name: path.read_bytes() for path in folder.glob("*.md")}, origin="built-in")
    assert found.findings == ()
    assert roster.builtin() == found.agents
    assert {one.name: (one.backend, one.extra) for one in found.agents} == {
        "lint-fixer": ("fixers", {"fixers": ["lint"]}),
        "formatter": ("fixers", {"fixers": ["format"]}),
        "import-sorter": ("fixers", {"fixers": ["imports"]}),
        "type-hint-fixer": ("fixers", {"fixers": ["types"]}),
        "dependency-fixer": ("fixers", {"fixers": ["dependencies"]}),
    }


def test_an_agent_of_the_project_replaces_the_built_in_one(project: Make) -> None:
    found = of(project({f"{FOLDER}/formatter.md": FILE.format("formatter", "mine")}))
    (one,) = [agent for agent in found.agents if agent.name == "formatter"]
    assert (one.origin, one.description) == ("project", "mine")
    assert names(found, "built-in") == ["dependency-fixer", "import-sorter", "lint-fixer", "type-hint-fixer"]


def test_every_rule_says_what_mends_it() -> None:
    assert all(fix.endswith(".") for _, fix in rules.RULES.values())
