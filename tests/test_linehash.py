"""Line hashes equal GitHub's own."""

import pytest

from eee_ci import linehash


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        ("gate = True", ["746b5d22a4a768b1:1"]),
        ("gate = True\n", ["dc8af01255d40a1f:1", "c129715d7a2bc9a3:1"]),
        (
            "gate=True\n\tif  gate :\n        run( 1 )\n",
            ["4a3686d3f26a454:1", "286fc13624a3d870:1", "a48e72b48e41414:1", "c129715d7a2bc9a3:1"],
        ),
    ],
)
def test_known_answers(text: str, hashes: list[str]) -> None:
    assert linehash.hashes(text.encode()) == hashes


def test_equal_lines_are_counted() -> None:
    first, second = linehash.hashes(b"a" * 100 + b"\n" + b"a" * 100 + b"\n")[:2]
    assert first.endswith(":1")
    assert second == first.removesuffix(":1") + ":2"


def test_line_ends_do_not_matter() -> None:
    assert linehash.hashes(b"a\r\nb\r\n") == linehash.hashes(b"a\nb\n") == linehash.hashes(b"a\rb\r")
