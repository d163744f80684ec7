"""What the plugin of one of several processes refuses, and whose file is whose."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eee_ci.inject import shard


def config(*plugins: str, **options: Any) -> SimpleNamespace:
    manager = SimpleNamespace(hasplugin=lambda name: name in plugins)
    return SimpleNamespace(option=SimpleNamespace(**options), pluginmanager=manager, args=[])


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (config(dist="load"), "pytest-xdist"),
        (config(dist="no", numprocesses=2), "pytest-xdist"),
        (config(tx=["2*popen"]), "pytest-xdist"),
        (config("randomly"), "pytest-randomly"),
        (config("randomly", randomly_reorganize=True), "pytest-randomly"),
        (config("random_order", random_order_bucket="module"), "pytest-random-order"),
        (config(maxfail=1), "--maxfail"),
        (config(lf=True), "--lf"),
        (config(failedfirst=True), "--ff"),
        (config(newfirst=True), "--nf"),
        (config(stepwise=True), "--sw"),
        (config(splits=3), "another plugin"),
        (config(num_shards=3), "another plugin"),
        (config(collectonly=True), "only collected"),
    ],
)
def test_what_one_process_has_to_do_is_refused(found: SimpleNamespace, word: str) -> None:
    assert word in shard.unfit(found)


@pytest.mark.parametrize(
    "found",
    [
        config(),
        config(dist="no", tx=[], numprocesses=0, maxfail=0, num_shards=1, random_order_bucket="module"),
        config("randomly", randomly_reorganize=False),
        config("random_order", random_order_bucket=None),
    ],
)
def test_what_is_there_and_does_nothing_is_not(found: SimpleNamespace) -> None:
    assert shard.unfit(found) == ""


def test_an_old_pytest_is_refused_before_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wish, report = tmp_path / "wish.json", tmp_path / "report.json"
    wish.write_text(json.dumps({"root": "/p", "report": str(report)}), encoding="utf-8")
    monkeypatch.setattr(pytest, "__version__", "6.2.5")
    with pytest.raises(SystemExit) as left:
        shard.start(str(wish), [])
    assert left.value.code == shard.UNFIT
    assert json.loads(report.read_bytes())["unfit"] == "pytest 6.2.5 is older than 7"


def test_every_path_belongs_to_exactly_one() -> None:
    wishes = [{"root": "/p", "report": "", "own": own, "of": 3, "owners": {"a.py": 2}} for own in range(3)]
    several = [shard.Shard(wish) for wish in wishes]
    paths = ["a.py", "b.py", "../elsewhere.py", "\udcff.py", "d/e.py", "d/f.py"]
    owned = [[one.own for one in several if one.mine(path)] for path in paths]
    assert owned[0] == [2]
    assert {len(owners) for owners in owned} == {1}


def test_a_package_of_pytest_7_stays_for_the_files_below_it() -> None:
    one = shard.Shard({"root": "/p", "report": "", "own": 0, "of": 2, "owners": {"d/__init__.py": 1}})
    result = SimpleNamespace(get_result=lambda: [pytest.Package.__new__(pytest.Package)])
    hook = one.pytest_collect_file(Path("/p/d/__init__.py"))
    next(hook)
    with pytest.raises(StopIteration):
        hook.send(result)  # type: ignore[attr-defined]  # no public door leads there
    assert one.seen == {"d/__init__.py"}
