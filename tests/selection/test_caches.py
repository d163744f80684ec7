"""Who leaves no more behind than a filled cache runs when an edit can have broken it, not always."""

from pathlib import Path

import pytest

from eee_ci.selection import Choice, Recorded, State, caches
from eee_ci.selection.leftovers import LEFT
from tests.selection.lab import Lab, ran, record

CACHE = """\
_kept = None


def kept():
    global _kept
    if _kept is None:
        _kept = 3
    return _kept


def other():
    return 2
"""
FILES = {
    "src/p/a.py": CACHE,
    "src/p/b.py": "def two():\n    return 2\n",
    "tests/test_a.py": "",
    "tests/test_b.py": "",
    "tests/test_c.py": "",
    "tests/test_d.py": "",
}
LINE = f"{LEFT}p.a._kept (0123abcd)"
CONTENT = f"{LEFT}p.a._kept[...] (0123abcd)"
RAN = {"src/p/a.py": ("kept",)}


def of(name: str, *untrusted: str) -> Recorded:
    return ran(f"tests/test_{name}.py", "src/p/a.py", executed=RAN, untrusted=untrusted)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path, FILES)


def learned(lab: Lab, *untrusted: str) -> State:
    """A fills it, B uses it, C has nothing to do with it, D uses another module."""
    c = ran("tests/test_c.py", "src/p/a.py", executed={"src/p/a.py": ("other",)})
    d = ran("tests/test_d.py", "src/p/b.py", executed={"src/p/b.py": ("two",)})
    files = {"tests/test_a.py": of("a", *untrusted), "tests/test_b.py": of("b")}
    state = lab.learn(record({**files, "tests/test_c.py": c, "tests/test_d.py": d}))
    assert state.doubt == ""
    return state


def edited(lab: Lab, state: State, **files: str) -> Choice:
    lab.write({name.replace("__", "/") + ".py": text for name, text in files.items()})
    choice = lab.choose(state)
    assert choice.all_because == ""
    return choice


@pytest.mark.parametrize("lines", [(LINE,), (LINE, CONTENT)])
def test_it_is_no_reason_to_run(lines: tuple[str, ...], lab: Lab) -> None:
    state = learned(lab, *lines)
    known = state.known["tests/test_a.py"]
    assert (known.doubts, known.fills) == ((), lines)
    choice = edited(lab, state, src__p__b="def two():\n    return 1 + 1\n")
    assert (choice.run, choice.caches) == (("tests/test_d.py",), ("src/p/a.py",))


@pytest.mark.parametrize(
    "lines",
    [
        (f"{LEFT}p.a._kept",),  # nobody can tell with what it is filled
        (CONTENT,),  # what is in it was changed by another one
        (f"{LEFT}p.a.missing (0123abcd)",),
        (f"{LEFT}p.other._kept (0123abcd)",),
        (f"{LEFT}a (0123abcd)",),
        (LINE, f"{LEFT}sys.path (0123abcd)"),
        (LINE, "opens a socket"),
    ],
)
def test_anything_else_is(lines: tuple[str, ...], lab: Lab) -> None:
    state = learned(lab, *lines)
    choice = edited(lab, state, src__p__b="def two():\n    return 1 + 1\n")
    assert choice.run == ("tests/test_a.py", "tests/test_d.py")
    assert choice.why["tests/test_a.py"] == state.known["tests/test_a.py"].doubts[0] != LINE
    assert choice.fixed == (("tests/test_a.py",) if lines[-1].startswith(LEFT) else ())


@pytest.mark.parametrize("name", ["src/p/b.py", "tests/test_b.py", "tests/test_c.py"])
def test_nor_may_anybody_else_say_its_name(name: str, lab: Lab) -> None:
    lab.write({name: "def two():\n    return 2\n\n\nNAME = 'p.a._kept'\n"})
    assert learned(lab, LINE).known["tests/test_a.py"].doubts == (LINE,)


def test_what_cannot_be_read_may_say_it(lab: Lab) -> None:
    (lab.root / "src/p/b.py").write_text("# another one than the tree has\n", encoding="utf-8")
    assert learned(lab, LINE).known["tests/test_a.py"].doubts == (LINE,)


