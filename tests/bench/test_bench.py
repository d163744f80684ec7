"""The benchmark's measuring, tables and edits; and that a run that went wrong is no figure."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench import bench, measure, repositories, rivals, scenarios, stage, tables
from tests.bench.measure import Failed, Took
from tests.bench.stage import OURS, UNIT, Contender, Stage
from tests.real import projects

PYTHON = sys.executable


def run(tmp_path: Path, *words: str, expected: int = 0) -> Took | Failed:
    return measure.run(words, cwd=tmp_path, env=os.environ, said=tmp_path / "said", expected=expected)


def test_cpu_of_what_a_process_waited_for_is_its_own(tmp_path: Path) -> None:
    burn = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(9_000_000))'])"
    idle, busy = run(tmp_path, PYTHON, "-c", "pass"), run(tmp_path, PYTHON, "-c", burn)
    assert isinstance(idle, Took)
    assert isinstance(busy, Took)
    assert busy.cpu > idle.cpu
    assert busy.wall >= 0


def test_peak_memory_is_that_of_the_largest_process(tmp_path: Path) -> None:
    took = run(
        tmp_path,
        PYTHON,
        "-c",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'b\"x\" * (300 << 20)'])",
    )
    assert isinstance(took, Took)
    assert took.peak > 300 << 20
    assert took.peak > took.least


def test_another_exit_code_is_a_failure_with_its_last_line(tmp_path: Path) -> None:
    assert run(tmp_path, "sh", "-c", "echo one; echo two >&2; exit 3") == Failed("sh: exit 3, want 0: two")
    assert isinstance(run(tmp_path, "sh", "-c", "exit 3", expected=3), Took)


def test_a_silent_failure_and_a_missing_program_say_so(tmp_path: Path) -> None:
    assert run(tmp_path, "false") == Failed("false: exit 1, want 0: it said nothing")
    assert run(tmp_path, "no-such-program") == Failed("no-such-program: No such file or directory")


ROUNDS: list[tables.Round] = [
    {"make": Took(2.0, 3.0, 50 << 20), OURS: Took(1.0, 2.0, 80 << 20), "turbo": Took(4.0, 4.0)},
    {
        "make": Took(10.0, 3.0, 60 << 20),
        OURS: Took(2.0, 2.5, 70 << 20),
        "turbo": Failed("turbo: exit 1 | no"),
    },
    {"make": Took(4.0, 3.0, 40 << 20), OURS: Took(1.6, 3.0, 70 << 20), "turbo": Took(4.0, 4.0)},
]


def test_a_table_has_medians_and_ratios_within_a_round_and_failures_in_words() -> None:
    assert list(tables.table("T", ROUNDS, ["make", UNIT])) == [
        "## T",
        "",
        "|  | wall | of make | CPU | peak memory |",
        "|---|---|---|---|---|",
        "| make | 4.00 s (2.00 s to 10.00 s) | 1.00 | 3.00 s | 60 MiB |",
        "| eee-ci | 1.60 s (1.00 s to 2.00 s) | 0.40 | 2.50 s | 80 MiB |",
        "| turbo | failed: turbo: exit 1 \\| no |  |  |  |",
        "",
    ]


def test_there_is_no_ratio_to_one_that_failed() -> None:
    assert tables.ratio(OURS, "turbo", ROUNDS) is None
    assert tables.ratio("turbo", "make", ROUNDS) is None


def test_a_peak_that_may_be_the_measuring_programs_own_is_at_most_that() -> None:
    rows = list(tables.table("T", [{"git": Took(0.01, 0.0, 20 << 20, 20 << 20)}], []))
    assert rows[4] == "| git | 10 ms (10 ms to 10 ms) | 0 ms | at most 20 MiB |"


@pytest.mark.parametrize(
    ("value", "told"), [(0.0214, "21 ms"), (0.4994, "499 ms"), (0.5, "0.50 s"), (61.0, "61.00 s")]
)
def test_short_times_are_told_in_milliseconds(value: float, told: str) -> None:
    assert tables.seconds(value) == told


def report(folder: Path, *statuses: tuple[str, bool]) -> Path:
    verdicts = [
        {"gate": f"g{at}", "status": word, "asked": asked} for at, (word, asked) in enumerate(statuses)
    ]
    file = folder / ".eee-ci" / "reports" / "report.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"verdicts": verdicts}), encoding="utf-8")
    return file


def test_a_run_of_ours_counts_only_when_each_gate_that_was_asked_has_passed(tmp_path: Path) -> None:
    assert stage.misjudged(report(tmp_path / "a", ("passed", True), ("skipped", False))) is None
    wrong = stage.misjudged(report(tmp_path / "b", ("passed", True), ("skipped", True)))
    assert wrong == Failed("exit 0, but g1 skipped")


def test_a_run_of_ours_without_a_report_is_no_figure(tmp_path: Path) -> None:
    place = Stage(tmp_path, tmp_path, os.environ, (), {})
    took = place.run(Contender(OURS, ("true",), judges=True))
    assert isinstance(took, Failed)
    assert took.why.startswith("its report cannot be read: ")


def test_contenders_take_turns_and_another_one_begins_each_round(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    place = Stage(tmp_path, tmp_path, os.environ, (Contender("a", ("true",)), Contender("b", ("false",))), {})
    told: list[Sequence[str]] = []
    ended = list(
        stage.rounds(
            place,
            2,
            lambda one, turn: seen.append((one.name, turn)),
            lambda _, took: told.append(list(took)),
        )
    )
    assert seen == [("a", 1), ("b", 2), ("b", 3), ("a", 4)]
    assert told == [["a", "b"], ["b", "a"]]
    assert [list(took) for took in ended] == [["a", "b"]] * 2
    assert tables.took("b", ended) == Failed("false: exit 1, want 0: it said nothing")


def test_an_edit_is_another_one_each_time() -> None:
    slip = scenarios.Slip("a.py", "    x = {n}\n", "    return\n")
    text = "def f():\n    return\n"
    assert slip.applied(text, 7) == "def f():\n    x = 7\n    return\n"
    assert slip.applied(text, 8) != slip.applied(text, 7)
    assert scenarios.Slip("a.py", "X = {n}\n").applied(text, 1) == f"{text}X = 1\n"


def test_an_edit_whose_place_is_not_there_once_ends_the_benchmark() -> None:
    with pytest.raises(SystemExit, match=r"a\.py: 'z' is there 0 times, want once"):
        scenarios.Slip("a.py", "x", "z").applied("y", 1)


def test_the_usual_commands_are_those_of_the_projects_config(tmp_path: Path) -> None:
    config = (
        "version: 1\nsources: [src]\ngates:\n"
        "  lint: {tool: ruff}\n  types: {tool: mypy, paths: [src, t]}\n"
        "  tests: {tool: pytest, args: [-m, not slow]}\n"
    )
    (tmp_path / "eee-ci.yaml").write_text(config, encoding="utf-8")
    assert stage.usual(tmp_path, tmp_path / "out") == {
        "tests": ("pytest", "-q", "--cov", "-m", "not slow"),
        "types": ("mypy", "src", "t"),
        "build": ("python", "-m", "build", "--no-isolation", "-o", str(tmp_path / "out"), "."),
        "security": ("bandit", "-q", "-r", "--exit-zero", "src"),
        "lint": ("ruff", "check", "--no-fix", "-q", "."),
        "format": ("ruff", "format", "--check", "-q", "."),
    }


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A small repository with make and eee-ci on it, and a rival that cannot be had."""
    monkeypatch.setenv("EEE_CI_RIVALS", str(tmp_path / "rivals"))
    missing = rivals.Rival("gone", lambda: Failed("it is not there"), rivals._write_make, lambda *_: ())
    monkeypatch.setattr(rivals, "RIVALS", (*rivals.RIVALS[:1], missing))
    root = repositories.made(tmp_path / "root", 60)
    return stage.build(root, tmp_path / "folder", repositories.TRUE, wanted=("make", "gone", UNIT))


