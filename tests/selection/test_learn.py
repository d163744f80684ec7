"""What a run teaches, and what is carried over from the runs before it."""

from pathlib import Path

import msgspec
import pytest

from eee_ci import selection
from eee_ci.model import Attempt, TestCase
from eee_ci.selection import Choice, Recorded
from tests.selection.lab import Lab, passed, ran, record, recorded

FILES = {
    "p/a.py": "def one():\n    return 1\n",
    "p/b.py": "def two():\n    return 2\n",
    "tests/test_a.py": "",
    "tests/test_b.py": "",
    "tests/x.json": "",
}
A = ran("tests/test_a.py", "p/a.py", executed={"p/a.py": ("one",)})
B = ran("tests/test_b.py", "p/b.py", executed={"p/b.py": ("two",)})
RECORDS = {"tests/test_a.py": A, "tests/test_b.py": B}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path, FILES)


def test_cases_are_kept_by_test_file(lab: Lab) -> None:
    state = lab.learn(record(RECORDS))
    assert {path: known.cases for path, known in state.known.items()} == {
        "tests/test_a.py": (TestCase(classname="tests.test_a", name="test", status="passed"),),
        "tests/test_b.py": (TestCase(classname="tests.test_b", name="test", status="passed"),),
    }


def test_skipped_files_are_carried_over(lab: Lab) -> None:
    first = lab.learn(record(RECORDS))
    lab.write({"p/b.py": "def two():\n    return 3\n"})
    choice = lab.choose(first)
    assert choice.run == ("tests/test_b.py",)
    second = lab.learn(record({"tests/test_b.py": B}), first, choice)
    assert second.known == first.known
    assert (
        second.files
        == selection.learn(
            None, Choice(), record=record(RECORDS), cases=passed(record(RECORDS)), tree=lab.tree(), env_key=""
        ).files
    )
    assert lab.choose(second).run == ()
    lab.write({"p/a.py": "def one():\n    return 3\n"})
    assert lab.choose(second).run == ("tests/test_a.py",)


def test_moved_functions_are_known_by_their_new_lines(lab: Lab) -> None:
    first = lab.learn(record(RECORDS))
    lab.write({"p/a.py": "# a comment\n" + FILES["p/a.py"]})
    choice = lab.choose(first)
    assert (choice.run, choice.maps) == ((), {"p/a.py": {1: 2, 2: 3}})
    second = lab.learn(record({}), first, choice)
    lab.write({"p/a.py": "# a comment\n# another\n" + FILES["p/a.py"]})
    assert lab.choose(second).maps == {"p/a.py": {2: 3, 3: 4}}


def test_what_a_full_run_does_not_have_is_forgotten(lab: Lab) -> None:
    first = lab.learn(record(RECORDS, recorded(modules=("p/b.py",)), {"p/b.py": ("two",)}))
    lab.remove("tests/test_b.py")
    choice = lab.choose(first)
    assert choice.all_because != ""
    second = lab.learn(record({"tests/test_a.py": A}), first, choice)
    assert (list(second.known), second.shared, second.import_executed) == (
        ["tests/test_a.py"],
        recorded(),
        {},
    )


def test_what_skipped_tests_shared_is_kept(lab: Lab) -> None:
    shared = recorded(modules=("p/b.py",), executed={"p/b.py": ("two",)}, imports=("yaml",))
    first = lab.learn(record(RECORDS, shared, {"p/b.py": ("two",)}))
    lab.write({"tests/test_a.py": "# a comment\n"})
    second = lab.learn(record({"tests/test_a.py": A}), first, lab.choose(first))
    assert (second.shared, second.import_executed) == (first.shared, first.import_executed)


def test_unknown_functions_of_what_is_shared_stay_unknown(lab: Lab) -> None:
    first = lab.learn(record(RECORDS, recorded(executed=None)))
    lab.write({"tests/test_a.py": "# a comment\n"})
    second = lab.learn(record({"tests/test_a.py": A}), first, lab.choose(first))
    assert second.shared.executed is None


def test_a_test_file_that_is_not_in_the_tree_is_not_remembered(lab: Lab) -> None:
    state = lab.learn(record({**RECORDS, "tests/test_made.py": ran("tests/test_made.py")}))
    assert list(state.known) == list(RECORDS)