def test_who_newly_fills_it_is_asked_of_all(lab: Lab) -> None:
    lab.write({"src/p/b.py": "def two():\n    return a._kept\n"})
    state = learned(lab)
    choice = edited(lab, state, tests__test_a="# another one\n")
    assert choice.run == ("tests/test_a.py",)
    state = lab.learn(record({"tests/test_a.py": of("a", LINE)}), state, choice)
    assert state.known["tests/test_a.py"].doubts == (LINE,)


def test_a_module_that_may_be_one_of_two_is_none(lab: Lab) -> None:
    lab.write({"lib/p/a.py": CACHE.replace("_kept", "_else")})
    files = {"tests/test_a.py": of("a", LINE), "tests/test_b.py": ran("tests/test_b.py", "lib/p/a.py")}
    assert lab.learn(record(files)).known["tests/test_a.py"].doubts == (LINE,)


def test_edits_of_who_may_use_it_run_who_fills_it(lab: Lab) -> None:
    state = learned(lab, LINE)
    choice = edited(lab, state, tests__test_d="from p import a\n\nassert a._kept is None\n")
    assert choice.run == ("tests/test_a.py", "tests/test_d.py")
    reason = "tests/test_d.py changed, and may use _kept, which it fills"
    assert choice.why["tests/test_a.py"] == reason
    choice = edited(lab, state, tests__test_d=CACHE)  # of its own, or so it seems
    assert choice.run == ("tests/test_a.py", "tests/test_d.py")
    lab.write({"tests/test_d.py": ""})
    new = edited(lab, state, tests__test_e="_kept = 3\n")
    assert new.why["tests/test_a.py"] == "tests/test_e.py is new, and may use _kept, which it fills"


@pytest.mark.parametrize(
    ("old", "new", "run"),
    [
        ("return 2", "return 1 + 1", {"tests/test_c.py"}),
        ("return 2", "return _kept", {"tests/test_a.py", "tests/test_c.py"}),
        ("_kept = 3\n", "_kept = 2 + 1\n", {"tests/test_a.py", "tests/test_b.py", "tests/test_c.py"}),
    ],
)
def test_edits_of_its_module_count_where_it_is_none_any_more(
    old: str, new: str, run: set[str], lab: Lab
) -> None:
    state = learned(lab, LINE)
    assert set(edited(lab, state, src__p__a=CACHE.replace(old, new)).run) == run


def test_without_its_module_who_fills_it_runs(lab: Lab) -> None:
    state = learned(lab, LINE)
    lab.remove("src/p/a.py")
    assert "tests/test_a.py" in lab.choose(state).run


def test_what_is_no_cache_any_more_is_a_doubt_from_then_on(lab: Lab) -> None:
    state = learned(lab, LINE)
    choice = edited(lab, state, tests__test_d="from p import a\n\nassert a._kept is None\n")
    files = {"tests/test_a.py": of("a", LINE), "tests/test_d.py": ran("tests/test_d.py", "src/p/b.py")}
    state = lab.learn(record(files), state, choice)
    assert state.known["tests/test_a.py"].doubts == (LINE,)
    lab.write({"tests/test_d.py": ""})
    choice = lab.choose(state)
    assert set(choice.run) == {"tests/test_a.py", "tests/test_d.py"}
    files["tests/test_a.py"] = of("a", LINE)
    assert lab.learn(record(files), state, choice).known["tests/test_a.py"].fills == (LINE,)


def test_a_module_that_nobody_had_imported_counts_from_then_on(lab: Lab) -> None:
    lab.write({"src/p/late.py": "from p import a\n\nassert a._kept is None\n"})
    state = learned(lab, LINE)
    assert state.known["tests/test_a.py"].fills == (LINE,)
    choice = edited(lab, state, tests__test_d="import p.late\n")
    state = lab.learn(record({"tests/test_d.py": ran("tests/test_d.py", "src/p/late.py")}), state, choice)
    assert state.known["tests/test_a.py"].doubts == (LINE,)


@pytest.mark.parametrize(
    ("dotted", "place"),
    [
        ("p.a.x", ("src/p/a.py", "x")),
        ("p.a.C.x", ("src/p/a.py", "C.x")),
        ("p.x", ("src/p/__init__.py", "x")),
        ("a.x", None),  # of two
        ("q.x", None),
        ("x", None),
    ],
)
def test_the_place_of_a_name(dotted: str, place: tuple[str, str] | None) -> None:
    assert caches.found(dotted, ["src/p/__init__.py", "src/p/a.py", "tests/a.py"]) == place
