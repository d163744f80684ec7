"""Readings of files, taken apart and put together."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from eee_ci import parts, reading
from eee_ci.model import Covered, Finding, Outcome, Ran, Reading, TestCase

FILES = ("a.py", "b/c.py", "b/d.py")
FINDINGS = st.builds(
    lambda path, line, rule: Finding(tool="t", rule=rule, message="m", path=path, line=line),
    st.sampled_from(FILES),
    st.integers(1, 3),
    st.sampled_from(["A", "B"]),
)
TOLD = st.fixed_dictionaries({"files": st.just(1.0), "most": st.integers(0, 9).map(float)})


@given(
    findings=st.lists(FINDINGS), told=st.fixed_dictionaries(dict.fromkeys(FILES, TOLD)), mixed=st.randoms()
)
def test_what_is_split_and_joined_is_the_whole(
    findings: list[Finding], told: dict[str, dict[str, float]], mixed: Random
) -> None:
    most = max(measures["most"] for measures in told.values())
    whole = Reading(
        findings=tuple(sorted(findings, key=reading.order)), measures={"files": 3.0, "most": most}
    )
    pieces = parts.split(whole, told)
    assert pieces is not None
    shuffled = list(pieces.values())
    mixed.shuffle(shuffled)
    assert parts.joined(shuffled, {"files": "sum", "most": "max"}) == whole


def test_what_belongs_to_no_single_file_is_not_split() -> None:
    known = {"a.py": {"files": 1.0}}
    lost = Finding(tool="t", rule="r", message="m")
    for whole in (
        Reading(errors=("e",)),
        Reading(notes=("n",)),
        Reading(cases=(TestCase(classname="c", name="n", status="passed"),)),
        Reading(files={"a.py": Covered(statements=2, covered=1)}),
        Reading(findings=(lost,)),
        Reading(findings=(Finding(tool="t", rule="r", message="m", path="b.py"),)),
    ):
        assert parts.split(whole, known) is None
    assert parts.split(Reading(), known) == {"a.py": Reading(measures={"files": 1.0})}


def test_a_measure_that_one_file_does_not_know_is_not_known_of_all() -> None:
    one, other = Reading(measures={"n": 1.0, "m": 2.0}), Reading(measures={"n": 3.0})
    assert parts.joined([one, other], {"n": "sum", "m": "max"}).measures == {"n": 4.0}
    assert parts.joined([], {"n": "sum", "m": "max"}).measures == {"n": 0.0, "m": 0.0}


@given(st.lists(st.text(min_size=1, max_size=60_000), max_size=6))
def test_lots_hold_all_files_in_order_and_fit(files: list[str]) -> None:
    lots = parts.batches(files)
    assert [file for lot in lots for file in lot] == files
    assert lots
    for lot in lots:
        assert len(lot) <= 1 or sum(len(file.encode()) + 1 for file in lot) <= parts.ARGUMENTS


def test_the_outcome_of_each_lot_has_its_own_report() -> None:
    steps = tuple(Ran(argv=(str(number),)) for number in range(5))  # the first one fetched the tool
    outcome = Outcome(steps=steps, files={"r": b"0", "1-r": b"1", "x": b""})
    first, second = parts.slices(outcome, ("r", "s"), lots=2, steps=2)
    assert (first.files, second.files) == ({"r": b"0"}, {"r": b"1"})
    assert [step.argv[0] for step in (*first.steps, *second.steps)] == ["1", "2", "3", "4"]
