"""What the control group says about memory."""

from pathlib import Path

from eee_ci.process import cgroup


def group(root: Path, folder: str, own: str, **files: str) -> dict[str, str]:
    place = root / folder
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name.replace("__", ".")).write_text(content)
    (root / "own").write_text(own)
    return {"root": str(root), "own": str(root / "own")}


def test_version_2_has_events_and_a_limit(tmp_path: Path) -> None:
    files = {"memory__events": "low 0\nhigh 0\nmax 4\noom 3\noom_kill 2\n", "memory__max": "4294967296\n"}
    told = group(tmp_path, "user/scope", "0::/user/scope\n", **files)
    assert cgroup.kills(**told) == 2
    assert cgroup.limit(**told) == 4 << 30


def test_version_2_without_a_limit_says_so(tmp_path: Path) -> None:
    told = group(tmp_path, "a", "0::/a\n", memory__events="oom_kill 0\n", memory__max="max\n")
    assert cgroup.kills(**told) == 0
    assert cgroup.limit(**told) is None


def test_version_1_beside_version_2_is_read(tmp_path: Path) -> None:
    own = "9:name=systemd:/\n4:memory:/jobs/a\n3:cpu,cpuacct:/\n0::/\n"
    files = {"memory__oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"}
    told = group(tmp_path, "memory/jobs/a", own, **files, memory__limit_in_bytes="9223372036854771712\n")
    assert cgroup.kills(**told) == 5
    assert cgroup.limit(**told) is None


def test_without_groups_nothing_is_known(tmp_path: Path) -> None:
    assert cgroup.kills(root=str(tmp_path), own=str(tmp_path / "own")) is None
    assert cgroup.limit(root=str(tmp_path), own=str(tmp_path / "own")) is None
