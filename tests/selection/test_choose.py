"""Which test files run after an edit, by what the last run recorded."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from eee_ci import selection
from eee_ci.selection import Choice, Recorded, State
from tests.selection.lab import ENV, Lab, passed, ran, record, recorded

FILES = {
    "src/p/__init__.py": "",
    "src/p/a.py": "LIMIT = 3\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n",
    "src/p/b.py": (
        "from p import a\n\n\ndef both():\n    return a.one() + a.two()\n\n\ndef early():\n    return 1\n"
    ),
    "src/p/cached.py": (
        "from functools import lru_cache\n\n\n@lru_cache\ndef load():\n    return make()\n\n\n"
        "def make():\n    return 1\n\n\ndef other():\n    return 2\n"
    ),
    "src/ns/part.py": "def half():\n    return 1\n",
    "tests/conftest.py": "",
    "tests/help.py": "def check():\n    return 1\n",
    "tests/data/x.json": "{}",
    "tests/data/y.json": "[]",
    "tests/deep/z.txt": "z",
    "tests/link.json": "->data/x.json",
    "tests/linked": "->deep",
    "tests/test_a.py": "from p import a\n",
    "tests/test_b.py": "from p import b\n",
    "tests/test_cached.py": "from p import cached\n",
    "tests/test_data.py": "",
    "tests/test_other.py": "import help\n",
    "pyproject.toml": "",
    "README.md": "",
}
INIT = "src/p/__init__.py"
RECORDS = {
    "tests/test_a.py": ran("tests/test_a.py", INIT, "src/p/a.py", executed={"src/p/a.py": ("one",)}),
    "tests/test_b.py": ran(
        "tests/test_b.py", INIT, "src/p/a.py", "src/p/b.py",
        executed={"src/p/b.py": ("both",), "src/p/a.py": ("one", "two")},
    ),
    "tests/test_cached.py": ran(
        "tests/test_cached.py", INIT, "src/p/cached.py", "src/ns/part.py",
        executed={"src/p/cached.py": ("load", "make")},
    ),
    "tests/test_data.py": ran(
        "tests/test_data.py",
        data=("tests/data/x.json",),
        stats=("tests/data/y.json", "tests/deep"),
        absent=("tests/data/no.json", "tests/none"),
        listings=("tests/deep",),
    ),
    "tests/test_other.py": ran(
        "tests/test_other.py", "tests/help.py", INIT, "src/p/cached.py",
        data=("tests/link.json",), absent=("tests/linked/new.txt",), listings=("tests/linked",),
    ),
}  # fmt: skip  # read in rows
SHARED = recorded(modules=("tests/conftest.py",), imports=("os", "yaml"))
EARLY = {"src/p/b.py": ("early",), "src/p/cached.py": ()}
ALL = tuple(sorted(RECORDS))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path, FILES)


@pytest.fixture
def state(lab: Lab) -> State:
    return learned(lab)


def learned(lab: Lab, changed: dict[str, Recorded] | None = None, shared: Recorded = SHARED) -> State:
    state = lab.learn(record({**RECORDS, **(changed or {})}, shared, EARLY))
    assert state.doubt == ""
    return state


def body(name: str, old: str, new: str) -> Callable[[Lab], Lab]:
    assert FILES[name].count(old) == 1
    return lambda lab: lab.write({name: FILES[name].replace(old, new)})


def write(files: dict[str, str]) -> Callable[[Lab], Lab]:
    return lambda lab: lab.write(files)


def gone(*names: str) -> Callable[[Lab], Lab]:
    return lambda lab: lab.remove(*names)


def both(*edits: Callable[[Lab], Lab]) -> Callable[[Lab], Lab]:
    def done(lab: Lab) -> Lab:
        for edit in edits:
            edit(lab)
        return lab

    return done


def test_without_a_change_nothing_runs(lab: Lab, state: State) -> None:
    choice = lab.choose(state)
    assert (choice.run, choice.skip, choice.why, choice.all_because) == ((), ALL, {}, "")


def test_without_a_state_all_run(lab: Lab) -> None:
    choice = lab.choose(None)
    assert choice == Choice(run=ALL, all_because="no earlier run of the tests is remembered")


SOME = {
    "executed body": (body("src/p/a.py", "return 2", "return 3"), {"b": "src/p/a.py: body of two changed"}),
    "body that two executed": (
        body("src/p/a.py", "return 1", "return 3"),
        {"a": "src/p/a.py: body of one changed", "b": ""},
    ),
    "module level": (
        body("src/p/a.py", "LIMIT = 3", "LIMIT = 4"),
        {"a": "src/p/a.py: module level changed", "b": ""},
    ),
    "does not parse": (
        write({"src/p/b.py": "def"}),
        {"b": "src/p/b.py: changed, and cannot be compared with what it was"},
    ),
    "comment": (body("src/p/a.py", "LIMIT", "# few\nLIMIT"), {}),
    "nobody ran it": (body("src/p/cached.py", "return 2", "return 3"), {}),
    "body that runs at import": (
        both(body("src/p/b.py", "def early():\n    return 1", "def early():\n    return 2")),
        {"b": "src/p/b.py: body of early changed, which runs when modules are imported"},
    ),
    "what a cache remembers": (
        body("src/p/cached.py", "return 1", "return 3"),
        {"cached": "src/p/cached.py: body of make changed, whose results may be remembered", "other": ""},
    ),
    "unmeasured module": (
        body("tests/help.py", "return 1", "return 3"),
        {"other": "tests/help.py: changed, and which of its functions run is not measured"},
    ),
    "test file": (write({"tests/test_a.py": "from p import a, b\n"}), {"a": "tests/test_a.py changed"}),
    "deleted module": (
        gone("src/p/b.py"),
        {"b": "src/p/b.py is gone"},
    ),
    "emptied package": (gone(INIT), {"a": "src/p/__init__.py is gone", "b": "", "cached": "", "other": ""}),
    "new test file": (write({"tests/test_new.py": ""}), {"new": "no record yet"}),
    "new doctest": (write({"docs/test_it.txt": ""}), {"docs/test_it.txt": "no record yet"}),
    "new file that may hold tests": (
        write({"tests/check_new.py": ""}),
        {"tests/check_new.py": "is new, and may hold tests"},
    ),
    "data": (write({"tests/data/x.json": "1"}), {"data": "tests/data/x.json changed", "other": ""}),
    "data that is a folder now": (
        both(gone("tests/data/x.json"), write({"tests/data/x.json/in.txt": ""})),
        {"data": "tests/data/x.json is of another kind now", "other": ""},
    ),
    "statted file": (write({"tests/data/y.json": "2"}), {"data": "tests/data/y.json changed"}),
    "statted folder": (
        both(gone("tests/deep/z.txt"), write({"tests/deep": ""})),
        {"data": "tests/deep is of another kind now", "other": ""},
    ),
    "swapped contents": (
        write({"tests/data/x.json": "[]", "tests/data/y.json": "{}"}),
        {"data": "tests/data/x.json changed", "other": ""},
    ),
    "missing file appears": (
        write({"tests/data/no.json": ""}),
        {"data": "tests/data/no.json, which was looked for, is there now"},
    ),
    "missing folder appears": (
        write({"tests/none/any.txt": ""}),
        {"data": "tests/none, which was looked for, is there now"},
    ),
    "listing": (
        write({"tests/deep/more.txt": ""}),
        {"data": "the list of files in tests/deep changed", "other": ""},
    ),
    "listing grows by a folder": (
        write({"tests/deep/er/new.txt": ""}),
        {"data": "the list of files in tests/deep changed", "other": ""},
    ),
    "listing shrinks": (
        both(write({"tests/deep/more.txt": ""}), gone("tests/deep/z.txt")),
        {"data": "the list of files in tests/deep changed", "other": ""},
    ),
    "nothing that is listed": (write({"tests/data/unread.json": "", "README.md": "new"}), {}),
    "link to another file": (
        write({"tests/link.json": "->data/y.json"}),
        {"other": "tests/link.json changed"},
    ),
    "missing file appears behind a link": (
        write({"tests/deep/new.txt": ""}),
        {"data": "", "other": "tests/deep/new.txt, which was looked for, is there now"},
    ),
    "package in place of a module": (
        write({"src/p/a/__init__.py": ""}),
        {"src/p/a/__init__.py": "is new, and may hold tests",
         "a": "tests/test_a.py may import what is new", "b": ""},
    ),
    "extension in place of a module": (
        write({"src/p/a.cpython-311-x86_64-linux-gnu.so": ""}),
        {"a": "tests/test_a.py may import what is new", "b": ""},
    ),
    "module that nobody imports": (
        write({"src/sub/part.py": ""}),
        {"src/sub/part.py": "is new, and may hold tests"},
    ),
    "import that may have failed": (
        write({"src/q/a.py": ""}),
        {"src/q/a.py": "is new, and may hold tests", "a": "tests/test_a.py may import what is new",
         "b": "src/p/b.py may import what is new"},
    ),
    "import of a folder that may have failed": (
        write({"src/q/a/x.txt": ""}),
        {"a": "tests/test_a.py may import what is new", "b": "src/p/b.py may import what is new"},
    ),
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("name", SOME)
def test_an_edit_runs_those_that_it_can_have_broken(name: str, lab: Lab, state: State) -> None:
    edit, expected = SOME[name]
    choice = edit(lab).choose(state)
    wanted = {path if "/" in path else f"tests/test_{path}.py": why for path, why in expected.items()}
    assert choice.all_because == ""
    assert choice.run == tuple(sorted(wanted))
    assert choice.skip == tuple(path for path in ALL if path not in wanted)
    assert {path: choice.why[path] for path, why in wanted.items() if why} == {
        p: w for p, w in wanted.items() if w
    }


EVERY = {
    "config": (write({"pyproject.toml": "[tool]"}), "pyproject.toml changed"),
    "config near the tests": (write({"tests/pytest.ini": ""}), "tests/pytest.ini is new"),
    "config gone": (gone("pyproject.toml"), "pyproject.toml is gone"),
    "conftest": (write({"tests/conftest.py": "import os\n"}), "tests/conftest.py changed"),
    "conftest in a folder": (write({"tests/deep/conftest.py": ""}), "tests/deep/conftest.py is new"),
    "deleted test file": (gone("tests/test_a.py"), "tests/test_a.py is gone, which had tests"),
    "renamed test file": (
        both(gone("tests/test_a.py"), write({"tests/test_z.py": FILES["tests/test_a.py"]})),
        "tests/test_a.py is gone, which had tests",
    ),
    "module that shadows the standard library": (
        write({"json.py": ""}),
        "json.py is new, and may be found where json is imported",
    ),
    "module that shadows what is installed": (
        write({"tests/yaml.py": ""}),
        "tests/yaml.py is new, and may be found where yaml is imported",
    ),
    "package that shadows": (
        write({"yaml/__init__.py": ""}),
        "yaml/__init__.py is new, and may be found where yaml is imported",
    ),
    "extension that shadows": (
        write({"yaml.abi3.so": ""}),
        "yaml.abi3.so is new, and may be found where yaml is imported",
    ),
    "folder that shadows": (
        write({"lib/yaml/x.txt": ""}),
        "the folder lib/yaml is new, and may be found where yaml is imported",
    ),
    "start-up file": (
        write({"sitecustomize.py": ""}),
        "sitecustomize.py is new, and may be found where sitecustomize is imported",
    ),
    "path file": (write({"x.pth": ""}), "x.pth is new, and may be found where x is imported"),
    "second test file of that name": (
        write({"more/test_a.py": ""}),
        "more/test_a.py is new, and another test file has its name",
    ),
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("name", EVERY)
def test_an_edit_that_may_reach_anything_runs_all(name: str, lab: Lab, state: State) -> None:
    edit, expected = EVERY[name]
    choice = edit(lab).choose(state)
    assert choice.all_because == expected
    assert choice.skip == ()
    assert set(choice.run) >= {path for path in ALL if path in lab.files}


def test_another_environment_runs_all(lab: Lab, state: State) -> None:
    choice = lab.choose(state, "another")
    assert choice.all_because == "the command, its environment or what is installed has changed"
    assert choice.run == ALL


def test_a_tree_that_was_not_seen_whole_runs_all(lab: Lab, state: State) -> None:
    tree = msgspec.structs.replace(lab.tree(), id=None)
    assert selection.choose(state, tree, env_key=ENV).all_because == "not all files could be seen"


def test_a_fault_of_the_selection_runs_all(lab: Lab, state: State) -> None:
    broken = msgspec.structs.replace(state, files=None)
    choice = selection.choose(broken, lab.tree(), env_key=ENV)
    assert choice.all_because.startswith("the selection of tests failed (")
    assert choice.skip == ()


def test_a_damaged_shape_counts_as_a_changed_file(lab: Lab, state: State) -> None:
    broken = msgspec.structs.replace(state, shapes={**state.shapes, "src/p/a.py": b"\xff"})
    body("src/p/a.py", "return 2", "return 3")(lab)
    assert lab.choose(broken).run == ("tests/test_a.py", "tests/test_b.py")


def test_a_file_mode_is_content(lab: Lab, state: State) -> None:
    tree = lab.tree()
    tree = msgspec.structs.replace(tree, modes={**tree.modes, "tests/data/x.json": "100755"})
    choice = selection.choose(state, tree, env_key=ENV)
    assert choice.run == ("tests/test_data.py", "tests/test_other.py")


def test_what_all_share_runs_all(lab: Lab) -> None:
    state = learned(
        lab, shared=recorded(modules=("tests/conftest.py", "src/p/a.py"), executed={"src/p/a.py": ("one",)})
    )
    body("src/p/a.py", "return 1", "return 3")(lab)
    choice = lab.choose(state)
    assert choice.all_because == "all tests share it: src/p/a.py: body of one changed"
    assert choice.first == ("tests/test_a.py", "tests/test_b.py")


def test_what_all_share_but_did_not_execute_runs_some(lab: Lab) -> None:
    state = learned(
        lab, shared=recorded(modules=("tests/conftest.py", "src/p/a.py"), executed={"src/p/a.py": ("one",)})
    )
    body("src/p/a.py", "return 2", "return 3")(lab)
    assert lab.choose(state).run == ("tests/test_b.py",)


def test_untrusted_sharing_runs_all(lab: Lab) -> None:
    state = learned(lab, shared=recorded(untrusted=("opens a socket",)))
    assert lab.choose(state).all_because == "all tests share it: opens a socket"


def test_without_a_record_of_functions_the_file_counts(lab: Lab) -> None:
    state = learned(lab, {"tests/test_a.py": ran("tests/test_a.py", "src/p/a.py", executed=None)})
    body("src/p/a.py", "return 2", "return 3")(lab)
    choice = lab.choose(state)
    assert choice.why["tests/test_a.py"] == "src/p/a.py changed, and it is not known which functions ran"


def test_functions_that_the_file_does_not_have_make_the_file_count(lab: Lab) -> None:
    odd = ran("tests/test_a.py", "src/p/a.py", executed={"src/p/a.py": ("three",)})
    state = learned(lab, {"tests/test_a.py": odd})
    body("src/p/a.py", "return 2", "return 3")(lab)
    assert (
        lab.choose(state).why["tests/test_a.py"]
        == "src/p/a.py changed, and three ran, which is not found in it"
    )


def test_lambdas_belong_to_the_function_around_them(lab: Lab) -> None:
    inner = ran(
        "tests/test_a.py", "src/p/a.py", executed={"src/p/a.py": ("two.<locals>.<lambda>", "<module>")}
    )
    state = learned(lab, {"tests/test_a.py": inner})
    body("src/p/a.py", "return 2", "return 3")(lab)
    assert lab.choose(state).why["tests/test_a.py"] == "src/p/a.py: body of two changed"


def test_two_test_files_that_import_each_other(lab: Lab) -> None:
    pair = {
        "tests/test_a.py": ran("tests/test_a.py", "tests/test_b.py"),
        "tests/test_b.py": ran("tests/test_b.py", "tests/test_a.py"),
    }
    state = learned(lab, pair)
    lab.write({"tests/test_a.py": "x = 1\n"})
    assert lab.choose(state).run == ("tests/test_a.py", "tests/test_b.py")


def test_what_was_executed_counts_without_an_import(lab: Lab) -> None:
    state = learned(lab, {"tests/test_a.py": ran("tests/test_a.py", executed={"src/p/a.py": ("two",)})})
    body("src/p/a.py", "return 2", "return 3")(lab)
    assert lab.choose(state).why["tests/test_a.py"] == "src/p/a.py: body of two changed"


def test_what_a_shared_test_file_remembers_counts(lab: Lab) -> None:
    lab.write(
        {"tests/test_b.py": "from functools import cache\n\n\n@cache\ndef kept():\n    return a.two()\n"}
    )
    importing = ran("tests/test_a.py", "tests/test_b.py", "src/p/a.py", executed={})
    keeping = ran("tests/test_b.py", executed={"tests/test_b.py": ("kept",), "src/p/a.py": ("two",)})
    state = learned(lab, {"tests/test_a.py": importing, "tests/test_b.py": keeping})
    body("src/p/a.py", "return 2", "return 3")(lab)
    choice = lab.choose(state)
    assert choice.why["tests/test_a.py"] == "src/p/a.py: body of two changed, whose results may be remembered"


UNMET = {
    "tests/test_cached.py": ran(
        "tests/test_cached.py", "src/p/cached.py", executed={"src/p/cached.py": ("load",)}
    ),
    "tests/test_other.py": ran(
        "tests/test_other.py", "src/p/cached.py", executed={"src/p/cached.py": ("make",)}
    ),
}


def test_what_never_ran_beside_a_cache_is_not_in_it(lab: Lab) -> None:
    state = learned(lab, UNMET)
    body("src/p/cached.py", "return 1", "return 3")(lab)
    choice = lab.choose(state)
    assert choice.why == {"tests/test_other.py": "src/p/cached.py: body of make changed"}
    assert choice.unmet


@pytest.mark.parametrize(
    ("ran_now", "doubt"),
    [
        (UNMET["tests/test_other.py"], ""),
        (
            ran("tests/test_other.py", "src/p/cached.py", executed={"src/p/cached.py": ("load", "make")}),
            "tests/test_other.py ran load of src/p/cached.py anew",
        ),
        (
            ran("tests/test_other.py", "src/p/cached.py", executed=None),
            "tests/test_other.py ran load of src/p/cached.py anew",
        ),
    ],
)
def test_an_edit_that_brings_a_cache_into_play_is_told(lab: Lab, ran_now: Recorded, doubt: str) -> None:
    state = learned(lab, UNMET)
    body("src/p/cached.py", "return 1", "return 3")(lab)
    found = record({"tests/test_other.py": ran_now}, SHARED)
    choice = lab.choose(state)
    assert selection.reminded(found, choice, state, lab.tree()) == doubt
    met = msgspec.structs.replace(choice, unmet=False)
    assert selection.reminded(found, met, state, lab.tree()) == ""


def test_what_all_share_may_bring_a_cache_into_play(lab: Lab) -> None:
    state = learned(lab, UNMET)
    body("src/p/cached.py", "return 1", "return 3")(lab)
    shared = msgspec.structs.replace(SHARED, executed={"src/p/cached.py": ("load",)})
    found = record({"tests/test_other.py": UNMET["tests/test_other.py"]}, shared)
    choice = lab.choose(state)
    assert selection.reminded(found, choice, state, lab.tree()) == "pytest ran load of src/p/cached.py anew"


def test_what_was_in_a_cache_once_stays_in_doubt(lab: Lab, state: State) -> None:
    """The test file does not fill it any more; whoever finds it filled is not seen to enter anything."""
    lab.write({"tests/test_cached.py": "# other\n"})
    choice = lab.choose(state)
    assert choice.run == ("tests/test_cached.py",)
    path = "tests/test_cached.py"
    state = lab.learn(record({path: ran(path, "src/p/cached.py", executed={})}, SHARED), state, choice)
    body("src/p/cached.py", "return 1", "return 3")(lab)
    assert lab.choose(state).run == ("tests/test_cached.py", "tests/test_other.py")


def test_a_cache_that_was_filled_for_all_meets_everything(lab: Lab) -> None:
    shared = msgspec.structs.replace(SHARED, executed={"src/p/cached.py": ("load",)})
    state = learned(lab, UNMET, shared)
    body("src/p/cached.py", "return 1", "return 3")(lab)
    assert lab.choose(state).all_because == (
        "all tests share it: src/p/cached.py: body of make changed, whose results may be remembered"
    )


def test_of_a_module_that_is_not_measured_all_that_remembers_may_have_run(lab: Lab) -> None:
    lab.write({"tests/help.py": "from functools import cache\n\n\n@cache\ndef kept():\n    return make()\n"})
    both = ran(
        "tests/test_other.py", "tests/help.py", "src/p/cached.py", executed={"src/p/cached.py": ("make",)}
    )
    state = learned(lab, {**UNMET, "tests/test_other.py": both})
    body("src/p/cached.py", "return 1", "return 3")(lab)
    assert lab.choose(state).run == ("tests/test_cached.py", "tests/test_other.py")


def test_where_it_is_not_known_what_ran_all_may_have_met(lab: Lab) -> None:
    blind = ran("tests/test_b.py", executed=None)
    state = learned(lab, {**UNMET, "tests/test_b.py": blind})
    body("src/p/cached.py", "return 1", "return 3")(lab)
    assert lab.choose(state).run == ("tests/test_cached.py", "tests/test_other.py")


def test_a_function_that_remembers_from_now_on_spreads(lab: Lab, state: State) -> None:
    body("src/p/a.py", "return 2", "global LIMIT\n    LIMIT = 2\n    return 2")(lab)
    choice = lab.choose(state)
    assert choice.why["tests/test_a.py"] == "src/p/a.py: body of two changed, whose results may be remembered"


def test_a_new_init_takes_the_place_of_a_namespace(lab: Lab, state: State) -> None:
    lab.write({"src/ns/__init__.py": ""})
    why = lab.choose(state).why
    assert why == {
        "src/ns/__init__.py": "is new, and may hold tests",
        "tests/test_cached.py": "a new module may stand in the place of src/ns/part.py",
    }


def test_data_that_a_cache_may_hold_counts_for_all_who_share_the_cache(lab: Lab) -> None:
    reader = ran("tests/test_cached.py", "src/p/cached.py", executed={"src/p/cached.py": ("load",)})
    state = learned(lab, {"tests/test_cached.py": msgspec.structs.replace(reader, data=("README.md",))})
    lab.write({"README.md": "new"})
    assert lab.choose(state).why == {
        "tests/test_cached.py": "README.md changed",
        "tests/test_other.py": "src/p/cached.py may remember that README.md changed",
    }


def test_data_that_a_reader_of_unknown_functions_read_counts_for_all_who_share_a_cache(lab: Lab) -> None:
    reader = ran("tests/test_cached.py", "src/p/cached.py", executed=None, data=("README.md",))
    state = learned(lab, {"tests/test_cached.py": reader})
    lab.write({"README.md": "new"})
    assert lab.choose(state).run == ("tests/test_cached.py", "tests/test_other.py")


def test_generated_modules_outside_of_the_tree_count(lab: Lab) -> None:
    (lab.root / "src/p/_version.py").write_text("v = 1\n", encoding="utf-8")
    state = learned(lab, {"tests/test_a.py": ran("tests/test_a.py", "src/p/_version.py")})
    assert lab.choose(state).run == ()
    (lab.root / "src/p/_version.py").write_text("v = 2\n", encoding="utf-8")
    assert lab.choose(state).why == {"tests/test_a.py": "src/p/_version.py changed"}


def test_an_ignored_file_that_appears_where_somebody_looked_counts(lab: Lab, state: State) -> None:
    (lab.root / "tests/data/no.json").write_text("", encoding="utf-8")
    assert lab.choose(state).run == ("tests/test_data.py",)


def test_coverage_of_skipped_files_is_carried_over(lab: Lab, state: State) -> None:
    both(
        body("src/p/a.py", "def one", "# first\ndef one"),
        body("src/p/b.py", "from p import a\n", "from p import a\nimport os\n"),
        write({"src/p/cached.py": FILES["src/p/cached.py"]}),
    )(lab)
    choice = lab.choose(state)
    assert choice.run == ("tests/test_b.py",)
    assert choice.maps == {"src/p/a.py": {1: 1, 4: 5, 5: 6, 8: 9, 9: 10}}
    assert choice.drop == ("src/p/b.py",)
    assert choice.kept == (
        "file:tests/test_a.py", "file:tests/test_cached.py", "file:tests/test_data.py",
        "file:tests/test_other.py", "import:src/ns/part.py", "import:src/p/__init__.py",
        "import:src/p/a.py", "import:src/p/cached.py", "import:tests/help.py", "import:tests/test_a.py",
        "import:tests/test_cached.py", "import:tests/test_data.py", "import:tests/test_other.py", "shared",
    )  # fmt: skip  # read in rows


def test_files_that_only_look_like_tests_do_not_run(lab: Lab) -> None:
    lab.write({"examples/test_me.py": ""})
    state = learned(lab)
    assert lab.choose(state).run == ()
    lab.write({"examples/test_me.py": "import os\n"})
    assert lab.choose(state).why == {"examples/test_me.py": "no record yet"}


def test_a_test_file_that_was_imported_and_has_no_record_runs(lab: Lab) -> None:
    lab.write({"tests/test_empty.py": ""})
    state = learned(lab, shared=recorded(modules=("tests/test_empty.py",)))
    assert lab.choose(state).why == {"tests/test_empty.py": "no record yet"}


def test_a_failure_is_repeated(lab: Lab) -> None:
    made = record(RECORDS, SHARED, EARLY)
    cases = passed(made)
    key = ("tests.test_a", "test")
    cases[key] = msgspec.structs.replace(cases[key], status="failed")
    assert lab.choose(lab.learn(made, cases=cases)).why == {"tests/test_a.py": "failed last time"}
