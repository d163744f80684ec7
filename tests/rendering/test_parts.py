"""Reports in several files."""

from eee_ci.rendering import parts


def test_parts_of_an_earlier_run_are_stale() -> None:
    present = [
        "eee-ci.sarif",
        "eee-ci-2.sarif",
        "eee-ci-3.sarif",
        "junit-2.xml",
        "eee-ci-x.sarif",
        "eee-ci-2.txt",
    ]
    assert parts.stale(["eee-ci.sarif", "eee-ci-2.sarif"], present) == ["eee-ci-3.sarif"]
    assert parts.stale([], present) == []


def test_the_first_part_bears_the_name_of_the_file() -> None:
    assert [parts.name("eee-ci.sarif", number) for number in (1, 2, 10)] == [
        "eee-ci.sarif",
        "eee-ci-2.sarif",
        "eee-ci-10.sarif",
    ]
