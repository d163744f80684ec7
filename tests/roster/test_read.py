"""What an agent file says is heeded as it is written, and doubt never allows more."""

from typing import Any

import msgspec
import pytest

from eee_ci import roster
from eee_ci.agent import Agent
from eee_ci.model import Finding
from tests.roster.keys import PATH, agent, read, said

FULL = """\
---
name: fixer
description: >-
  Fixes what
  is broken.
tools: [Read, "Bash(git log:*)", Agent(a,b), mcp__docs__find]
disallowedTools: Write, Bash(rm:*)
model: claude-opus-4-1
permissionMode: acceptEdits
maxTurns: 20
effort: high
backend: local
fixers: [lint, format]
color: red
skills: [x]
---

# Fix

---
It goes on.
"""
LENIENT = """\
---
name: 'fixer'
description: Use this when: it breaks.
  user: "help"
name: in a text
Context: more
tools:
  - Read
  - "Edit"
disallowedTools: [Bash, 'Write']
model: haiku
x-team: core
effort: |
  low
initialPrompt: >
  go
  on
---
Fix it.
"""


def test_all_that_is_heeded_is_read() -> None:
    found = roster.read({PATH: FULL.encode()})
    assert found.agents == (
        Agent(
            name="fixer",
            description="Fixes what is broken.",
            prompt="# Fix\n\n---\nIt goes on.",
            path=PATH,
            backend="local",
            tools=("Read", "Bash(git log:*)", "Agent(a,b)", "mcp__docs__find"),
            denied=("Write", "Bash(rm:*)"),
            model="claude-opus-4-1",
            max_turns=20,
            effort="high",
            permission_mode="acceptEdits",
            extra={"color": "red", "skills": ["x"], "fixers": ["lint", "format"]},
        ),
    )
    assert said(found) == [("unheeded-key", 15)]


def test_what_is_no_yaml_is_read_line_by_line() -> None:
    found = roster.read({PATH: LENIENT.encode()})
    assert found.agents == (
        Agent(
            name="fixer",
            description='Use this when: it breaks.\nuser: "help"\nname: in a text\nContext: more',
            prompt="Fix it.",
            path=PATH,
            tools=("Read", "Edit"),
            denied=("Bash", "Write"),
            model="haiku",
            effort="low",
            extra={"x-team": "core", "initialPrompt": "go on"},
        ),
    )
    assert said(found) == [("lenient-yaml", 3), ("unknown-key", 12), ("unheeded-key", 15)]


@pytest.mark.parametrize(
    ("written", "description"),
    [
        ("'it''s: so'x", "'it''s: so'x"),
        ('"a: \\q\\n\\"b\\""', 'a: \\q\n"b"'),
        ("a: b: 'c'", "a: b: 'c'"),
        ("| # c: d: e\n  x: y\n  z\nmodel: a: b", "x: y\nz"),
    ],
)
def test_quotes_and_blocks_are_understood_where_yaml_fails(written: str, description: str) -> None:
    found = roster.read({PATH: f"---\nname: fixer\ndescription: {written}\nhooks: a: b\n---\nx".encode()})
    assert [one.description for one in found.agents] == [description]


def test_a_key_that_is_written_twice_counts_once_also_line_by_line() -> None:
    found = read("model: opus", "hooks: a: b", "model: haiku")
    assert [one.model for one in found.agents] == ["opus"]
    assert said(found) == [("ignored-key", 5), ("lenient-yaml", 5), ("duplicate-key", 6)]


def test_a_finding_tells_tool_place_and_way_out() -> None:
    (finding,) = read("modle: opus").findings
    assert finding == Finding(
        tool="agents",
        rule="near-key",
        message="'modle': no key of agents (did you mean 'model'?)",
        severity="low",
        path=PATH,
        line=4,
        column=1,
        fix="Correct the key.",
        fingerprint=finding.fingerprint,
    )
    assert len(finding.fingerprint) == 32


def test_a_fingerprint_stays_when_the_file_moves_on() -> None:
    (before,), (after,) = read("modle: opus").findings, read("model: opus", "modle: opus").findings
    assert (before.line, after.line, before.fingerprint) == (4, 5, after.fingerprint)


def test_of_two_files_with_one_name_the_first_by_path_counts() -> None:
    data = b"---\nname: fixer\ndescription: %s\n---\nx"
    found = roster.read({"b/fixer.md": data % b"second", "a/fixer.md": data % b"first"})
    assert [one.description for one in found.agents] == ["first"]
    assert [(one.rule, one.path, one.severity) for one in found.findings] == [
        ("duplicate-name", "b/fixer.md", "high")
    ]


