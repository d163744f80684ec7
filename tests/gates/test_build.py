"""The build gate judges what a user would install: metadata, completeness, imports."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import build as gate_module
from eee_ci.model import Gate, Outcome, Reading
from eee_ci.ports import GateAdapter, Site
from tests.gates import samples

ADAPTER: GateAdapter = gate_module
GATE = Gate(id="build", tool="build")
HEAD = "Metadata-Version: 2.4\nName: shop\nVersion: 1.0\n"
FAILED = {"shop": {"error": "ImportError: x"}}
LOCAL = Gate(id="build", tool="build", options={"isolation": False})


def site(root: Path, files: dict[str, str], **known: Any) -> Site:
    samples.write(root, files)
    settings = {"python_version": (3, 11), "distributions": frozenset({"iniconfig"}), "sources": ("src",)}
    return samples.site(ADAPTER, GATE, str(root), files=tuple(sorted(files)), **(settings | known))


def read(name: str, root: Path, files: dict[str, str] | None = None, **known: Any) -> Reading:
    at = site(root, samples.SHOP if files is None else files, **known)
    return ADAPTER.read(GATE, at, samples.recorded(name, str(root)))


def places(reading: Reading) -> list[tuple[str, str | None, int | None, str]]:
    return [(found.rule, found.path, found.line, found.severity) for found in reading.findings]


def seen_by(change: dict[str, Any]) -> Outcome:
    """A good build of which something else was seen."""
    outcome = samples.recorded("build-good")
    seen = json.loads(outcome.files["wheel.json"])
    for key, values in change.items():
        seen[key] |= values
    return msgspec.structs.replace(outcome, files={"wheel.json": json.dumps(seen).encode()})


def read_changed(root: Path, change: dict[str, Any], **known: Any) -> Reading:
    return ADAPTER.read(GATE, site(root, samples.SHOP, **known), seen_by(change))


def test_a_good_build_has_sizes_and_no_findings(tmp_path: Path) -> None:
    seen = read("build-good", tmp_path)
    assert seen.findings == ()
    assert seen.errors == ()
    assert set(seen.measures) == {"wheel_bytes", "sdist_bytes", "seconds"}
    assert seen.measures["wheel_bytes"] > 500


def test_a_wheel_that_lacks_modules_is_found_by_import_and_by_comparison(tmp_path: Path) -> None:
    seen = read("build-partial", tmp_path, samples.PARTIAL)
    assert places(seen) == [
        ("import", "pyproject.toml", None, "high"),
        ("missing-data", "pyproject.toml", None, "info"),
        ("missing-file", "src/part/py.typed", 1, "high"),
        ("missing-file", "src/part/sub/__init__.py", 1, "high"),
    ]
    assert "No module named 'part_extra'" in seen.findings[0].message
    assert seen.errors == ()


def test_an_import_that_fails_for_want_of_dependencies_says_nothing_about_the_wheel(tmp_path: Path) -> None:
    seen = read("build-partial", tmp_path, samples.PARTIAL, distributions=frozenset())
    assert seen.errors == ("cannot import the wheel: the project's interpreter has no iniconfig",)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("build-wrong-key", 4, "TypeError: Field `project.description` must be a string"),
        ("build-no-readme", None, "OSError: Readme file does not exist: R.md"),
        ("build-no-files", None, "ValueError: Unable to determine which files to ship"),
        ("build-no-backend", None, "ModuleNotFoundError: No module named 'nope'"),
        ("build-broken-toml", 2, "ERROR Failed to parse"),
    ],
)
def test_a_failed_build_is_a_finding_in_the_backend_s_words(
    name: str, line: int | None, message: str, tmp_path: Path
) -> None:
    seen = read(name, tmp_path)
    assert places(seen) == [("build-failed", "pyproject.toml", line, "high")]
    assert message in seen.findings[0].message
    assert "wheel_bytes" not in seen.measures


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("build-nothing", "does not appear to be a Python project.* \\(write a pyproject.toml, or turn"),
        ("build-unmet", "Unmet dependencies .* hatchling>=99 .*\\(install what it needs"),
        ("build-unmet-isolated", "satisfies the requirement hatchling>=99"),
        ("build-usage", r"exit 2 \(usage\): .*unrecognized arguments: --bogus"),
    ],
)
def test_a_build_that_could_not_start_is_no_verdict(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=said):
        read(name, tmp_path)


def test_metadata_that_is_no_metadata_is_found_once_for_both_files(tmp_path: Path) -> None:
    wrong = {"metadata": "Metadata-Version: 2.1\nName: shop\nVersion: nonsense\nRequires-Dist: ???\nNew: x\n"}
    seen = read_changed(tmp_path, {"wheel": wrong, "sdist": wrong})
    assert [(found.rule, found.line, found.severity) for found in seen.findings] == [
        ("metadata", 1, "high"),
        ("metadata", 1, "info"),
        ("metadata", 3, "high"),
    ]
    assert "(METADATA of the wheel and PKG-INFO of the sdist)" in seen.findings[2].message


@pytest.mark.parametrize(
    ("change", "rule", "message"),
    [
        ({"wheel": {"metadata": None}}, "metadata", "the metadata file is missing (METADATA of the wheel)"),
        (
            {"sdist": {"metadata": HEAD.replace("1.0", "2.0")}},
            "metadata",
            "wheel and sdist differ in their version: [['1.0'], ['2.0']]",
        ),
        ({"wheel": {"wheel": None}}, "record", "the wheel contradicts itself: WHEEL is missing"),
        ({"wheel": {"record": ["a.py is odd"]}}, "record", "the wheel contradicts itself: a.py is odd"),
        ({"sdist": {"files": ["shop-1.0/PKG-INFO"]}}, "missing-file", "the sdist holds no pyproject.toml"),
        (
            {"wheel": {"metadata": f"{HEAD}License-File: LICENSE\n"}},
            "missing-file",
            "the wheel lacks its licence file LICENSE",
        ),
        (
            {"wheel": {"imports": {"shop": {"strays": [["shop_extra", "/elsewhere/shop_extra.py"]]}}}},
            "import",
            "importing shop took shop_extra from /elsewhere/shop_extra.py: the wheel lacks it",
        ),
        (
            {"wheel": {"files": [], "imports": {}}},
            "empty-wheel",
            "the wheel holds no module, the project has 1 module such as src/shop/__init__.py",
        ),
    ],
)  # fmt: skip  # read in rows
def test_each_fault_of_the_built_files_is_found(
    change: dict[str, Any], rule: str, message: str, tmp_path: Path
) -> None:
    assert [
        (found.rule, found.message) for found in read_changed(tmp_path, change).findings if rule == found.rule
    ][-1:] == [(rule, message)]


def test_a_project_without_modules_may_have_a_wheel_without_any(tmp_path: Path) -> None:
    seen = read_changed(tmp_path, {"wheel": {"files": [], "imports": {}}}, sources=("docs",))
    assert [found.rule for found in seen.findings if found.rule == "empty-wheel"] == []


def test_a_wheel_for_another_python_cannot_be_judged_by_import(tmp_path: Path) -> None:
    change = {
        "wheel": {
            "wheel": "Tag: cp312-cp312-linux_x86_64\n",
            "imports": {"shop": {"error": "ImportError: x"}},
        }
    }
    seen = read_changed(tmp_path, change)
    assert seen.errors == ("the wheel was not built by the project's Python 3.11: install `build` there",)


@pytest.mark.parametrize("requirement", ["iniconfig; python_version < '3'", "iniconfig; extra == 'x'", "???"])
def test_a_dependency_that_is_not_wanted_here_excuses_nothing(requirement: str, tmp_path: Path) -> None:
    metadata = f"Metadata-Version: 2.1\nName: shop\nVersion: 1.0\nRequires-Dist: {requirement}\n"
    change = {"wheel": {"metadata": metadata, "imports": {"shop": {"error": "\nImportError: x"}}}}
    seen = read_changed(tmp_path, change, distributions=frozenset())
    assert seen.errors == ()
    assert "cannot import shop from the wheel: ImportError: x" in [found.message for found in seen.findings]


@pytest.mark.parametrize("report", [b"", b"[]", b"{}", b'{"wheels": {}, "sdists": {}}'])
def test_an_odd_report_on_the_wheel_is_no_verdict(report: bytes, tmp_path: Path) -> None:
    outcome = msgspec.structs.replace(samples.recorded("build-good"), files={"wheel.json": report})
    with pytest.raises(ReportError):
        ADAPTER.read(GATE, site(tmp_path, {}), outcome)


def test_without_a_pyproject_there_is_no_line_to_name(tmp_path: Path) -> None:
    at = site(tmp_path, {})
    (found,) = ADAPTER.read(GATE, at, samples.recorded("build-wrong-key")).findings
    assert (found.path, found.line) == ("pyproject.toml", None)


def flags(root: Path, gate: Gate, **known: Any) -> bool:
    at = site(root, samples.SHOP, **known)
    return "--no-isolation" in ADAPTER.command(gate, at).steps[0].argv


def test_isolation_is_left_out_when_the_builder_has_all_that_is_required(tmp_path: Path) -> None:
    assert flags(tmp_path, GATE)  # hatchling lies beside eee-ci
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["nothing-like-it"]\n', encoding="utf-8"
    )
    at = site(tmp_path, {})
    assert "--no-isolation" not in ADAPTER.command(GATE, at).steps[0].argv
    (tmp_path / "pyproject.toml").write_text("[", encoding="utf-8")
    assert "--no-isolation" not in ADAPTER.command(GATE, at).steps[0].argv


def test_a_builder_of_the_project_s_own_is_asked_for_its_own_distributions(tmp_path: Path) -> None:
    at = site(tmp_path, samples.SHOP)
    own = {"build": msgspec.structs.replace(at.tools["build"], origin="project")}
    assert "--no-isolation" not in ADAPTER.command(GATE, msgspec.structs.replace(at, tools=own)).steps[0].argv
    pinned = {"build": msgspec.structs.replace(at.tools["build"], origin="pinned")}
    assert (
        "--no-isolation" not in ADAPTER.command(GATE, msgspec.structs.replace(at, tools=pinned)).steps[0].argv
    )
    has = msgspec.structs.replace(at, tools=own, distributions=frozenset({"hatchling"}))
    assert "--no-isolation" in ADAPTER.command(GATE, has).steps[0].argv


def test_isolation_can_be_asked_for_and_refused(tmp_path: Path) -> None:
    assert not flags(tmp_path, Gate(id="b", tool="build", options={"isolation": True}))
    assert flags(tmp_path, LOCAL)
    assert ADAPTER.command(LOCAL, site(tmp_path, {})).copy


@pytest.mark.live
def test_live_build(tmp_path: Path) -> None:
    at = site(tmp_path / "shop", samples.SHOP)
    seen = ADAPTER.read(LOCAL, at, samples.live(ADAPTER, LOCAL, at, tmp_path / "aside"))
    assert seen.findings == ()
    assert seen.errors == ()