ODD = {
    "untrusted": (msgspec.structs.replace(A, untrusted=("opens a socket",)), "opens a socket"),
    "reads what is ignored": (
        ran("tests/test_a.py", data=("ignored.txt",)),
        "reads ignored.txt, which is not among the project's files",
    ),
    "lists what is ignored": (
        ran("tests/test_a.py", listings=("build",)),
        "lists build, which holds none of the project's files",
    ),
    "left something": (
        ran("tests/test_a.py", absent=("ignored.txt",)),
        "ignored.txt was not there when it began, and is there now",
    ),
    "a module that came when it had been missed": (
        msgspec.structs.replace(A, modules=(*A.modules, "ignored.txt"), absent=("ignored.txt",)),
        "ignored.txt was not there when it began, and is there now",
    ),
    "a link out": (ran("tests/test_a.py", data=("out/x",)), "out/x leads out of the project"),
    "a link in a circle": (ran("tests/test_a.py", data=("round/x",)), "round/x leads out of the project"),
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("name", ODD)
def test_who_leaves_what_is_known_runs_always(name: str, lab: Lab) -> None:
    odd, why = ODD[name]
    lab.write({"out": "->/etc", "round": "->round"})
    (lab.root / "ignored.txt").write_text("", encoding="utf-8")
    state = lab.learn(record({**RECORDS, "tests/test_a.py": odd}))
    assert lab.choose(state).why == {"tests/test_a.py": why}


@pytest.mark.parametrize(
    "path", ["tests/__pycache__/a.pyc", ".pytest_cache/v/x", "venv/lib/site-packages/x.txt", ".hypothesis/x"]
)
def test_what_tools_keep_for_themselves_does_not_count(path: str, lab: Lab) -> None:
    state = lab.learn(
        record({**RECORDS, "tests/test_a.py": ran("tests/test_a.py", data=(path,), listings=(path,))})
    )
    assert lab.choose(state).run == ()


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (TestCase(classname="c", name="n", status="failed"), "failed last time"),
        (TestCase(classname="c", name="n", status="error"), "failed last time"),
        (
            TestCase(classname="c", name="n", status="passed", attempts=(Attempt(status="failed"),)),
            "had to be run more than once",
        ),
        (None, "the report does not have the test n"),
    ],
)
def test_only_what_passed_at_once_is_skipped(case: TestCase | None, why: str, lab: Lab) -> None:
    made = record({"tests/test_a.py": recorded(cases=(("c", "n"),), modules=("tests/test_a.py",))})
    state = lab.learn(made, cases={("c", "n"): case} if case else {})
    assert lab.choose(state).why == {"tests/test_a.py": why}


def test_a_skipped_case_is_as_good_as_a_passed_one(lab: Lab) -> None:
    made = record(RECORDS)
    assert lab.choose(lab.learn(made, cases=passed(made, "skipped"))).run == ()


def test_cases_are_found_by_the_names_that_the_report_shows(lab: Lab) -> None:
    made = record({"tests/test_a.py": recorded(cases=(("c", "a\nb"),), modules=("tests/test_a.py",))})
    case = TestCase(classname="c", name="a b", status="passed")
    assert lab.choose(lab.learn(made, cases={("c", "a b"): case})).run == ()


def doubtful(lab: Lab, records: dict[str, Recorded], **fields: object) -> str:
    made = msgspec.structs.replace(record(records), **fields)
    state = lab.learn(made)
    assert state.known == {}
    choice = lab.choose(state)
    assert choice.skip == ()
    return choice.all_because


def test_an_incomplete_run_teaches_nothing(lab: Lab) -> None:
    assert doubtful(lab, RECORDS, complete=False) == "the tests did not run to their end"


def test_an_untracked_run_teaches_nothing(lab: Lab) -> None:
    assert (
        doubtful(lab, RECORDS, untracked="xdist is\nactive")
        == "the tests could not be followed: xdist is active"
    )


def test_a_test_of_two_files_teaches_nothing(lab: Lab) -> None:
    twin = msgspec.structs.replace(B, cases=A.cases)
    assert doubtful(lab, {"tests/test_a.py": A, "tests/test_b.py": twin}) == (
        "tests/test_b.py and tests/test_a.py both have the test test"
    )


