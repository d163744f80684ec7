"""Journal, todos and folders of runs: what is noted is there after any crash."""

import json
from pathlib import Path

import pytest

from eee_ci.agent import Item, Result, Todo, Told
from eee_ci.agents import journal, resuming, runs, todos
from eee_ci.agents.todos import Todos
from eee_ci.errors import UsageError, WriteError
from eee_ci.files import entries

ITEM = Item(id="01-a", agent="a", title="2 findings", task="Mend them.")


def test_lines_are_numbered_on_from_where_an_earlier_process_ended(tmp_path: Path) -> None:
    path = tmp_path / journal.FILE
    for word in ("one", "two"):
        with journal.opened(path) as log:
            log.note(word, item=ITEM)
    read = journal.read(path)
    assert [(line.n, line.event) for line in read.lines] == [(1, "one"), (2, "two")]
    assert read.lines[0].facts["item"]["title"] == "2 findings"
    assert (read.count("one"), read.damaged) == (1, 0)


@pytest.mark.parametrize("torn", [1, 5, 30])
def test_a_torn_line_is_left_out_and_the_next_one_stands_alone(tmp_path: Path, torn: int) -> None:
    path = tmp_path / journal.FILE
    with journal.opened(path) as log:
        log.note("one")
        log.note("two")
    path.write_bytes(path.read_bytes()[:-torn])
    with journal.opened(path) as log:
        log.note("three")
    read = journal.read(path)
    assert [line.event for line in read.lines] in (["one", "three"], ["one", "two", "three"])
    assert len(read.lines) + read.damaged == 3


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    assert journal.read(tmp_path / "none") == journal.Read()


def test_a_journal_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(WriteError), journal.opened(tmp_path / "none" / journal.FILE):
        pass


def test_a_journal_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / journal.FILE
    with journal.opened(path) as log:
        log.note("begun", order={"strange": 1})
    with pytest.raises(UsageError, match="the journal of the run cannot be read"):
        resuming.story(journal.read(path))


def test_a_failed_item_stays_pending_with_its_outcome_and_its_error(tmp_path: Path) -> None:
    listed = Todos(tmp_path, todos.of([ITEM]))
    listed.begin("01-a", attempt=1)
    listed.mirror("01-a", (Todo(content="look\x1b[31m", status="completed"),))
    listed.verify("01-a")
    told = Told(status="crashed", message="last words")
    listed.end(Result(item="01-a", agent="a", end="failed", reasons=("it crashed",), told=told, attempts=2))
    [entry] = json.loads((tmp_path / todos.FILE).read_text())["todos"]
    assert {key: entry[key] for key in ("content", "status", "activeForm", "outcome", "attempts")} == {
        "content": "2 findings",
        "status": "pending",
        "activeForm": "Working on: 2 findings",
        "outcome": "failed",
        "attempts": 2,
    }
    assert entry["error"] == {"kind": "failed", "message": "it crashed", "log": "last words"}
    assert entry["children"] == [{"content": "look", "status": "completed", "activeForm": ""}]
    assert entry["started"] <= entry["ended"]


def test_what_was_half_done_waits_again(tmp_path: Path) -> None:
    listed = Todos(tmp_path, todos.of([ITEM]))
    listed.begin("01-a", attempt=1)
    [entry] = todos.merged(todos.of([ITEM]), todos.load(tmp_path))
    assert (entry.status, entry.phase, entry.attempts) == ("pending", "waiting", 1)
    assert todos.load(tmp_path / "none") == ()


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    run = runs.name()
    with runs.held(tmp_path, run) as folder:
        assert (folder / "owner.json").is_file()
        assert runs.find(tmp_path, run).busy
        with pytest.raises(UsageError, match="goes on in another process"), runs.held(tmp_path, run):
            pass
        with pytest.raises(UsageError, match="goes on in another process"):
            runs.remove(tmp_path, runs.find(tmp_path, run))
    assert not runs.find(tmp_path, run).busy


def test_a_run_that_did_not_end_is_told_and_removed_with_its_place(tmp_path: Path) -> None:
    place = tmp_path / "eee-ci-abc"
    place.mkdir()
    run = runs.name()
    with runs.held(tmp_path, run) as folder, journal.opened(folder / journal.FILE) as log:
        log.note("placed", place=str(place))
    assert runs.crashed(tmp_path) == (
        f"the run {run} did not finish: `eee-ci agents resume {run}` goes on with it",
    )
    runs.remove(tmp_path, runs.find(tmp_path, run))
    assert not place.exists()
    assert runs.known(tmp_path) == ()


def test_only_a_place_with_our_name_is_removed(tmp_path: Path) -> None:
    other = tmp_path / "precious"
    other.mkdir()
    run = runs.name()
    with runs.held(tmp_path, run) as folder, journal.opened(folder / journal.FILE) as log:
        log.note("placed", place=str(other))
    runs.remove(tmp_path, runs.find(tmp_path, run))
    assert other.exists()


@pytest.mark.parametrize("name", ["..", "r-1", "", "../runs"])
def test_other_names_are_no_runs(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="there is no run"):
        runs.find(tmp_path, name)


def test_a_file_grows_line_by_line(tmp_path: Path) -> None:
    path = str(tmp_path / "file")
    with entries.growing(path) as add:
        add(b"one")
    (tmp_path / "file").write_bytes(b"one\ntw")
    with entries.growing(path) as add:
        add(b"three")
    assert (tmp_path / "file").read_bytes() == b"one\ntw\nthree\n"


def test_what_a_killed_process_wrote_aside_is_swept_away(tmp_path: Path) -> None:
    run = runs.name()
    with runs.held(tmp_path, run) as folder:
        (folder / "patches").mkdir()
        asides = [folder / ".eee-ci-0123456789abcdef", folder / "patches" / ".eee-ci-00000000000000ff"]
        others = [folder / ".eee-ci-", folder / ".eee-ci-0123456789abcdefg", folder / "patches" / "01.patch"]
        for path in (*asides, *others):
            path.write_bytes(b"")
    with runs.held(tmp_path, run):
        assert [path for path in asides if path.exists()] == []
        assert [path for path in others if not path.exists()] == []
