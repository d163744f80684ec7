"""What several pytest processes wrote down is only believed when nothing was lost or done twice."""

from typing import Any

import msgspec
import pytest

from eee_ci import environment, inject
from eee_ci.model import Command, Gate, Outcome, Ran, Step
from eee_ci.ports import Site, Tool
from eee_ci.readers import mypy_workers, shards

FOUND = ("p/a.py", "tests/test_a.py", "tests/in/b_test.py", "tests/test_a.txt", "latest.py")
SITE = Site(root="/p", python="/python", python_version=(3, 13), tools={}, files=FOUND)
WHOLE = Command(
    steps=(
        Step(
            argv=(
                *(
                    "/python",
                    "/launch.py",
                    "--cwd-on-path",
                    "--cover={scratch}/coverage.data",
                    "-m",
                    "pytest",
                ),
                *("-m", "slow", "--junitxml={scratch}/junit.xml", "-o", "cache_dir={scratch}/cache", "tests"),
            ),
            go_on=(0, 1),
        ),
        Step(argv=("coverage", "json")),
    ),
    env={**environment.workers(2), "OMP_NUM_THREADS": "7", "X": "1"},
    keep=("junit.xml", "coverage.json"),
    timeout=100.0,
)


def gate(**options: Any) -> Gate:
    return Gate(id="tests", tool="pytest", options=options)


def shard(*mine: str, **parts: Any) -> shards.Shard:
    ran = tuple(f"{path}::test" for path in mine)
    values = {"complete": True, "seen": ("a", "b"), "mine": mine, "items": ran, "ran": ran}
    return msgspec.convert({**values, "failed": {}, "seconds": {}, **parts}, shards.Shard)


def outcome(*told: shards.Shard, trouble: str = "") -> Outcome:
    report = msgspec.json.encode(shards.Report(trouble=trouble, number=2, shards=told))
    return Outcome(steps=(Ran(argv=("python", "-m", "pytest"), exit=0),), files={shards.REPORT: report})


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ((shard("a"), shard("b")), ""),
        ((shard("a", "b"), shard()), ""),
        ((shard("a", "b"),), "a process wrote nothing down"),
        ((), "a process wrote nothing down"),
        ((shard("a"), shard()), "b was run by 0 of 2 processes"),
        ((shard("a"), shard("a", "b")), "a was run by 2 of 2 processes"),
        ((shard("a"), shard("b", seen=("b",))), "a was not seen by all processes"),
        (
            (shard("a"), shard("b", items=["a::test"], ran=["a::test"])),
            "a::test was collected by 2 processes",
        ),
        ((shard("a", ran=[]), shard("b")), "a::test was collected and not run, or run twice"),
        ((shard("a", ran=["a::test"] * 2), shard("b")), "a::test was collected and not run, or run twice"),
        ((shard("a", ran=["a::test", "x"]), shard("b")), "x was collected and not run, or run twice"),
        ((shard("a", complete=False), shard("b")), "a process did not come to its end"),
    ],
)
def test_the_parts_must_be_the_whole(told: tuple[shards.Shard, ...], sentence: str) -> None:
    assert shards.doubt(outcome(*told)) == sentence


def test_what_the_processes_object_to_themselves_is_doubt_enough() -> None:
    assert shards.doubt(outcome(shard("a"), shard("b"), trouble="it hung")) == "it hung"


@pytest.mark.parametrize("data", [None, b"", b"{}", b'{"trouble": "", "shards": [{}]}'])
def test_a_report_that_cannot_be_read_is_doubt(data: bytes | None) -> None:
    files = {} if data is None else {shards.REPORT: data}
    assert shards.doubt(msgspec.structs.replace(outcome(), files=files)) != ""


def test_each_process_that_told_left_a_report_of_its_cases() -> None:
    assert shards.junits(outcome(shard("a"), shard("b"))) == ("junit-0.xml", "junit-1.xml")
    assert shards.junits(Outcome()) == ("junit.xml",)


