"""A job's environment is built from a list; what it must not know never gets in."""

import os
from pathlib import Path

import pytest

from eee_ci import environment
from eee_ci.process import cgroup

SECRETS = {
    "GITHUB_TOKEN": "s",
    "AWS_SECRET_ACCESS_KEY": "s",
    "PIP_PASSWORD": "s",
    "UV_PUBLISH_TOKEN": "s",
    "MY_API_KEY": "s",
}
STEERING = {
    "GITHUB_ENV": "/x",
    "GITHUB_PATH": "/x",
    "GITHUB_OUTPUT": "/x",
    "GITHUB_STATE": "/x",
    "GITHUB_STEP_SUMMARY": "/x",
    "ACTIONS_RUNTIME_TOKEN": "s",
    "ACTIONS_RESULTS_URL": "s",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def test_only_what_is_listed_gets_in(tmp_path: Path) -> None:
    caller = {
        "PATH": "/usr/bin",
        "HOME": "/h",
        "EDITOR": "vi",
        "PYTHONPATH": "/x",
        "LD_PRELOAD": "/x",
        **SECRETS,
    }
    assert environment.build({**caller, **STEERING}, root=tmp_path, cores=3) == {
        "PATH": "/usr/bin",
        "HOME": "/h",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONPYCACHEPREFIX": "{cache}/pycache",
        "PYTEST_XDIST_AUTO_NUM_WORKERS": "3",
        "PYTHON_CPU_COUNT": "3",
        "RAYON_NUM_THREADS": "3",
        "OMP_NUM_THREADS": "3",
        "OPENBLAS_NUM_THREADS": "3",
        "MKL_NUM_THREADS": "3",
        "NUMEXPR_NUM_THREADS": "3",
        "CMAKE_BUILD_PARALLEL_LEVEL": "3",
        "MAKEFLAGS": "-j3",
    }


def test_what_our_launcher_starts_reads_the_byte_code_of_libraries_from_the_start() -> None:
    made = environment.build({}, root=Path("/p"))
    launched = environment.launched(made, {"X": "1"})
    assert launched == {
        **{name: value for name, value in made.items() if name != "PYTHONPYCACHEPREFIX"},
        "PYTHONDONTWRITEBYTECODE": "1",
        "EEE_CI_PYCACHE": "{cache}/pycache",
    }


@pytest.mark.parametrize("name", ["PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"])
def test_a_config_that_decides_on_byte_code_is_followed(name: str) -> None:
    made = environment.build({}, root=Path("/p"), set_values={name: "/mine"})
    assert environment.launched(made, {name: "/mine"}) == made


def test_language_zone_certificates_proxies_and_indexes_are_the_caller_s(tmp_path: Path) -> None:
    kept = {
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "CI": "true",
        "SSL_CERT_FILE": "/c",
        "PIP_INDEX_URL": "https://example.org",
        "UV_CACHE_DIR": "/u",
        "https_proxy": "http://example.org",
        "XDG_CACHE_HOME": "/x",
    }
    made = environment.build(kept, root=tmp_path)
    assert {name: made[name] for name in kept} == kept


def test_the_config_may_pass_more_by_name_and_pattern(tmp_path: Path) -> None:
    caller = {"DJANGO_A": "1", "DJANGO_B": "2", "DJANGO_TOKEN": "s", "MY_TOKEN": "t", "OTHER": "3"}
    made = environment.build(caller, root=tmp_path, pass_names=["DJANGO_*", "MY_TOKEN", "ABSENT"])
    assert {name: made.get(name) for name in (*caller, "ABSENT")} == {
        "DJANGO_A": "1",
        "DJANGO_B": "2",
        "DJANGO_TOKEN": None,
        "MY_TOKEN": "t",
        "OTHER": None,
        "ABSENT": None,
    }


@pytest.mark.parametrize("wanted", [["*"], [*STEERING]])
def test_what_steers_a_workflow_never_gets_in(tmp_path: Path, wanted: list[str]) -> None:
    made = environment.build({**SECRETS, **STEERING}, root=tmp_path, pass_names=wanted)
    assert not made.keys() & (SECRETS.keys() | STEERING.keys())


def test_fixed_values_of_the_config_come_last(tmp_path: Path) -> None:
    made = environment.build(
        {"A": "1"}, root=tmp_path, pass_names=["A"], set_values={"A": "2", "TZ": "X", "TERM": "y"}
    )
    assert (made["A"], made["TZ"], made["TERM"]) == ("2", "X", "y")


def test_the_path_has_the_project_s_environment_first_and_nothing_else_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path.parent / "link").symlink_to(tmp_path / "bin")
    asked = (
        f"bin::.:{tmp_path}/bin:{tmp_path}:{tmp_path.parent}/link:/usr/bin:{tmp_path}/x/../../y:/bin:/usr/bin"
    )
    made = environment.build({"PATH": asked}, root=tmp_path, python_bin=f"{tmp_path}/.venv/bin")
    assert made["PATH"].split(":") == [f"{tmp_path}/.venv/bin", "/usr/bin", f"{tmp_path}/x/../../y", "/bin"]


