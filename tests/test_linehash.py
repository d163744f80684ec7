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
    assert list(linehash.hashes(text.encode())) == hashes


def test_equal_lines_are_counted() -> None:
    first, second = linehash.hashes(b"a" * 100 + b"\n" + b"a" * 100 + b"\n")[:2]
    assert first.endswith(":1")
    assert second == first.removesuffix(":1") + ":2"


def test_line_ends_do_not_matter() -> None:
    kinds = (b"a\r\nb\r\n", b"a\nb\n", b"a\rb\r")
    assert len({tuple(linehash.hashes(kind)) for kind in kinds}) == 1


def test_blanks_within_a_line_end_and_units_beyond_the_first_plane_count_as_github_counts() -> None:
    assert list(linehash.hashes("\r \n😀x\n".encode())) == [
        "ae81fe09313583aa:1",
        "40a9914e1d9b7528:1",
        "6061da4448575c5e:1",
        "c129715d7a2bc9a3:1",
    ]
