"""What all formats say alike."""

import pytest
from msgspec.structs import replace

from eee_ci.model import Limit
from eee_ci.rendering import words
from tests.reports import runs


@pytest.mark.parametrize(
    ("value", "said"),
    [(70.0, "70"), (61.2, "61.2"), (61.237, "61.24"), (1234567.0, "1234567"), (69.999, "69.999"), (0.0, "0"),
     (None, "unknown")],
)  # fmt: skip  # read in rows
def test_a_number_is_short_but_never_reads_as_the_limit_that_it_misses(
    value: float | None, said: str
) -> None:
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.414, "0.41 s"), (9.99, "9.99 s"), (12.34, "12.3 s"), (59.96, "1 min 0 s"), (125.2, "2 min 5 s"),
     (None, "-"), (-1.0, "-")],
)  # fmt: skip  # read in rows
def test_time_is_told_as_people_do(value: float | None, said: str) -> None:
    assert words.seconds(value) == said


@pytest.mark.parametrize(
    ("limit", "said", "held"),
    [(Limit(min=70), "at least 70", False), (Limit(max=10.5), "at most 10.5", False), (Limit(), "any", True),
     (Limit(min=20, max=50), "20 to 50", True), (Limit(min=50), "at least 50", True)],
)  # fmt: skip  # read in rows
def test_a_limit_is_told_and_holds_its_ends(limit: Limit, said: str, held: bool) -> None:
    assert words.wanted(limit) == said
    assert words.is_held(50.0, limit) is held
    assert words.is_held(None, limit) is False


def test_a_place_is_as_long_as_it_is_known() -> None:
    places = [
        words.place("a.py", 3, 7),
        words.place("a.py", 3),
        words.place("a.py", None, 7),
        words.place(None, 3),
    ]
    assert places == ["a.py:3:7", "a.py:3", "a.py", ""]


@pytest.mark.parametrize(
    ("path", "inside"),
    [("a/./b.py", "a/b.py"), ("./a", "a"), ("..a/b", "..a/b"), ("a/../..", None), ("/a", None), (".", None),
     ("a\x00b", None), ("", None), (None, None)],
)  # fmt: skip  # read in rows
def test_only_a_path_below_the_root_is_inside(path: str | None, inside: str | None) -> None:
    assert words.inside(path) == inside


@pytest.mark.parametrize(
    ("config", "file"),
    [("eee-ci.yaml", "eee-ci.yaml"), (".github/eee-ci.yml", ".github/eee-ci.yml"), ("../x.yaml", None),
     ("/etc/x.yaml", None), ("the preset python, there being no eee-ci.yaml", None)],
)  # fmt: skip  # read in rows
def test_the_config_is_a_file_only_where_the_run_names_one(config: str, file: str | None) -> None:
    assert words.config_file(replace(runs.SAMPLE, config=config)) == file