def test_without_a_path_the_system_s_own_is_taken(tmp_path: Path) -> None:
    assert environment.build({}, root=tmp_path)["PATH"] == os.defpath


def test_the_same_caller_gives_the_same_environment_in_the_same_order(tmp_path: Path) -> None:
    caller = {"USER": "u", "HOME": "h", "CI": "1"}
    turned = dict(reversed(caller.items()))
    one, two = (environment.build(names, root=tmp_path) for names in (caller, turned))
    assert list(one.items()) == list(two.items())


def groups(root: Path, own: str, **files: str) -> list[int]:
    (root / "own").write_text(own, encoding="utf-8")
    for name, text in files.items():
        file = root / "groups" / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return environment._quotas(root / "own", root / "groups")


def test_a_quota_of_the_group_or_of_one_above_counts(tmp_path: Path) -> None:
    folder = tmp_path / "groups/a/b"
    folder.mkdir(parents=True)
    (folder / "cpu.max").write_text("max 100000\n", encoding="utf-8")
    (folder.parent / "cpu.max").write_text("250000 100000\n", encoding="utf-8")
    assert groups(tmp_path, "0::/a/b\n") == [2]


def test_half_a_core_is_one(tmp_path: Path) -> None:
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups/cpu.max").write_text("50000 100000\n", encoding="utf-8")
    assert groups(tmp_path, "0::/\n") == [1]


def test_the_older_control_groups_count_too(tmp_path: Path) -> None:
    own = "3:cpuset:/x\n2:cpu,cpuacct:/job\n"
    files = {"cpu__job__cpu.cfs_quota_us": "300000\n", "cpu__job__cpu.cfs_period_us": "100000\n"}
    assert groups(tmp_path, own, **files) == [3]


@pytest.mark.parametrize("text", ["", "max\n", "x y\n", "100 0\n", "-1 100000\n"])
def test_a_quota_that_is_none_is_no_quota(tmp_path: Path, text: str) -> None:
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups/cpu.max").write_text(text, encoding="utf-8")
    assert groups(tmp_path, "0::/\n") == []


def test_without_control_groups_there_is_no_quota(tmp_path: Path) -> None:
    assert environment._quotas(tmp_path / "no", tmp_path) == []


def test_cores_are_those_of_affinity_and_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    monkeypatch.setattr(environment, "_quotas", lambda: [3, 5])
    assert environment.cores() == 3
    monkeypatch.setattr(environment, "_quotas", list)
    assert environment.cores() == 8


def test_cores_are_counted_where_no_affinity_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(environment, "_quotas", list)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert environment.cores() == 1


@pytest.mark.parametrize(
    ("limit", "rows", "free"),
    [
        (None, "MemTotal: 9 kB\nMemAvailable:    4 kB\n", 4096),
        (5000, "MemAvailable:    4 kB\n", 4096),
        (3000, "MemAvailable:    4 kB\n", 3000),
        (3000, "", 3000),
        (None, "MemAvailable: much\nodd\n", None),
    ],
)
def test_free_memory_is_what_is_left_within_the_limit_of_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None, rows: str, free: int | None
) -> None:
    monkeypatch.setattr(cgroup, "limit", lambda: limit)
    (tmp_path / "meminfo").write_text(rows, encoding="utf-8")
    assert environment.memory(tmp_path / "meminfo") == free