def test_a_rival_that_cannot_be_had_is_named_with_the_reason(few: Stage) -> None:
    assert scenarios.absent(few) == ["absent: gone: it is not there"]
    assert [one.name for one in few.contenders] == ["make", OURS, UNIT]


def test_a_repository_has_as_many_files_as_asked_and_is_clean(few: Stage) -> None:
    listed = projects.git(few.root, "ls-files", "src").splitlines()
    assert len(listed) == 60
    assert projects.git(few.root, "status", "--porcelain") == ""


def test_gates_that_do_nothing_are_measured_through_make_and_eee_ci(few: Stage) -> None:
    for again in (False, True):
        (ended,) = scenarios.overhead(few, 1, lambda _: None, again=again)
        assert {name: type(took) for name, took in ended.items()} == {"make": Took, OURS: Took, UNIT: Took}


def test_all_gates_are_told_to_make_and_one_that_fails_is_seen(few: Stage) -> None:
    gates = {**repositories.TRUE, "lint": ("/bin/false",)}
    rivals._write_make(few.root, few.folder, gates)
    took = few.run(few.contenders[0])
    assert isinstance(took, Failed)
    assert took.why.startswith("/usr/bin/make: exit 2, want 0: ")


def test_each_run_meets_a_fresh_edit_and_the_file_is_as_it_was_afterwards(few: Stage) -> None:
    file = "src/p000/q00/m000000.py"
    before = (few.root / file).read_text(encoding="utf-8")
    seen: list[str] = []
    reads = Contender("make", ("sh", "-c", f"cat {file} >>{few.folder}/seen"))
    place = few._replace(contenders=(reads, reads._replace(name="prek")))
    slip = scenarios.Slip(file, "X = {n}\n")
    assert len(scenarios.measured(place, "leaf", slip, 2, seen.append)) == 2
    text = (few.folder / "seen").read_text(encoding="utf-8")
    assert [row for row in text.splitlines() if row.startswith("X")] == ["X = 1", "X = 2", "X = 3", "X = 4"]
    assert (few.root / file).read_text(encoding="utf-8") == before


