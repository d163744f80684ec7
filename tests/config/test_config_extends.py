"""`extends`: files made one, each value with its origin."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eee_ci import config
from eee_ci.config.extend import merge
from eee_ci.config.nodes import Node, Place
from eee_ci.config.walk import plain
from eee_ci.errors import ConfigError
from eee_ci.model import Limit
from tests.config import config_room as room

ON_LINT = "version: 1\nextends: ./base.yaml\n"
BASE = """\
version: 1
jobs: 2
env: {pass: [A], set: {B: x}}
gates:
  lint: {tool: ruff, args: [-a, -b], retries: 3, limits: {coverage: 70, lines: 5}, severity: {E1: low}}
  other: {tool: command, needs: [lint]}
"""


def test_maps_merge_deeply_and_lists_and_scalars_replace(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "base.yaml")
    loaded = room.load(tmp_path, ON_LINT + "gates: {lint: {args: [-c], limits: {coverage: {min: 80}}}}\n")
    lint = loaded.gates[0]
    assert (loaded.jobs, lint.args, lint.retries) == (2, ("-c",), 3)
    assert lint.limits == {"coverage": Limit(min=80), "lines": Limit(max=5)}


def test_the_origin_is_that_of_the_value_that_won(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "base.yaml")
    origins = room.load(tmp_path, ON_LINT + "gates:\n  lint:\n    args: [-c]\n").origins
    assert origins["gates.lint.args"] == config.Setting(file="eee-ci.yaml", line=5, column=11)
    assert origins["gates.lint.tool"] == config.Setting(file="base.yaml", line=5, column=16)
    assert origins["env.set.B"] == config.Setting(file="base.yaml", line=3, column=27)


def test_null_takes_away_what_a_base_says(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "base.yaml")
    own = "jobs: null\nenv: {set: {B: ~}}\ngates: {other: null, lint: {severity: null, retries: null}}\n"
    loaded = room.load(tmp_path, ON_LINT + own)
    assert (loaded.jobs, loaded.set_env, loaded.pass_env) == (None, {}, ("A",))
    assert [gate.id for gate in loaded.gates] == ["lint"]
    assert (loaded.gates[0].severity, loaded.gates[0].retries) == ({}, 0)


def test_a_forgotten_value_takes_nothing_away(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "base.yaml")
    (fault,) = room.faults(tmp_path, ON_LINT + "gates:\n  lint:\n    limits:\n      coverage:\n")
    assert fault == (
        "eee-ci.yaml:6:7: gates.lint.limits.coverage: found nothing;"
        " want a number of at least 0 or a map of min, max, or null to remove it"
    )


def test_a_null_in_a_limit_switches_the_tools_own_limit_off(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "base.yaml")
    loaded = room.load(tmp_path, ON_LINT + "gates: {lint: {limits: {coverage: null}}}\n")
    assert loaded.gates[0].limits == {"coverage": Limit(), "lines": Limit(max=5)}


def test_the_later_of_two_bases_wins_and_the_file_wins_over_both(tmp_path: Path) -> None:
    room.write(tmp_path, "version: 1\njobs: 1\ntimeout: 1\npython: a\n", "a.yaml")
    room.write(tmp_path, "version: 1\njobs: 2\ntimeout: 2\n", "b.yml")
    own = "version: 1\nextends: [./a.yaml, b.yml]\ntimeout: 3\ngates: {x: {tool: ruff}}\n"
    loaded = room.load(tmp_path, own)
    assert (loaded.python, loaded.jobs, loaded.timeout) == ("a", 2, 3.0)


def test_a_base_is_found_from_the_file_that_names_it(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "ci/deep/base.yaml")
    room.write(tmp_path, "version: 1\nextends: deep/base.yaml\n", "ci/mid.yaml")
    room.write(tmp_path, "version: 1\nextends: ../ci/mid.yaml\n", ".github/eee-ci.yaml")
    assert room.load(tmp_path).origins["jobs"].file == "ci/deep/base.yaml"


def test_a_preset_is_named_as_the_origin(tmp_path: Path) -> None:
    loaded = room.load(tmp_path, "version: 1\nextends: typescript\n")
    assert loaded.origins["gates.types.tool"].file == "preset typescript"


def test_files_that_extend_each_other_are_named_in_a_chain(tmp_path: Path) -> None:
    room.write(tmp_path, "version: 1\nextends: ./b.yaml\n", "a.yaml")
    room.write(tmp_path, "version: 1\nextends: ./a.yaml\n", "b.yaml")
    assert room.faults(tmp_path, "version: 1\nextends: ./a.yaml\n") == [
        "b.yaml:2:10: extends: the files extend each other: a.yaml -> b.yaml -> a.yaml"
    ]


def test_a_file_that_extends_itself_is_a_fault(tmp_path: Path) -> None:
    assert room.faults(tmp_path, "version: 1\nextends: [./eee-ci.yaml]\n") == [
        "eee-ci.yaml:2:11: extends: the files extend each other: eee-ci.yaml -> eee-ci.yaml"
    ]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("pyton", "there is no preset 'pyton' (did you mean 'python'?)"),
        (
            "zzz",
            f"there is no preset 'zzz'; want one of {', '.join(config.presets())}, or ./FILE",
        ),
        ("./gone.yaml", "there is no file './gone.yaml'"),
        ("../up.yaml", "'../up.yaml' leads out of the project"),
        ("./in/../../up.yaml", "'./in/../../up.yaml' leads out of the project"),
        ("./out.yaml", "'./out.yaml' leads out of the project"),
        ("/etc/passwd", "found '/etc/passwd', want a path relative to this file"),
        (
            "https://example.org/a.yaml",
            "found 'https://example.org/a.yaml', want a preset or a file of the project, no URL",
        ),
    ],
)
def test_what_cannot_be_extended_is_a_fault_at_the_name(tmp_path: Path, name: str, fault: str) -> None:
    root = tmp_path / "project"
    room.write(root, f"version: 1\nextends: {name}\n")
    room.write(tmp_path, BASE, "up.yaml")
    (root / "out.yaml").symlink_to("../up.yaml")
    assert room.faults(root) == [f"eee-ci.yaml:2:10: extends: {fault}"]


def test_a_base_that_cannot_be_read_is_the_only_thing_that_is_missing(tmp_path: Path) -> None:
    room.write(tmp_path, "a: [\n", "base.yaml")
    own = "gates: {lint: {retries: -1}, types: {tool: ruff, needs: [tests]}}\n"
    assert [fault.split(":")[0:3:2] for fault in room.faults(tmp_path, ON_LINT + own)] == [
        ["base.yaml", "1"],
        ["eee-ci.yaml", "25"],
    ]


def test_a_chain_has_an_end(tmp_path: Path) -> None:
    for number in range(40):
        room.write(tmp_path, f"version: 1\nextends: ./{number + 1}.yaml\n", f"{number}.yaml")
    assert room.faults(tmp_path, "version: 1\nextends: ./0.yaml\n") == [
        "30.yaml:2:10: extends: a chain of more than 32 files"
    ]


def test_a_file_names_a_bounded_number_of_others(tmp_path: Path) -> None:
    names = ", ".join(["python"] * 33)
    assert room.faults(tmp_path, f"version: 1\nextends: [{names}]\ngates: {{a: {{tool: ruff}}}}\n") == [
        f"eee-ci.yaml:2:{11 + 32 * 8}: extends: more than 32 files"
    ]


def test_a_base_that_many_name_twice_is_read_once(tmp_path: Path) -> None:
    for number in range(30):
        room.write(
            tmp_path, f"version: 1\nextends: [{number + 1}.yaml, {number + 1}.yaml]\n", f"{number}.yaml"
        )
    room.write(tmp_path, BASE, "30.yaml")
    assert room.load(tmp_path, "version: 1\nextends: ./0.yaml\n").jobs == 2


def test_every_file_of_a_user_says_its_version(tmp_path: Path) -> None:
    room.write(tmp_path, BASE.removeprefix("version: 1\n"), "base.yaml")
    room.write(tmp_path, "extends: base.yaml\n")
    assert room.faults(tmp_path) == [
        "base.yaml:1:1: version: missing; want 1",
        "eee-ci.yaml:1:1: version: missing; want 1",
    ]


def test_a_version_of_the_future_is_refused(tmp_path: Path) -> None:
    assert room.faults(tmp_path, "version: 2\ngates: {a: {tool: ruff}}\n") == [
        "eee-ci.yaml:1:10: version: found 2, want 1"
    ]


@pytest.mark.parametrize("value", ["3", "{a: b}", "[{}]", '""'])
def test_extends_wants_names(tmp_path: Path, value: str) -> None:
    (fault,) = room.faults(tmp_path, f"version: 1\nextends: {value}\ngates: {{a: {{tool: ruff}}}}\n")
    assert fault.startswith("eee-ci.yaml:2:1")
    assert "want text that is not empty" in fault


def test_a_config_outside_of_the_project_extends_what_lies_beside_it(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "shared/base.yaml")
    file = room.write(tmp_path, ON_LINT, "shared/own.yaml")
    (tmp_path / "project").mkdir()
    loaded = config.load(tmp_path / "project", file=file, tools=room.TOOLS)
    assert (loaded.source, loaded.origins["jobs"].file) == (str(file), "base.yaml")


def test_a_config_outside_of_the_project_extends_nothing_above_it(tmp_path: Path) -> None:
    room.write(tmp_path, BASE, "base.yaml")
    file = room.write(tmp_path, "version: 1\nextends: ../base.yaml\n", "shared/own.yaml")
    with pytest.raises(ConfigError, match="leads out of the project"):
        config.load(tmp_path / "shared", file=file, tools=room.TOOLS)


HERE = Place("f", 1, 1)


def node(data: object) -> Node:
    value = {key: node(item) for key, item in data.items()} if isinstance(data, dict) else data
    return Node(value=value, at=HERE, key=HERE)


Tree = dict[str, object]
# keys that begin with m hold maps and the others scalars, as the keys of a config do
TREES = st.recursive(
    st.dictionaries(st.sampled_from(["s1", "s2", "s3"]), st.none() | st.integers(0, 3)),
    lambda maps: st.tuples(
        st.dictionaries(st.sampled_from(["m1", "m2"]), maps),
        st.dictionaries(st.sampled_from(["s1", "s2"]), st.none() | st.integers(0, 3)),
    ).map(lambda both: {**both[0], **both[1]}),
)


@room.calm
@given(TREES, TREES, TREES)
def test_merging_maps_is_associative(a: Tree, b: Tree, c: Tree) -> None:
    one, two, three = node(a), node(b), node(c)
    assert plain(merge(merge(one, two), three)) == plain(merge(one, merge(two, three)))


@room.calm
@given(TREES, TREES)
def test_a_merged_map_has_the_keys_of_both_and_the_scalars_of_the_higher(a: Tree, b: Tree) -> None:
    both = plain(merge(node(a), node(b)))
    assert both.keys() == a.keys() | b.keys()
    assert all(both[key] == value for key, value in b.items() if not isinstance(value, dict))