def test_the_command_starts_several_processes_each_with_its_own_files() -> None:
    made = shards.spread(gate(), SITE, WHOLE, 2)
    first, report = made.steps
    assert first.argv[:5] == (
        "{python}",
        "-I",
        "-S",
        inject.script("shards.py"),
        "{scratch}/shards-wish.json",
    )
    assert first.argv[5:] == (
        *("/python", "/launch.py", "--cwd-on-path", "--cover={scratch}/coverage.data.{shard!}"),
        *("--shard={scratch}/shard-{shard!}.json.wish", "-m", "pytest", "-m", "slow"),
        *("--basetemp={scratch}/s{shard!}/t", "--junitxml={scratch}/junit-{shard!}.xml"),
        *("-o", "cache_dir={scratch}/cache-{shard!}", "tests"),
    )
    assert first.go_on == (0, 1)
    assert report.argv == ("{python}", inject.script("covreport.py"), "{scratch}/coverage-wish.json")
    assert made.keep == ("shards.json", "junit-0.xml", "junit-1.xml", "coverage.json")
    wish = msgspec.json.decode(made.give["shards-wish.json"])
    assert wish["files"] == ["tests/test_a.py", "tests/in/b_test.py"]
    assert (wish["shards"], wish["seconds"], wish["memory"]) == (2, 75.0, "{cache}/shards.json")


def test_each_process_has_one_core_unless_the_config_says_otherwise() -> None:
    assert shards.spread(gate(), SITE, WHOLE, 2).env == {
        **environment.workers(1),
        "OMP_NUM_THREADS": "7",
        "X": "1",
    }


def test_without_coverage_nothing_is_joined_but_the_tests() -> None:
    made = shards.spread(gate(coverage=False), SITE, WHOLE, 2)
    assert (len(made.steps), list(made.give)) == (1, ["shards-wish.json"])


@pytest.mark.parametrize(("workers", "processes"), [("auto", 4), (2, 2), (9, 4), (1, 1)])
def test_never_more_processes_than_cores(workers: object, processes: int) -> None:
    assert shards.number(gate(workers=workers), SITE, 4) == processes
    assert shards.number(gate(), SITE, 4) == 1


def test_one_process_runs_tests_whose_names_pytest_cannot_report() -> None:
    site = msgspec.structs.replace(SITE, files=(*FOUND, "tests/test_\udcff.py"))
    assert shards.number(gate(workers=2), site, 4) == 1


@pytest.mark.parametrize(("version", "processes"), [("2.4.1", 3), ("2.0", 3), ("1.20.1", 1), (None, 1)])
def test_mypy_works_in_several_processes_where_it_can(version: str | None, processes: int) -> None:
    tool = Tool(name="mypy", argv=("mypy",), version=version)
    site = msgspec.structs.replace(SITE, tools={"mypy": tool})
    assert mypy_workers.number(gate(workers=3), site, 4) == processes


def test_mypy_is_told_how_many_after_the_words_of_the_gate() -> None:
    steps = (Step(argv=("fetch",)), Step(argv=("mypy", "--strict", "--junit-xml", "x", "--", "src")))
    env = {"PYTHONPYCACHEPREFIX": "{cache}/pycache", "EEE_CI_PYCACHE": "{cache}/pycache", "X": "1"}
    made = mypy_workers.spread(gate(), SITE, msgspec.structs.replace(WHOLE, steps=steps, env=env), 2)
    assert made.env == {"X": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    assert made.steps[0] == steps[0]
    assert made.steps[1].argv == (
        *("mypy", "--strict", "--num-workers", "2", "--junit-xml", "x", "--", "src"),
    )


@pytest.mark.parametrize(
    ("code", "sentence"), [(0, ""), (1, ""), (2, "mypy with several processes ended with exit 2")]
)
def test_mypy_that_stopped_is_not_believed(code: int, sentence: str) -> None:
    assert mypy_workers.doubt(Outcome(steps=(Ran(argv=("mypy",), exit=code),))) == sentence