def test_a_test_of_no_file_teaches_nothing(lab: Lab) -> None:
    cases = {("c", "n"): TestCase(classname="c", name="n", status="passed")}
    assert lab.learn(record(RECORDS), cases=cases).doubt == "it is not known which file the test n is of"


def test_a_skipped_file_that_ran_teaches_nothing(lab: Lab) -> None:
    state = lab.learn(record(RECORDS), lab.learn(record(RECORDS)), Choice(skip=("tests/test_a.py",)))
    assert state.doubt == "tests/test_a.py was to be skipped, and ran"


def test_a_file_that_is_skipped_as_a_whole_runs_always(lab: Lab) -> None:
    case = TestCase(classname="", name="tests.test_a", status="skipped")
    made = record({"tests/test_b.py": B})
    state = lab.learn(made, cases={**passed(made), ("", "tests.test_a"): case})
    assert state.known["tests/test_a.py"].cases == (case,)
    assert lab.choose(state).why == {"tests/test_a.py": "was skipped as a whole"}


def test_a_tree_that_was_not_seen_whole_teaches_nothing(lab: Lab) -> None:
    tree, made = msgspec.structs.replace(lab.tree(), id=None), record(RECORDS)
    state = selection.learn(None, Choice(), record=made, cases=passed(made), tree=tree, env_key="")
    assert (state.known, state.doubt) == ({}, "not all files could be seen")


def test_skipping_without_knowledge_teaches_nothing(lab: Lab) -> None:
    state = lab.learn(record({"tests/test_b.py": B}), None, Choice(skip=("tests/test_a.py",)))
    assert state.doubt == "test files were skipped of which nothing is known"


def test_a_skipped_file_that_was_not_known_teaches_nothing(lab: Lab) -> None:
    first = lab.learn(record({"tests/test_b.py": B}))
    state = lab.learn(record({"tests/test_b.py": B}), first, Choice(skip=("tests/test_a.py",)))
    assert state.doubt.startswith("what the last run taught was lost (KeyError(")


def test_a_state_survives_its_bytes(lab: Lab) -> None:
    state = lab.learn(record(RECORDS))
    assert selection.unpack(selection.pack(state)) == state


@pytest.mark.parametrize("change", [{"schema": 0}, {"parser": "cpython 2.7"}])
def test_a_state_of_others_is_none(change: dict[str, object], lab: Lab) -> None:
    state = lab.learn(record(RECORDS))
    assert selection.unpack(selection.pack(msgspec.structs.replace(state, **change))) is None


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 9])
def test_a_damaged_state_is_none_or_knows_nothing(data: bytes, lab: Lab) -> None:
    state = selection.unpack(data)
    assert lab.choose(state).skip == ()


def test_sources_that_differ_from_the_tree_have_no_shape(lab: Lab) -> None:
    tree = lab.tree()
    (lab.root / "p/a.py").write_text("changed = 1\n", encoding="utf-8")
    made = record(RECORDS)
    state = selection.learn(None, Choice(), record=made, cases=passed(made), tree=tree, env_key="")
    assert (state.shapes["p/a.py"], state.shapes["p/b.py"] != b"") == (b"", True)


def test_ids_of_sha256_repositories_are_known(lab: Lab) -> None:
    import hashlib

    data = FILES["p/a.py"].encode()
    tree = lab.tree()
    digest = hashlib.sha256(b"blob %d\0" % len(data) + data).hexdigest()
    tree = msgspec.structs.replace(tree, files={**tree.files, "p/a.py": digest})
    made = record(RECORDS)
    state = selection.learn(None, Choice(), record=made, cases=passed(made), tree=tree, env_key="")
    assert state.shapes["p/a.py"] != b""


def test_nothing_is_read_again_of_unchanged_files(lab: Lab) -> None:
    first = lab.learn(record(RECORDS))
    tree = lab.tree()
    lab.write({"p/a.py": "", "p/b.py": ""})  # behind the tree's back
    choice = selection.choose(first, tree, env_key="environment")
    assert choice.run == ()
    second = selection.learn(first, choice, record=record({}), cases={}, tree=tree, env_key="environment")
    assert second.shapes == first.shapes
