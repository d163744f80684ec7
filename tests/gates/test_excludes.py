"""What a gate excludes means to each tool what it means to the judge."""

import fnmatch
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import judge
from eee_ci.gates import ruff
from eee_ci.readers import bandit, mypy
from eee_ci.readers import ruff as words
from tests.gates import live, recorded

PARTS = st.sampled_from(["a", "ab", "b", "src", "x.py", "y.py"])
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
NAMED = st.lists(PARTS | st.sampled_from(["*", "a*", "?b", "**", "*.py"]), min_size=1, max_size=3)
PATTERNS = st.builds(
    lambda start, names, end: start + "/".join(names) + end,
    st.sampled_from(["", "./"]),
    NAMED,
    st.sampled_from(["", "/"]),
)


@given(path=PATHS, pattern=PATTERNS)
def test_mypy_excludes_what_the_judge_does(path: str, pattern: str) -> None:
    expression = mypy.exclude(pattern)
    assert expression is not None
    assert bool(re.search(expression, path)) == judge.matches(path, pattern)


@given(path=PATHS, pattern=PATTERNS)
def test_bandit_excludes_what_the_judge_does_and_never_more(path: str, pattern: str) -> None:
    made = list(bandit.patterns([pattern]))
    for shown in (path, f"./{path}"):  # as bandit names a file, for a target and for the root
        excluded = any(fnmatch.fnmatch(shown, one) or one in shown for one in made)
        if pattern.removeprefix("./")[0] in "*?":
            assert excluded <= judge.matches(path, pattern)
        else:
            assert excluded == judge.matches(path, pattern)


def test_patterns_that_mean_something_else_to_a_tool_are_left_to_the_judge() -> None:
    assert mypy.exclude("[ab].py") is None
    assert mypy.exclude("./") is None
    assert list(bandit.patterns(["a,b", "", "[a]b"])) == []
    assert list(words.excludes(recorded.gate("ruff", exclude=["{a}", "a,b", "/", "c\\d"]))) == []


@pytest.mark.live
@pytest.mark.parametrize(
    "pattern", ["gen", "src/gen/", "./src/*.py", "*/gen/*", "src/g?n", "src/gen/a.py", "[s]rc/gen"]
)
def test_ruff_excludes_what_the_judge_does(pattern: str, tmp_path: Path) -> None:
    paths = ["src/a.py", "src/gen/a.py", "src/lib/gen/a.py", "gen/a.py"]
    recorded.lay(tmp_path / "root", dict.fromkeys(paths, "import os\n"))
    found = live.run(ruff, "ruff", tmp_path, paths=["src", "gen"], exclude=[pattern]).reading.findings
    assert sorted(str(one.path) for one in found) == sorted(
        path for path in paths if not judge.matches(path, pattern)
    )
