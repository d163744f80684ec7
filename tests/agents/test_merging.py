"""The merge queue: one patch after another onto the tip; what does not fit is told and kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from eee_ci import files, workspace
from eee_ci.agent import Agent, Backend, Item, Limits, Patch
from eee_ci.agents import merging
from eee_ci.agents.bench import Bench, judged
from eee_ci.agents.merging import Queue
from eee_ci.agents.work import Beat, Work
from eee_ci.model import Run
from eee_ci.tamper import Allow, Rules
from tests.agents.verdicts import finding, run, verdict
from tests.conftest import Project


class Words:
    """A judge: every line that says BAD is a finding; beats are counted."""

    def __init__(self) -> None:
        self.folders: list[Path] = []

    def __call__(
        self, folder: Path, gates: tuple[str, ...], *, paths: tuple[str, ...] | None = None, beat: Beat
    ) -> Run:
        assert paths is None
        self.folders.append(folder)
        beat()
        found = [
            finding(f"{path.name} {number}", path=path.name, message=row)
            for path in sorted(folder.glob("*.py"))
            for number, row in enumerate(path.read_text().splitlines())
            if "BAD" in row
        ]
        return run(verdict(gates[0], "failed" if found else "passed", *found))


@pytest.fixture
def place() -> Iterator[Path]:
    with files.scratch() as folder:
        yield folder


@pytest.fixture
def bench(tmp_path: Path, place: Path) -> Bench:
    root = tmp_path / "project"
    root.mkdir()
    Project(root).write({"a.py": "x = 'BAD one'\n", "b.py": "y = 'BAD two'\n"}).commit()
    private = workspace.open(root, place / "private")
    rules = Rules(allow=(Allow(rule="T8", reason="tests"),))
    return Bench(private, place, root, Words(), ("lint",), rules)


def work(bench: Bench, name: str, *targets: str) -> Work:
    item = Item(id=name, agent="mender", title="Mend\nit", task="t", targets=targets)
    return Work(
        item=item,
        agent=Agent(name="mender", description="d"),
        backend=Backend(name="mine", kind="command", model="m-1"),
        limits=Limits(),
        base=bench.private.base,
        start=bench.private.base,
    )


def patch(bench: Bench, **changed: str) -> Patch:
    """What an agent that began at the base made of it."""
    tree = bench.private.write(
        bench.private.base, {f"{name}.py": ("100644", words.encode()) for name, words in changed.items()}
    )
    return bench.private.patch(bench.private.base, tree)


def queue(bench: Bench) -> Queue:
    return Queue(bench, "r-1", bench.private.base, judged(bench, bench.private.base))


def test_patches_of_one_base_are_merged_one_after_the_other(bench: Bench) -> None:
    line = queue(bench)
    first = line.offer(work(bench, "01", "a.py 0"), patch(bench, a="x = 1\n"))
    second = line.offer(work(bench, "02", "b.py 0"), patch(bench, b="y = 1\n"))
    assert (first.end, second.end, second.commit) == ("accepted", "accepted", line.tip)
    assert second.patch is not None
    assert [change.path for change in second.patch.changes] == ["b.py"]
    contents = bench.private.contents(known.id for known in bench.private.listing(line.tip).values())
    assert sorted(contents.values()) == [b"x = 1\n", b"y = 1\n"]
    assert line.before.verdicts[0].status == "passed"


def test_the_same_lines_are_a_conflict_and_the_tip_stays(bench: Bench) -> None:
    line = queue(bench)
    line.offer(work(bench, "01", "a.py 0"), patch(bench, a="x = 1\n"))
    tip = line.tip
    mine = patch(bench, a="x = 2\n")
    told = line.offer(work(bench, "02", "a.py 0"), mine)
    assert (told.end, told.reasons, told.patch) == (
        "conflict",
        ("others changed the same lines of a.py",),
        mine,
    )
    assert line.tip == tip


def test_what_is_red_only_together_with_others_drops_out_alone(bench: Bench) -> None:
    line = queue(bench)
    line.offer(work(bench, "01", "a.py 0"), patch(bench, a="x = 1\n"))
    tip = line.tip
    told = line.offer(work(bench, "02", "b.py 0"), patch(bench, b="y = 1\nz = 'BAD three'\n"))
    assert (told.end, told.reasons, line.tip) == ("rejected", ("1 new finding: F401 in b.py",), tip)


def by_fixers(bench: Bench, *targets: str) -> Work:
    return replace(work(bench, "01", *targets), backend=Backend(name="fixers", kind="fixers"))


def test_a_file_that_a_fixer_spoils_stays_as_it_was_and_the_others_are_mended(bench: Bench) -> None:
    line = queue(bench)
    offered = patch(bench, a="x = 1\n", b="y = 1\nz = 'BAD three'\n", c="new = 'BAD four'\n")
    told = line.offer(by_fixers(bench, "a.py 0", "b.py 0"), offered)
    assert told.end == "accepted"
    assert told.reasons == (
        "left as it was: b.py, c.py (2 new findings: F401 in b.py, F401 in c.py)",
        "1 of its findings are left",
    )
    contents = bench.private.contents(known.id for known in bench.private.listing(line.tip).values())
    assert sorted(contents.values()) == [b"x = 1\n", b"y = 'BAD two'\n"]
    assert told.patch is not None
    assert [change.path for change in told.patch.changes] == ["a.py"]


def test_a_patch_of_others_is_one_whole(bench: Bench) -> None:
    told = queue(bench).offer(
        work(bench, "01", "a.py 0"), patch(bench, a="x = 1\n", b="z = 'BAD'\nw = 'BAD'\n")
    )
    assert (told.end, told.reasons) == ("rejected", ("1 new finding: F401 in b.py",))


@pytest.mark.parametrize("kept", ["x = 'BAD one'  \n", ""])
def test_where_nothing_good_is_left_a_fixer_s_patch_is_told_as_a_whole(bench: Bench, kept: str) -> None:
    other = {"a": kept} if kept else {}
    told = queue(bench).offer(by_fixers(bench, "b.py 0"), patch(bench, b="y = 1\nz = 'BAD three'\n", **other))
    assert (told.end, told.reasons) == ("rejected", ("1 new finding: F401 in b.py",))


@pytest.mark.parametrize(
    ("changed", "end"),
    [({}, "no-op"), ({"a": "x = 'BAD one'  \n"}, "no-op"), ({"a": "x = 1\n"}, "accepted")],
)
def test_without_progress_there_is_nothing_to_accept(bench: Bench, changed: dict[str, str], end: str) -> None:
    assert queue(bench).offer(work(bench, "01", "a.py 0"), patch(bench, **changed)).end == end


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(files=1), "it changed 2 files, and may change 1"),
        (Limits(lines=3), "it changed 4 lines, and may change 3"),
    ],
)
def test_a_patch_over_its_budget_is_not_looked_at(bench: Bench, limits: Limits, reason: str) -> None:
    wanted = replace(work(bench, "01", "a.py 0"), limits=limits)
    told = queue(bench).offer(wanted, patch(bench, a="x = 1\n", b="y = 1\n"))
    assert (told.end, told.reasons) == ("budget", (reason,))


def test_each_tree_is_judged_in_a_folder_of_its_own_that_is_gone_afterwards(bench: Bench) -> None:
    line = queue(bench)
    line.offer(work(bench, "01", "a.py 0"), patch(bench, a="x = 1\n"))
    assert isinstance(bench.judge, Words)
    assert len(set(bench.judge.folders)) == 2
    assert not any(folder.exists() for folder in bench.judge.folders)
    assert not any(folder.is_relative_to(bench.root) for folder in bench.judge.folders)


def test_the_message_of_a_commit_has_its_trailers_at_the_end(bench: Bench) -> None:
    assert merging.message(work(bench, "01"), "r-1") == (
        "Mend it\n\nEee-Run: r-1\nEee-Agent: mender\nEee-Backend: mine\nEee-Model: m-1\n"
        "Assisted-by: mender (command)\n"
    )
