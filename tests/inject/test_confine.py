"""The launcher gives things up for good, tells what holds, and refuses where it must hold and does not."""

import errno
import json
import os
import resource
import socket
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import eee_ci
from eee_ci import inject
from eee_ci.inject import confine
from eee_ci.inject.confining import kernel, landlock, limits, namespaces, seccomp
from eee_ci.inject.confining.kernel import Missing
from tests.faults import lab

PACKAGE = Path(eee_ci.__file__).parent.parent


def run(*words: str, cwd: Path | str = "/", **env: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", "-S", inject.script("confine.py"), *words]
    environ = {"PATH": os.environ["PATH"], **env}
    return subprocess.run(argv, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(not lab.measuring(), reason="only when the tests are measured")
def test_it_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The layers themselves, which no test may put on itself."""
    script = str(Path(__file__).with_name("confined.py"))
    words = ("--hide", "/nowhere", "--no-net", "--no-unix", "--memory", str(1 << 32), "--processes", "99")
    for more in (("--tidy",), ("--require", "nothing"), ("--", "no-such-program"), ("--", "/etc"), ()):
        argv = [sys.executable, script, lab.data_file(), "--write", str(tmp_path / "new"), *words, *more]
        subprocess.run(argv, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    lab.merge()


def told(*words: str) -> dict[str, Any]:
    ran = run(*words)
    assert ran.returncode == 0, ran.stderr
    report: dict[str, Any] = json.loads(ran.stdout)
    return report


def held(*words: str) -> set[str]:
    return set(told(*words)["held"])


def need(*layers: str) -> None:
    """Skip where the machine has none of these."""
    report = told("--no-net", "--no-unix", "--processes", "50")
    if not set(layers) & set(report["held"]):
        pytest.skip(f"needs one of {', '.join(layers)}: {report['missing']}")


def test_without_a_program_it_tells_what_holds() -> None:
    report = told("--no-net", "--processes", "50")
    assert set(report["held"]) | set(report["missing"]) <= {*confine.LAYERS}
    assert {"limits", "privileges"} <= set(report["held"])


def test_the_report_is_written_before_the_program_starts(tmp_path: Path) -> None:
    report = tmp_path / "report"
    ran = run("--report", str(report), "--", "cat", str(report))
    assert json.loads(ran.stdout) == json.loads(report.read_text(encoding="utf-8"))


def test_it_becomes_the_program() -> None:
    ran = run("--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (ran.returncode, ran.stdout, ran.stderr) == (7, "out\n", "err\n")


@pytest.mark.parametrize(
    ("program", "code", "words"), [("no-such-program", 127, "was not found"), ("/etc", 126, "could not be")]
)
def test_a_program_that_does_not_start_is_told(program: str, code: int, words: str) -> None:
    ran = run("--", program)
    assert ran.returncode == code
    assert words in ran.stderr


def test_a_required_layer_that_is_missing_stops_it(tmp_path: Path) -> None:
    ran = run("--require", "hidden,files", "--write", str(tmp_path), "--", "touch", str(tmp_path / "started"))
    assert ran.returncode == 125
    assert "hidden: not asked for" in ran.stderr
    assert not (tmp_path / "started").exists()


def test_a_required_layer_that_holds_does_not(tmp_path: Path) -> None:
    need("files")
    ran = run("--require", "files,limits", "--write", str(tmp_path), "--", "touch", str(tmp_path / "started"))
    assert (ran.returncode, (tmp_path / "started").exists()) == (0, True)


def test_an_unknown_word_is_refused() -> None:
    assert run("--unknown", "--", "true").returncode == 2


def test_it_writes_in_its_folders_only_and_makes_those_that_are_not_there(tmp_path: Path) -> None:
    need("files", "read-only")
    made = tmp_path / "a/b"
    script = f"touch {made}/x; touch {tmp_path}/y; echo z > /dev/null && pwd"
    ran = run("--write", str(made), "--", "sh", "-c", script, cwd=tmp_path)
    assert (ran.stdout, (made / "x").exists(), (tmp_path / "y").exists()) == (f"{tmp_path}\n", True, False)


def test_its_own_streams_can_be_opened_again_by_name(tmp_path: Path) -> None:
    argv = [sys.executable, "-I", "-S", inject.script("confine.py"), "--", "sh", "-c"]
    with (tmp_path / "out").open("w") as out:
        subprocess.run([*argv, "echo named >> /dev/stdout"], stdout=out, check=True, timeout=60)
    assert (tmp_path / "out").read_text(encoding="utf-8") == "named\n"


def test_what_is_hidden_cannot_be_read_and_all_else_can(tmp_path: Path) -> None:
    need("files")
    (tmp_path / "home/.ssh").mkdir(parents=True)
    (tmp_path / "home/.ssh/key").write_text("secret", encoding="utf-8")
    (tmp_path / "home/other").write_text("other", encoding="utf-8")
    (tmp_path / "way-in").symlink_to(tmp_path / "home")
    script = f"cat {tmp_path}/home/.ssh/key; cat {tmp_path}/way-in/.ssh/key; cat {tmp_path}/home/other"
    ran = run("--hide", str(tmp_path / "home/.ssh"), "--hide", "/nowhere/x", "--", "sh", "-c", script)
    assert ran.stdout == "other"


def test_what_is_hidden_can_be_read_in_its_own_folders(tmp_path: Path) -> None:
    need("files")
    (tmp_path / "home/own").mkdir(parents=True)
    (tmp_path / "home/own/x").write_text("mine", encoding="utf-8")
    ran = run(
        "--hide",
        str(tmp_path / "home"),
        "--write",
        str(tmp_path / "home/own"),
        "--",
        "cat",
        str(tmp_path / "home/own/x"),
    )
    assert ran.stdout == "mine"


CONNECT = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20) as s: print(s.recv(5))
"""
LOOPBACK = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    client = socket.create_connection(server.getsockname(), timeout=20)
    accepted, _ = server.accept()
    accepted.send(b"own")
    print(client.recv(3))
"""


def python(script: str, *words: str) -> tuple[str, ...]:
    return ("--", sys.executable, "-I", "-S", "-c", script, *words)


def test_with_a_network_it_reaches_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        argv = [sys.executable, "-I", "-S", inject.script("confine.py"), "--no-unix"]
        argv += python(CONNECT, str(server.getsockname()[1]))
        with subprocess.Popen(argv, stdout=subprocess.PIPE, cwd="/") as started:
            accepted, _ = server.accept()
            with accepted:
                accepted.send(b"hello")
            out, _ = started.communicate(timeout=60)
    assert out == b"b'hello'\n"


@pytest.mark.parametrize("words", [("--no-net",), ("--loopback",)])
def test_without_a_network_nobody_outside_is_reached(words: tuple[str, ...]) -> None:
    need("offline")
    with socket.create_server(("127.0.0.1", 0)) as server:
        ran = run(*words, *python(CONNECT, str(server.getsockname()[1])))
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert ran.returncode == 1
    assert "offline" in held(*words)


def test_a_loopback_of_its_own_works() -> None:
    need("network")
    assert run("--loopback", *python(LOOPBACK)).stdout == "b'own'\n"


def test_sockets_between_its_own_processes_work() -> None:
    script = "import socket; a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1))"
    assert run("--no-net", "--no-unix", *python(script)).stdout == "b'x'\n"


def test_threads_and_processes_work_as_ever() -> None:
    script = """
import subprocess, sys, threading
t = threading.Thread(target=print, args=("thread",), kwargs={"flush": True}); t.start(); t.join()
subprocess.run([sys.executable, "-c", "print('process')"], check=True)
"""
    words = ("--no-net", "--no-unix", "--memory", str(1 << 30), "--processes", "64")
    assert run(*words, *python(script)).stdout == "thread\nprocess\n"


def test_limits_are_those_that_were_asked_for() -> None:
    script = """
import resource as r
print([r.getrlimit(x) for x in (r.RLIMIT_CORE, r.RLIMIT_DATA, r.RLIMIT_FSIZE, r.RLIMIT_CPU)])
"""
    words = ("--memory", str(1 << 29), "--file-size", "1000", "--cpu", "77")
    assert run(*words, *python(script)).stdout == "[(0, 0), (536870912, 536870912), (1000, 1000), (77, 77)]\n"


def test_time_of_the_processor_ends() -> None:
    assert run("--cpu", "1", *python("while True: pass")).returncode < 0


def test_it_has_no_privileges_and_no_way_to_any() -> None:
    status = run("--", "cat", "/proc/self/status").stdout.splitlines()
    said = dict(row.split(":\t", 1) for row in status if ":\t" in row)
    assert said["NoNewPrivs"] == "1"
    assert {said[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
    assert os.geteuid() or said["CapBnd"] == "0" * 16


def test_a_group_that_is_left_is_tidied_away() -> None:
    name = f"eee-ci-{run('--processes', '50', '--', 'sh', '-c', 'echo $$').stdout.strip()}"
    assert run("--tidy").returncode == 0
    assert not any(Path(folder, name).exists() for folder in limits._groups())


def test_it_runs_in_an_old_python() -> None:
    """Its words are those of 3.8."""
    import ast

    for path in [Path(inject.script("confine.py")), *Path(inject.script("confining")).glob("*.py")]:
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


# machines that lack a layer


def refuse(code: int = errno.EPERM) -> Any:
    def fail(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    return fail


def test_a_kernel_without_landlock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "call", refuse(errno.ENOSYS))
    with pytest.raises(Missing, match=r"no Landlock \(Function not implemented\)"):
        landlock.version()


@pytest.mark.parametrize(
    ("version", "size", "lacks"),
    [
        (1, 8, {"truncate", "tcp", "signals"}),
        (2, 8, {"truncate", "tcp", "signals"}),
        (3, 8, {"tcp", "signals"}),
        (4, 16, {"signals"}),
        (5, 16, {"signals"}),
        (6, 24, set()),
        (7, 24, set()),
    ],
)
def test_what_an_older_landlock_cannot_do_is_not_asked_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: int, size: int, lacks: set[str]
) -> None:
    calls: list[tuple[int, tuple[Any, ...]]] = []

    def call(number: int, *words: Any) -> int:
        calls.append((number, words))
        return os.open("/", os.O_PATH)

    monkeypatch.setattr(landlock, "version", lambda: version)
    monkeypatch.setattr(landlock, "call", call)
    monkeypatch.setattr(os, "close", os.close)
    assert set(landlock.restrict([str(tmp_path)], [], tcp=False)) == lacks
    attributes, asked = calls[0][1][0]._obj, calls[0][1][1].value
    assert asked == size
    assert bool(attributes.files & landlock._TRUNCATE) == (version >= 3)
    assert bool(attributes.files & landlock._REFER) == (version >= 2)
    assert bool(attributes.files & landlock._IOCTL) == (version >= 5)
    assert not attributes.files & landlock._READ_FILE


def test_rights_of_folders_are_not_asked_for_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    rules: list[int] = []
    monkeypatch.setattr(landlock, "_add", lambda _ruleset, rule: rules.append(rule.access))
    for path in (tmp_path, tmp_path / "file", tmp_path / "nowhere"):
        landlock._allow(3, str(path), 0xFFFF)
    assert rules == [0xFFFF, landlock._ON_FILES]


@pytest.mark.parametrize(
    ("step", "match"),
    [
        (namespaces.leave, "a user namespace is not permitted here"),
        (namespaces.network, "a network namespace is not permitted here"),
        (lambda: namespaces.read_only([]), "a mount namespace is not permitted here"),
    ],
)
def test_namespaces_that_are_not_permitted_are_told(
    monkeypatch: pytest.MonkeyPatch, step: Any, match: str
) -> None:
    monkeypatch.setattr(namespaces, "library", refuse())
    monkeypatch.setattr(namespaces, "prctl", lambda *_: 0)
    with pytest.raises(Missing, match=match):
        step()


def test_namespaces_that_get_no_users_or_mounts_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespaces, "library", lambda *_: 0)
    monkeypatch.setattr(namespaces, "prctl", lambda *_: 0)
    monkeypatch.setattr(namespaces, "write", refuse())
    monkeypatch.setattr(namespaces, "call", refuse())
    with pytest.raises(Missing, match="gets no users"):
        namespaces.leave()
    with pytest.raises(Missing, match="cannot be made read-only here"):
        namespaces.read_only(["/tmp"])


def test_a_machine_of_another_kind_gets_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "MACHINES", {})
    with pytest.raises(Missing, match="no filter is known for"):
        seccomp.restrict(net=False, unix=False)


def test_a_kernel_that_takes_no_filter_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "prctl", refuse(errno.EINVAL))
    monkeypatch.setattr(seccomp, "MACHINES", {os.uname().machine: seccomp.MACHINES["x86_64"]})
    with pytest.raises(Missing, match="takes no filter"):
        seccomp.restrict(net=False, unix=False)


def test_privileges_that_stay_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "prctl", refuse())
    monkeypatch.setattr(limits, "library", refuse())
    with pytest.raises(Missing, match="privileges cannot be given up"):
        limits.privileges()


def test_the_processes_of_root_are_not_counted_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    with pytest.raises(Missing, match="does not count the processes of root"):
        limits.processes(10, apart=True)


@pytest.mark.parametrize(
    ("release", "apart", "alone"),
    [("6.1.0-x", True, True), ("5.14", True, True), ("5.10.0", True, False), ("6.1.0", False, False)],
)
def test_processes_that_run_already_come_on_top_where_they_are_counted_together(
    monkeypatch: pytest.MonkeyPatch, release: str, apart: bool, alone: bool
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() or 4711)
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(release=release))
    monkeypatch.setattr(limits, "_tasks", lambda: 1000)
    monkeypatch.setattr(limits, "_limit", lambda what, most: asked.append((what, most)))
    limits.processes(10, apart=apart)
    assert asked == [(resource.RLIMIT_NPROC, 10 if alone else 1010)]


def test_the_tasks_of_this_user_are_counted() -> None:
    assert limits._tasks() >= 1


def test_without_a_control_group_to_write_to_that_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(limits, "_groups", lambda: [str(tmp_path / "nowhere"), str(tmp_path)])
    monkeypatch.setattr(limits, "write", refuse())
    with pytest.raises(Missing, match="no control group"):
        limits.group(10)
    assert list(tmp_path.iterdir()) == []


def test_control_groups_of_both_versions_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_read", lambda _: "8:pids:/a/b\n7:cpu,pids:/\n4:memory:/x\n0::/c\n")
    assert limits._groups() == [
        "/sys/fs/cgroup/pids/a/b",
        "/sys/fs/cgroup/pids/a",
        "/sys/fs/cgroup/pids",
        "/sys/fs/cgroup/pids",
        "/sys/fs/cgroup/c",
        "/sys/fs/cgroup",
    ]


def test_a_limit_is_never_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (10, 20))
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: asked.append(pair))
    limits._limit(resource.RLIMIT_CORE, 50)
    assert asked == [(20, 20)]


def test_a_step_that_breaks_is_a_missing_layer_with_a_reason() -> None:
    ladder = confine.Ladder()
    assert not ladder.climb("files", refuse(errno.EINVAL))
    assert ladder.climb("limits", lambda: {"tcp": "too old"})
    assert ladder.held == ["limits"]
    assert ladder.missing == {
        "files": "it could not be set up ([Errno 22] Invalid argument)",
        "tcp": "too old",
    }


def test_a_refused_system_call_is_an_error_with_its_number() -> None:
    with pytest.raises(OSError, match="Bad file descriptor") as refusal:
        kernel.library("close", -1)
    assert refusal.value.errno == errno.EBADF
    with pytest.raises(OSError, match="Invalid argument"):
        kernel.prctl(9999)


# the order of the ladder, with layers that are none


@pytest.fixture
def layers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What each layer was asked for; one that is to be missing raises."""
    asked: dict[str, Any] = {}

    def layer(room: Any, name: str, label: str) -> None:
        def take(*words: Any, **named: Any) -> None:
            asked[label] = (*words, *named.values())
            if label in asked.get("missing", ()):
                raise Missing("not here")

        monkeypatch.setattr(room, name, take)

    for room, name, label in (
        (namespaces, "leave", "users"), (namespaces, "network", "network"),
        (namespaces, "read_only", "read-only"), (landlock, "restrict", "files"),
        (seccomp, "restrict", "sockets"), (limits, "usage", "limits"), (limits, "group", "group"),
        (limits, "processes", "processes"), (limits, "privileges", "privileges"),
    ):  # fmt: skip  # read in rows
        layer(room, name, label)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    return asked


def climbed(*words: str) -> confine.Ladder:
    return confine.confine(confine._parser().parse_args([*words, "--", "x"]))


def test_the_ladder_is_climbed_whole(layers: dict[str, Any]) -> None:
    ladder = climbed(
        "--write", "/w", "--hide", "/h", "--no-net", "--no-unix", "--processes", "9", "--memory", "8"
    )
    assert set(ladder.held) == set(confine.LAYERS)
    assert ladder.missing == {}
    assert layers["files"] == (["/w"], ["/h"], False)
    assert layers["sockets"] == (False, False)
    assert layers["limits"] == (8, None, None)
    assert layers["processes"] == (9, True)


def test_what_is_not_asked_for_is_not_given_up(layers: dict[str, Any]) -> None:
    ladder = climbed()
    assert set(ladder.held) == set(confine.LAYERS) - {"hidden", "offline", "network", "tcp", "processes"}
    assert layers["files"] == ([], [], True)
    assert layers["sockets"] == (True, True)
    assert "network" not in layers


def test_a_loopback_leaves_tcp_open_only_in_a_namespace(layers: dict[str, Any]) -> None:
    assert {"offline", "network"} <= set(climbed("--loopback").held)
    assert layers["files"][2]
    layers["missing"] = {"network"}
    assert "offline" in climbed("--loopback").held
    assert not layers["files"][2]


def test_without_namespace_and_filter_it_is_not_offline(layers: dict[str, Any]) -> None:
    layers["missing"] = {"users", "sockets"}
    ladder = climbed("--no-net")
    assert "offline" not in ladder.held
    assert ladder.missing["network"] == ladder.missing["read-only"] == "not here"
    assert "tcp" in ladder.held


def test_without_landlock_none_of_its_layers_holds(layers: dict[str, Any]) -> None:
    layers["missing"] = {"files"}
    assert not {"files", "truncate", "signals", "tcp", "hidden"} & set(
        climbed("--no-net", "--hide", "/h").held
    )


def test_the_processes_of_root_are_counted_by_a_group(
    layers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert "processes" in climbed("--processes", "9").held
    assert layers["group"] == (9,)
    assert "processes" not in layers


# the filter, run by hand


def answer(rows: list[seccomp.Row], number: int, *words: int, arch: int) -> int:
    """What the kernel would say of a call: the few instructions that the filter is made of."""
    data = struct.pack("=IIQ6Q", number, arch, 0, *(*words, *[0] * 6)[:6])
    value = at = 0
    while True:
        code, yes, no, k = rows[at]
        at += 1
        if code == seccomp._RETURN:
            return k
        if code == seccomp._LOAD:
            [value] = struct.unpack_from("=I", data, k)
        elif code == seccomp._AND:
            value &= k
        else:
            tests = {seccomp._EQUAL: value == k, seccomp._ABOVE: value >= k, seccomp._ANY: bool(value & k)}
            at += yes if tests[code] else no


EPERM, ENOSYS = (seccomp._REFUSE | code for code in (errno.EPERM, errno.ENOSYS))
ALLOW = seccomp._ALLOW


@pytest.mark.parametrize("name", sorted(seccomp.MACHINES))
def test_the_filter_says_what_it_is_to_say_on_each_machine(name: str) -> None:
    machine = seccomp.MACHINES[name]

    def ask(call: str, *words: int, net: bool = False, unix: bool = False) -> int:
        families = (*((2, 10, 16) if net else ()), *((1,) if unix else ()))
        rows = seccomp.program(machine, families, unix=unix)
        return answer(rows, machine.calls[call], *words, arch=machine.arch)

    assert {ask(call) for call in seccomp._DENIED} == {EPERM}
    assert {ask(call) for call in seccomp._UNKNOWN} == {ENOSYS}
    assert [ask("socket", family) for family in (1, 2, 10, 16, 17, 40)] == [EPERM] * 6
    assert [ask("socket", family, net=True) for family in (1, 2, 10, 16, 17)] == [EPERM, *[ALLOW] * 3, EPERM]
    assert [ask("socket", family, unix=True) for family in (1, 2)] == [ALLOW, EPERM]
    assert [ask("socketpair", 1, kind) for kind in (1, 2, 5, 2 | 0o2000000)] == [ALLOW, EPERM, ALLOW, EPERM]
    assert ask("socketpair", 1, 2, unix=True) == ALLOW
    assert [ask("kill", pid) for pid in (0xFFFFFFFF, 2**64 - 1, 1, 0)] == [EPERM, EPERM, ALLOW, ALLOW]
    assert [ask("ioctl", 0, word) for word in (0x5412, 0x541C, 0x5401)] == [EPERM, EPERM, ALLOW]
    assert [ask("clone", flags) for flags in (17, 0x10000000, 0x3D0F00)] == [ALLOW, EPERM, ALLOW]


def test_other_numbers_for_the_same_calls_do_not_lead_round_it() -> None:
    machine = seccomp.MACHINES["x86_64"]
    rows = seccomp.program(machine, (), unix=False)
    assert answer(rows, machine.calls["ptrace"], arch=0x40000003) == ENOSYS
    assert answer(rows, machine.calls["ptrace"] | 0x40000000, arch=machine.arch) == ENOSYS
    assert answer(rows, 0, arch=machine.arch) == ALLOW
