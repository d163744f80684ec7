"""Scopes meet when one path can be in both; doubt means that they do."""

import fnmatch
import itertools
import random

import pytest

from eee_ci import judge
from eee_ci.agents import scopes


def meet(one: str, other: str) -> bool:
    found = scopes.meet([one], [other])
    assert scopes.meet([other], [one]) is found
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.py", "a.py"),
        ("a.py", "./a.py"),
        ("src", "src/a.py"),
        ("src/", "src/x/a.py"),
        ("src/**", "src/a.py"),
        ("src/**", "src"),
        ("**", "x"),
        ("**/a.py", "x/y/a.py"),
        ("**/a.py", "a.py"),
        ("src/*.py", "src/a*"),
        ("*.py", "a.*"),
        ("a/**/z", "a/b/**"),
        ("src/*/x", "src/[abc]/x"),
        ("A.py", "a.PY"),
        ("straße", "STRASSE"),
        ("e\u0301.py", "\u00e9.py"),
        ("a?c", "abc"),
        ("{a,b}.py", "zzz"),
        ("../x", "zzz"),
        ("a\\*b", "a*b"),
        ("[!a]", "b"),
        ("[", "["),
        ("*.py", "src/a.py"),
        ("src/*.py", "src/x/a.py"),
        ("**/b/**/d", "b/d"),
        ("**/a/" * 9 + "x", "zzz"),
        ("src/*", "src/x/y"),
        ("src/*.py", "src/a.md"),
        ("**/*.py", "**/*.md"),
        ("x" * 600, "y" * 600 + "*"),
    ],
)
def test_these_meet(one: str, other: str) -> None:
    assert meet(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.py", "b.py"),
        ("src/a.py", "src/ab.py"),
        ("src", "src2/a.py"),
        ("src/**", "lib/**"),
        ("src/*.py", "lib/*.py"),
        ("src/*.py", "sr"),
        ("a?c", "abbc"),
        ("x/[a]", "x/b"),
        ("src/**/a*", "lib/src/b"),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not meet(one, other)


def test_no_scope_is_everything() -> None:
    assert scopes.meet((), ("a",))
    assert scopes.meet(("a",), ())


def test_one_pair_among_many_is_enough() -> None:
    many = [f"f{number}.py" for number in range(500)]
    assert scopes.meet([*many, "src/*.py"], ["x.md", "src/a.py"])
    assert scopes.meet(["src/*.py", "z"], ["src/a*", "y"])
    assert not scopes.meet([*many, "src/*.py"], ["x.md", "lib/a.py"])


@pytest.mark.parametrize("path", ["a[1].py", "[id]/page.tsx", "what?.md", "{{name}}.py", "a\\b", "*", "x]y"])
def test_an_exact_scope_means_its_path_alone(path: str) -> None:
    glob = scopes.exact(path)
    assert meet(glob, glob)
    assert not meet(glob, "other.txt")
    assert fnmatch.fnmatchcase(path, glob)
    assert not fnmatch.fnmatchcase(path.replace(path[0], "q", 1), glob)


def test_globs_that_name_one_path_by_the_rule_for_scopes_always_meet() -> None:
    chance = random.Random(11)
    signs = ["a", "b", "*", "?", "[ab]", "ab", "/", "/", "**/"]
    paths = ["".join(letters) for size in (1, 2, 3, 4) for letters in itertools.product("ab/", repeat=size)]
    paths = [path for path in paths if not path.startswith("/") and "//" not in path and path[-1] != "/"]
    met = 0
    for _ in range(2000):
        one, other = ("".join(chance.choices(signs, k=chance.randint(1, 4))) for _ in range(2))
        shared = any(judge.matches(path, one) and judge.matches(path, other) for path in paths)
        met += shared
        assert not shared or meet(one, other), (one, other)
    assert met > 100