@pytest.mark.parametrize(
    "key",
    [
        "permissionMode: bypassPermissions",
        "permissionMode: ' bypassPermissions '",
        "permissionMode: [bypassPermissions]",
        "hooks: a: b\npermissionMode: bypassPermissions",
    ],
)
def test_permissions_are_never_bypassed(key: str) -> None:
    assert agent(key).permission_mode is None


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("model: inherit", "model", None),
        ("model: Claude Sonnet 4.5", "model", None),
        ("model: 4.5", "model", "4.5"),
        ("maxTurns: '7'", "max_turns", 7),
        ("maxTurns: 7.5", "max_turns", None),
        ("maxTurns: -1", "max_turns", None),
        ("maxTurns: 999999999999", "max_turns", None),
        ("maxTurns: true", "max_turns", None),
        ("effort: max", "effort", "max"),
        ("effort: 3", "effort", None),
        ("effort:", "effort", None),
        ("backend: Local Shell", "backend", None),
        ("fixers: lint", "extra", {"fixers": ["lint"]}),
        ("fixers: []", "extra", {}),
        ("fixers: [1]", "extra", {}),
        ("meta: {a: [1, *x], b: '\\n'}", "extra", {"meta": {"a": [1, None], "b": "\\n"}}),
    ],
)
def test_a_value_is_heeded_or_left_out(key: str, field: str, value: Any) -> None:
    assert getattr(agent(key), field) == value


@pytest.mark.parametrize("name", ["Code Reviewer", "code   reviewer", "CODE-REVIEWER"])
def test_a_name_in_other_spelling_is_read_as_it_should_be(name: str) -> None:
    found = read(name=name)
    assert [one.name for one in found.agents] == ["code-reviewer"]
    assert said(found) == [("name-of-file", 2), ("name-spelling", 2)]


@pytest.mark.parametrize("name", ["a:b", "-a", "a/b", "..", "a.b", "überprüfer", "x" * 65, '"a\\nb!"'])
def test_a_name_that_cannot_be_one_is_no_agent(name: str) -> None:
    found = read(name=name)
    assert (found.agents, said(found)) == ((), [("bad-name", 2)])


def test_a_number_as_a_name_is_read_as_it_is_written() -> None:
    found = read(name="007")
    assert [one.name for one in found.agents] == ["007"]


def test_a_boolean_as_a_name_is_read_as_it_is_written_and_said() -> None:
    found = read(name="true")
    assert ([one.name for one in found.agents], said(found)[0]) == (["true"], ("bad-type", 2))


def test_keys_keep_their_line_below_blank_lines_and_indented() -> None:
    data = b"\n\n  ---\n  name: fixer\n  description: d\n  effort: x\n  ---\nbody"
    assert said(roster.read({PATH: data})) == [
        ("blank-first", 3),
        ("indented-frontmatter", 3),
        ("bad-value", 6),
    ]


def test_an_indented_line_of_dashes_within_a_value_ends_no_keys() -> None:
    data = b"---\nname: fixer\ndescription: |\n  a\n  ---\n  b\n---\nbody"
    found = roster.read({PATH: data})
    assert ([one.description for one in found.agents], found.findings) == (["a\n---\nb"], ())


def test_of_very_many_findings_none_of_a_kind_is_left_out_and_the_rest_is_counted() -> None:
    found = read(*(f"k{number}: v" for number in range(100)), "effort: x")
    rules = [finding.rule for finding in found.findings]
    assert len(rules) == 51
    assert {"bad-value", "unknown-key", "more-findings"} == set(rules)
    assert found.findings[-1].message == "51 findings more"


def test_a_bomb_costs_its_own_length_only() -> None:
    levels = [f"l{n}: &l{n} [{','.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 40)]
    one = agent("l0: &l0 [x]", *levels)
    assert len(msgspec.json.encode(one)) < 5000


def test_words_of_a_file_reach_no_terminal_as_they_are() -> None:
    (finding, *_) = read(name='"\\e[31mred\\a"').findings
    assert finding.message == "name: 'red<U+0007>' cannot be a name; it is skipped"


def test_a_path_that_is_no_utf_8_can_be_reported() -> None:
    found = roster.read({"a\udcff.md": b"", "b\udcff.md": b"---\nname: b\ndescription: d\n---\nx"})
    assert [finding.path for finding in found.findings] == ["a\\xff.md", "b\\xff.md"]
    assert msgspec.json.decode(msgspec.json.encode(found), type=roster.Roster) == found