def test_a_cold_run_finds_no_memory_of_the_one_before(few: Stage) -> None:
    leaves = f"test ! -e {few.folder}/doit.db && test ! -e left && touch {few.folder}/doit.db left"
    place = few._replace(contenders=(Contender("make", ("sh", "-c", leaves)),))
    rounds = scenarios.measured(place, "cold", None, 3, lambda _: None)
    assert not isinstance(tables.took("make", rounds), Failed)


def test_a_cold_run_is_compared_with_the_gates_one_by_one_and_with_what_no_order_can_beat(few: Stage) -> None:
    rest, loud = ("sh", "-c", "sleep 0.2"), ("sh", "-c", "sleep 0.05; touch spent")
    place = few._replace(contenders=few.contenders[:1], alone=(Contender("a", rest), Contender("b", loud)))
    (ended,) = scenarios.measured(place, "cold", None, 1, lambda _: None)
    assert list(ended) == [scenarios.BOUND, stage.TURNS, "make", "a", "b"]
    bound, turns, first, second = (ended[name] for name in (scenarios.BOUND, stage.TURNS, "a", "b"))
    assert isinstance(bound, Took)
    assert isinstance(turns, Took)
    assert isinstance(first, Took)
    assert isinstance(second, Took)
    assert (turns.wall, turns.cpu) == (first.wall + second.wall, first.cpu + second.cpu)
    assert (bound.wall, bound.cpu) == (max(first.wall, turns.cpu / rivals.JOBS), turns.cpu)


def test_a_bound_of_cpu_is_told_where_no_gate_is_as_long() -> None:
    made = scenarios._summed([Took(2.0, 2.0), Took(2.5, 2.5), Took(2.1, 2.1)])
    assert made == {scenarios.BOUND: Took(3.3, 6.6), stage.TURNS: Took(6.6, 6.6)}


def test_there_is_no_bound_where_a_gate_failed(few: Stage) -> None:
    place = few._replace(contenders=(), alone=(Contender("a", ("true",)), Contender("b", ("false",))))
    (ended,) = scenarios.measured(place, "cold", None, 1, lambda _: None)
    assert {name for name, took in ended.items() if isinstance(took, Failed)} == {
        scenarios.BOUND,
        stage.TURNS,
        "b",
    }


def test_the_file_and_the_screen_have_the_same_table(
    few: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert few
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)
    out = tmp_path / "deep" / "bench.md"
    words = ["--projects", "--scenarios", "overhead", "--rivals", "make", "--rounds", "1", "--out", str(out)]
    assert bench.main(words) == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("## six gates that do nothing, from nothing (1 rounds, medians)\n")
    assert capsys.readouterr().out == text
    assert text.count("| eee-ci | ") == 2


def test_the_edits_of_each_project_are_written_for_all_scenarios_that_edit() -> None:
    editing = set(scenarios.OF_A_PROJECT) - {"cold", "unchanged"}
    assert {name: set(slips) for name, slips in scenarios.SLIPS.items()} == {
        "flask": editing,
        "httpx": editing,
    }


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("name", ["prek", "doit", "turbo"])
def test_a_rival_is_installed_and_runs_the_gates(name: str, tmp_path: Path) -> None:
    root = repositories.made(tmp_path / "root", 3)
    ran = {gate: ("sh", "-c", f"touch {tmp_path}/ran-{gate}") for gate in repositories.TRUE}
    place = stage.build(root, tmp_path / "folder", ran, wanted=(name,))
    assert scenarios.absent(place) == []
    assert isinstance(place.run(place.contenders[0]), Took)
    assert {file.name for file in tmp_path.glob("ran-*")} == {f"ran-{gate}" for gate in ran}
    subprocess.run(["git", "-C", root, "diff", "--quiet", "HEAD"], check=True)


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("name", scenarios.SLIPS)
def test_each_edit_has_its_place_in_its_project_and_keeps_lint_and_format_green(name: str) -> None:
    with projects.use(projects.PROJECTS[name]) as root:
        for slip in scenarios.SLIPS[name].values():
            file = root / slip.file
            file.write_text(slip.applied(file.read_text(encoding="utf-8"), 1), encoding="utf-8")
        projects.run(root / ".venv/bin/ruff", "check", "--quiet", "--no-cache", ".", cwd=root)
        projects.run(root / ".venv/bin/ruff", "format", "--check", "--quiet", ".", cwd=root)
