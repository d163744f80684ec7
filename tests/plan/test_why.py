"""Why a gate runs again: each kind of difference is found, and named."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eee_ci import identity
from eee_ci.tools import interpreter
from tests.memory_project import CONFIG, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, {"DEPLOY": "one", "LANG": "C.UTF-8"})


def _config(old: str, new: str) -> Callable[[Site], object]:
    assert CONFIG.count(old) == 1
    return lambda site: site.write("eee-ci.yaml", CONFIG.replace(old, new))


def _remove(name: str) -> Callable[[Site], object]:
    return lambda site: (site.root / name).unlink()


def _rename(site: Site) -> None:
    (site.root / "src/a.py").rename(site.root / "src/c.py")


def _interpreter(site: Site) -> None:
    (site.root / ".venv/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3\n", encoding="utf-8")


def _linked(site: Site) -> None:
    (site.root / "src/out").symlink_to("/etc")


KINDS: dict[str, tuple[str, Callable[[Site], object], str]] = {
    "changed file": ("lint", lambda site: site.write("src/a.py", "A = 2\n"), "src/a.py changed"),
    "new file": ("lint", lambda site: site.write("src/c.py", ""), "new file src/c.py"),
    "deleted file": ("lint", _remove("src/a.py"), "src/a.py is gone"),
    "renamed file": ("types", _rename, "new file src/c.py; src/a.py is gone"),
    "mode": ("types", lambda site: (site.root / "src/a.py").chmod(0o755), "src/a.py changed"),
    "content that only tests read": (
        "types", lambda site: site.write("tests/test_a.py", ""), "tests/test_a.py changed",
    ),
    "variable": ("asked", lambda site: site.environ.update(DEPLOY="two"), "variable DEPLOY changed"),
    "new variable": ("asked", lambda site: site.environ.update(STAGE="x"), "variable STAGE is new"),
    "variable gone": ("asked", lambda site: site.environ.pop("DEPLOY"), "variable DEPLOY is gone"),
    "fixed variable": ("asked", _config('FIXED: "1"', 'FIXED: "2"'), "variable FIXED changed"),
    "arguments": ("lint", _config("[--preview]", "[]"), "arguments changed"),
    "excludes": (
        "types", _config("{tool: mypy}", "{tool: mypy, exclude: [x]}"), "arguments changed",
    ),
    "limits that decide": ("size", _config("complexity_max: 9", "complexity_max: 8"), "limits changed"),
    "layout": ("lint", _config("tests: [tests]", "tests: [src]"), "layout changed"),
    "tool": ("types", lambda site: site.install("mypy", "2.4.2"), "mypy 2.4.1 -> 2.4.2"),
    "tool with other files": (
        "types", lambda site: site.install("mypy", "2.4.1", "sha256=1,0"),
        "installed: mypy 2.4.1 has other files",
    ),
    "program with other bytes": (
        "lint", lambda site: site.program("ruff", b"\x7fELF two"), "ruff 0.17.5 has other files",
    ),
    "program of another version": (
        "lint", lambda site: site.install("ruff", "0.17.6"), "ruff 0.17.5 -> 0.17.6",
    ),
    "package updated": (
        "types", lambda site: site.install("attrs", "26.1.0"), "installed: attrs 25.4.0 -> 26.1.0",
    ),
    "package added": ("types", lambda site: site.install("six", "1.17"), "installed: six 1.17 is new"),
    "module put beside packages": (
        "types", lambda site: (site.packages / "loose.py").touch(),
        "loose.py among the installed packages is new",
    ),
    "path file": (
        "types", lambda site: (site.packages / "x.pth").touch(), "x.pth among the installed packages is new",
    ),
    "interpreter": ("types", _interpreter, f"Python {sys.version.split()[0]} has other files"),
    "generated file that git would ignore": (
        "types", lambda site: site.write("src/generated.py", ""), "new file src/generated.py",
    ),
    "link out of the project": ("types", _linked, "src/out leads out of the project"),
}  # fmt: skip  # read in rows


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_difference_is_a_reason(site: Site, kind: str) -> None:
    gate, change, reason = KINDS[kind]
    site.remember(gate)
    assert site.job(gate).remembered is not None
    change(site)
    job = site.job(gate)
    assert job.remembered is None
    assert reason in "; ".join(job.because)


def test_without_an_earlier_run_there_is_nothing_to_remember(site: Site) -> None:
    assert site.job("lint").because == ("nothing is remembered of it yet",)


def test_a_program_that_does_not_say_what_it_reads_always_runs(site: Site) -> None:
    job = site.job("open")
    assert (job.manifest, job.because) == (None, ("it does not say what it reads (set `inputs`)",))


def test_another_eee_ci_remembers_nothing_of_this_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.remember("lint")
    monkeypatch.setattr(identity, "ourselves", lambda _: {"eee-ci": "another"})
    assert site.job("lint").because == ("eee-ci changed",)


def test_another_platform_remembers_nothing_of_this_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.remember("lint")
    monkeypatch.setattr(identity, "system", lambda: {"platform": "another"})
    assert site.job("lint").because == ("platform changed",)


def test_another_coverage_of_ours_is_a_reason_where_it_is_lent(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = tmp_path / "ours" / "site-packages"
    for name in ("coverage", "coverage-7.20.dist-info"):
        (ours / name).mkdir(parents=True)
    (ours / "coverage/__init__.py").touch()
    (ours / "coverage-7.20.dist-info/METADATA").touch()
    own = interpreter.own()._replace(site_packages=(str(ours),), distributions={"coverage": "7.20"})
    monkeypatch.setattr(interpreter, "own", lambda: own)
    site.install("pytest", "9.2")
    site.write("eee-ci.yaml", f"{CONFIG}  tests: {{tool: pytest}}\n")
    site.remember("tests")
    assert site.job("tests").remembered is not None
    (ours / "coverage-7.20.dist-info/RECORD").write_text("other files", encoding="utf-8")
    assert site.job("tests").because[0] == "installed: coverage of eee-ci 7.20 has other files"


def test_a_changed_limit_is_no_reason_to_run(site: Site) -> None:
    site.remember("types")
    site.write("eee-ci.yaml", CONFIG.replace("{tool: mypy}", "{tool: mypy, limits: {findings: {low: 3}}}"))
    assert site.job("types").remembered is not None


def test_how_many_cores_there_are_is_no_reason_to_run(site: Site) -> None:
    site.remember("lint")
    one = site.plan()
    assert {job.cores for job in one.jobs} == {1}
    assert site.job("lint").remembered is not None


def test_a_package_that_a_standalone_program_never_sees_is_no_reason_to_run(site: Site) -> None:
    site.remember("lint")
    site.install("attrs", "26.1.0")
    assert site.job("lint").remembered is not None


def test_what_is_remembered_is_named_by_the_time_it_was_found_out(site: Site) -> None:
    site.remember("lint")
    found = site.job("lint").remembered
    assert found is not None
    assert (found.when, found.reading.measures) == ("then", {"files": 2.0})


def test_an_editable_package_elsewhere_counts_with_its_sources(site: Site, tmp_path: Path) -> None:
    source = tmp_path / "elsewhere"
    source.mkdir()
    (source / "lib.py").write_text("A = 1\n", encoding="utf-8")
    site.install("lib", "1.0")
    told = f'{{"url": "file://{source}", "dir_info": {{"editable": true}}}}'
    (site.packages / "lib-1.0.dist-info" / "direct_url.json").write_text(told, encoding="utf-8")
    site.remember("types")
    assert site.job("types").remembered is not None
    (source / ".eee-ci").mkdir()
    (source / ".eee-ci" / "status.json").write_text("{}", encoding="utf-8")
    assert site.job("types").remembered is not None
    (source / "lib.py").write_text("A = 2\n", encoding="utf-8")
    assert site.job("types").because == ("installed: lib 1.0 has other files",)


def test_two_checkouts_share_what_they_remember(tmp_path: Path) -> None:
    one, other = Site(tmp_path / "one", {}), Site(tmp_path / "other", {})
    other.store, other.environ = one.store, one.environ
    one.remember("lint")
    assert other.job("lint").remembered is not None
