"""Tools that an agent may or must not use: doubt never allows more."""

import pytest

from tests.roster.keys import agent, read, said


@pytest.mark.parametrize(
    ("written", "tools"),
    [
        ("Read, Edit", ("Read", "Edit")),
        ("Read Edit", ("Read", "Edit")),
        ("[Read, Edit, Read]", ("Read", "Edit")),
        ("[Agent(a,b), Bash(x:*)]", ("Agent(a,b)", "Bash(x:*)")),
        ('"*"', None),
        ("inherit, *", ("inherit",)),
        ("''", ()),
        ("[]", ()),
        ("", ()),
        ("Read, Bash(", ("Read",)),
        ("Read, rm -rf /", ("Read",)),
        ("[1, 2]", ()),
        ("{a: b}", ()),
        ("true", ()),
    ],
)
def test_tools_are_what_can_be_read_of_them_and_no_more(written: str, tools: tuple[str, ...] | None) -> None:
    assert agent(f"tools: {written}").tools == tools


def test_without_the_key_all_tools_are_meant() -> None:
    assert (agent().tools, agent().denied) == (None, ())


@pytest.mark.parametrize("written", ["Bash(", "{Bash: true}", "[1]", "Bash; Write"])
def test_who_cannot_be_denied_what_was_meant_is_skipped(written: str) -> None:
    found = read(f"disallowedTools: {written}")
    assert (found.agents, said(found)) == ((), [("bad-denial", 4)])


def test_a_denial_that_is_empty_denies_nothing() -> None:
    assert agent("disallowedTools:").denied == ()
