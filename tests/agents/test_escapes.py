"""An agent that means harm fails at every escape: each is stopped by a layer of the confinement, or flagged
when its work is taken back. Each case says by what; the table is printed at the end."""

import contextlib
import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import eee_ci
from eee_ci import files, tree, workspace
from eee_ci.agent import Backend
from eee_ci.errors import UsageError
from eee_ci.executors.local import Local
from eee_ci.model import Command, Outcome, Step
from eee_ci.workspace import sandbox
from tests.faults import lab
from tests.workspace.work import Shape, repository, shape, write

EVIL = Path(__file__).with_name("evil.py")
MEGABYTE = 1024 * 1024
BOUNDS = sandbox.Bounds(memory=512 * MEGABYTE, processes=60, file_size=32 * MEGABYTE)
SECRETS = {
    "GITHUB_TOKEN": "canary-github",
    "GH_TOKEN": "canary-gh",
    "ACTIONS_RUNTIME_TOKEN": "canary-actions",
    "AWS_SECRET_ACCESS_KEY": "canary-aws",
    "OPENAI_API_KEY": "canary-openai",
    "SSH_AUTH_SOCK": "/canary-ssh",
    "LD_PRELOAD": "/canary.so",
    "PYTHONSTARTUP": "/canary.py",
}


class Ground:
    """The user's things around the agents of this file, and who listens."""

    def __init__(self, top: Path, local: Local, held: sandbox.Held, opened: contextlib.ExitStack) -> None:
        self.top = top
        self.local = local
        self.held = held
        self.rows: list[tuple[str, str]] = []
        self.denials: Result | None = None
        self.project = repository(top / "project")
        write(top, {"outside/secret": "secret\n", "outside/github_env": "", "home/.ssh/id_ed25519": "key\n"})
        (self.project / ".git/refs/heads").mkdir(exist_ok=True)
        self.private = workspace.open(self.project, top / "place")
        self.private.clone(self.private.base, top / "template")
        self._number = 0
        self._servers(opened)

    def _servers(self, opened: contextlib.ExitStack) -> None:
        self.tcp = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.udp = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.udp.bind(("127.0.0.1", 0))
        self.unix = opened.enter_context(socket.socket(socket.AF_UNIX))
        self.abstract = opened.enter_context(socket.socket(socket.AF_UNIX))
        self.datagram = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        self.folder = opened.enter_context(files.scratch())  # names of sockets are short
        self.unix.bind(str(self.folder / "unix"))
        self.datagram.bind(str(self.folder / "datagram"))
        self.abstract.bind(f"\0{self.folder.name}")
        for server in (self.unix, self.abstract):
            server.listen()

    def silent(self) -> bool:
        """Did nobody call?"""
        everybody = (self.tcp, self.udp, self.unix, self.abstract, self.datagram)
        return not any(lab.readable(server.fileno(), 0) for server in everybody)

    def facts(self) -> str:
        return json.dumps(
            {
                "project": str(self.project),
                "outside": str(self.top / "outside"),
                "home": str(self.top / "home"),
                "place": str(self.top / "place"),
                "package": os.fspath(Path(eee_ci.__file__).parent),
                "engine": os.getpid(),
                "guardian": self.local._supervisor._pid,
                "tcp": self.tcp.getsockname()[1],
                "udp": self.udp.getsockname()[1],
                "unix": self.unix.getsockname(),
                "datagram": self.datagram.getsockname(),
                "abstract": self.folder.name,
            }
        )

    def others(self) -> dict[str, Shape]:
        """All that is none of the agent's."""
        package = Path(eee_ci.__file__)
        made = {name: shape(self.top / name) for name in ("project", "outside", "home", "place")}
        return made | {"package": {"__init__": (0, package.stat().st_mtime_ns, package.read_bytes())}}

    def clone(self) -> Path:
        self._number += 1
        folder = self.top / f"clone-{self._number}"
        shutil.copytree(self.top / "template", folder, symlinks=True)
        return folder

    def run(
        self,
        escape: str,
        *,
        confined: bool = True,
        before_it: tuple[str, ...] = (),
        timeout: float = 60.0,
    ) -> "Result":
        clone, before = self.clone(), self.others()
        guards = self.private.guard(clone), self.private.guard(self.project)
        argv: tuple[str, ...] = (sys.executable, "-I", "-S", str(EVIL), escape, self.facts())
        if confined:
            argv = before_it + sandbox.words(
                argv,
                write=[clone, "{scratch}/home", "{scratch}/tmp"],
                bounds=BOUNDS,
                hide=sandbox.secrets(self.top / "home"),
                report="{scratch}/report",
            )
        environ = {**os.environ, **SECRETS, "HOME": str(self.top / "home")}
        backend = Backend(name="evil", kind="command")
        command = Command(
            steps=(Step(argv=argv, stdout="stream", cwd=str(clone)),),
            env=workspace.environment(backend, "{scratch}", environ=environ, root=self.project),
            keep=("report",),
            timeout=timeout,
        )
        self.local.submit("agent", command, lab.place(clone))
        [(_, outcome)] = lab.outcomes(self.local, 1)
        untouched = self.others() == before and self.silent()
        return Result(self, escape, clone, outcome, guards, untouched)


class Result(NamedTuple):
    """What an escape came to."""

    ground: Ground
    escape: str
    clone: Path
    outcome: Outcome
    guards: tuple[str, str]
    untouched: bool  # nothing of the user's changed, and nobody was called

    @property
    def said(self) -> dict[str, Any]:
        """Its own words; none where it did not get that far."""
        rows = [row for row in self.outcome.files.get("stream", b"").splitlines() if row.startswith(b"{")]
        told: dict[str, dict[str, Any]] = {row["name"]: row for row in map(json.loads, rows)}
        return told.get(self.escape, {})

    def taken(self) -> workspace.Taken:
        return self.ground.private.take(self.clone, self.ground.private.base)


Verify = Callable[[Result], str | None]


class Escape(NamedTuple):
    """`needs`: any of these layers stops it; none: what it leaves is flagged without any."""

    name: str
    verify: Verify
    needs: tuple[str, ...] = ()
    timeout: float = 60.0


def denied(result: Result) -> str | None:
    """The kernel said no."""
    return f"denied: {result.said['why']}" if result.said.get("did") is False else None


def _denials(ground: Ground) -> Result:
    """All that the kernel is to deny, tried by one process."""
    if ground.denials is None:
        ground.denials = ground.run(",".join(escape.name for escape in ESCAPES if escape.verify is denied))
    return ground.denials


def guarded(result: Result) -> str | None:
    """The digest of what its git would run changed."""
    now = result.ground.private.guard(result.clone)
    return "flagged: the guard of its .git changed" if now != result.guards[0] else None


def odd(result: Result) -> str | None:
    """It is named when the work is taken back, and no patch carries it."""
    taken = result.taken()
    named = {odd.path.rstrip("/") for odd in taken.odd}
    if taken.odd and named.isdisjoint(change.path for change in taken.patch.changes):
        return f"flagged: {taken.odd[0]}"
    return None


def inert(result: Result) -> str | None:
    """It did what it liked in its clone, and nothing of that has an effect: each way that the clone goes
    from here is gone, and nothing was run."""
    private = result.ground.private
    taken = result.taken()
    private.diff(taken.patch)
    merged = private.merge(private.base, taken.patch)
    assert isinstance(merged, str)
    commit = private.commit(merged, [private.base], "merged")
    private.clone(commit, result.ground.top / f"{result.escape}-after")
    return None if (result.ground.top / "outside/canary").exists() else "inert: nothing of it was run"


def both(first: Verify, second: Verify) -> Verify:
    return lambda result: first(result) if first(result) and second(result) else None


def shown(result: Result) -> str | None:
    """It is in the patch, for the tamper gate to see."""
    modes = [change.mode_after for change in result.taken().patch.changes]
    return "shown: the patch says 100755" if modes == ["100755"] else None


def scrubbed(result: Result) -> str | None:
    said = (result.clone / "environment.txt").read_text(encoding="utf-8")
    names = {line.partition("=")[0] for line in said.splitlines()}
    return (
        None if "canary" in said or names & set(SECRETS) else "stopped: its environment is made from a list"
    )


def swept(result: Result) -> str | None:
    """Whoever is left in `/proc` with the file's name in its words lives."""
    name = os.fsencode(result.clone / "heartbeat")
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if name in path.read_bytes().split(b"\0"):
                return None
    return f"stopped: the guardian swept it ({len(result.outcome.leaky)} named)"


def bounded(result: Result) -> str | None:
    """So many processes, and none of them lives on."""
    forked = int((result.clone / "forked").read_text(encoding="utf-8"))
    return f"bounded: {forked + 2} processes" if forked < BOUNDS.processes else None


def cut(result: Result) -> str | None:
    size = len(result.outcome.files.get("stream", b""))
    return f"bounded: {size} bytes" if size <= BOUNDS.file_size else None


def omitted(result: Result) -> str | None:
    [ran] = result.outcome.steps
    kept = len(ran.stderr)
    return f"bounded: {kept} bytes kept, {ran.omitted} omitted" if kept <= 2 * MEGABYTE else None


def timed_out(result: Result) -> str | None:
    problem = result.outcome.problem or ""
    return f"stopped: {problem.partition(';')[0]}" if "time" in problem else None


def removable(result: Result) -> str | None:
    named = odd(result) if os.geteuid() else "root reads it all the same"
    files.remove(result.clone)
    return named and f"{named}; the clone can be removed"


FILES, MODES, OFFLINE, PEERS = ("files", "read-only"), ("read-only",), ("offline",), ("files", "privileges")
ESCAPES = (
    *(Escape(name, denied, FILES) for name in (
        "path_outside", "project_file", "project_new_file", "symlink", "symlinked_folder", "hardlink",
        "rename_in", "rename_out", "remove_outside", "proc_root", "proc_cwd", "proc_root_of_engine",
        "proc_fd_of_engine", "home_file", "temporary_outside", "shared_memory", "private_ref",
        "private_object", "own_report", "package_code", "runner_file", "control_group", "user_config",
        "user_hook", "user_ref", "user_index", "user_exclude",
    )),
    *(Escape(name, denied, MODES) for name in ("chmod_outside", "times_outside", "attribute_outside")),
    Escape("truncate_outside", denied, ("truncate", "read-only")),
    *(Escape(name, both(guarded, inert)) for name in (
        "clone_fsmonitor", "clone_alias", "clone_filter", "clone_diff_driver", "clone_merge_driver",
        "clone_hooks_path", "clone_hook", "clone_include", "clone_attributes", "clone_alternates",
        "clone_worktree",
    )),
    *(Escape(name, both(odd, inert)) for name in (
        "submodule", "nested_repository", "case_twin", "newline_name", "bytes_name", "pipe",
        "link_over_folder", "deep_folders", "many_files",
    )),
    Escape("executable_bit", shown),
    Escape("unreadable", removable),
    Escape("immutable", denied, ("privileges",)),
    Escape("sparse_file", denied, ("limits",)),
    Escape("memory_hog", denied, ("limits",)),
    Escape("fork_bomb", bounded, ("processes",)),
    Escape("output", cut, ("limits",)),
    Escape("error_output", omitted),
    Escape("raise_limits", denied, ("privileges",)),
    Escape("stop_itself", timed_out, timeout=2.0),
    Escape("ignore_the_end", timed_out, timeout=2.0),
    Escape("daemon", swept),
    Escape("daemon_without_mark", swept),
    *(Escape(name, denied, ("signals",)) for name in ("kill_engine", "kill_guardian")),
    Escape("kill_everybody", denied, ("signals", "sockets")),
    *(Escape(name, denied, PEERS) for name in (
        "trace_engine", "read_engine_memory", "engine_environment", "guardian_environment",
    )),
    Escape("any_environment", denied, ("files",)),
    Escape("own_environment", scrubbed),
    Escape("key_of_user", denied, ("hidden",)),
    *(Escape(name, denied, ("privileges",)) for name in ("privileges", "mount")),
    *(Escape(name, denied, ("sockets",)) for name in (
        "namespaces", "keyring", "io_uring", "file_handle", "unix_socket", "abstract_socket", "paired_socket",
        "netlink", "vsock",
    )),
    *(Escape(name, denied, OFFLINE) for name in ("tcp", "tcp_listen", "udp")),
)  # fmt: skip  # read in rows


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Ground]:
    with contextlib.ExitStack() as opened:
        local = opened.enter_context(lab.executor(grace=0.5))
        local.warm()
        ground = Ground(tmp_path_factory.mktemp("escapes"), local, sandbox.held(), opened)
        here = Path.cwd()
        os.chdir(ground.top / "outside")
        yield ground
        os.chdir(here)
        sandbox.tidy()
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        sys.stdout.write("\n" + "".join(f"{name:34} {what}\n" for name, what in ground.rows))


def test_there_are_enough_of_them() -> None:
    assert len({escape.name for escape in ESCAPES}) == len(ESCAPES) >= 40


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda escape: escape.name)
def test_an_escape_fails(ground: Ground, escape: Escape) -> None:
    if escape.needs and not set(escape.needs) & set(ground.held.layers):
        why = "; ".join(f"{name}: {ground.held.missing.get(name, 'not held')}" for name in escape.needs)
        ground.rows.append((escape.name, f"NOT STOPPED HERE, it needs one of: {why}"))
        pytest.skip(f"needs one of these layers: {why}")
    if escape.verify is denied:
        result = _denials(ground)._replace(escape=escape.name)
    else:
        result = ground.run(escape.name, timeout=escape.timeout)
    assert result.untouched
    what = escape.verify(result)
    assert what, f"{escape.name} was neither stopped nor flagged: {result.said or result.outcome}"
    layers = sandbox.read(result.outcome.files["report"]).layers
    assert set(layers) == set(ground.held.layers)
    ground.rows.append((escape.name, what))


# a machine on which no namespace is permitted, as far as its programs can tell
_NO_NAMESPACES = f"""
import os, sys
sys.path.append({os.fspath(Path(eee_ci.__file__).parent.parent)!r})
from eee_ci.inject.confining import kernel, seccomp
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
seccomp.restrict(net=True, unix=True)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_where_no_namespaces_are_permitted_the_other_layers_hold(ground: Ground) -> None:
    tried = [escape for escape in ESCAPES if escape.needs and escape.verify is denied]
    before_it = (sys.executable, "-I", "-S", "-c", _NO_NAMESPACES)
    result = ground.run(",".join(escape.name for escape in tried), before_it=before_it)
    held = sandbox.read(result.outcome.files["report"])
    assert not {"users", "network", "read-only"} & set(held.layers)
    rows = [json.loads(row) for row in result.outcome.files["stream"].splitlines()]
    assert [row["name"] for row in rows] == [escape.name for escape in tried]
    did = {row["name"] for row in rows if row["did"]}
    open_to_all = {escape.name for escape in tried if not set(escape.needs) & set(held.layers)}
    assert did <= open_to_all
    for row, escape in zip(rows, tried, strict=True):
        what = row["why"] or f"NOT STOPPED, it needs one of: {', '.join(escape.needs)}"
        ground.rows.append((f"{escape.name}, no namespaces", what))


def user_guarded(result: Result) -> str | None:
    now = result.ground.private.guard(result.ground.project)
    return "flagged: the guard of the user's .git changed" if now != result.guards[1] else None


_SEEN = (
    "clone_fsmonitor clone_filter clone_hook clone_include submodule nested_repository case_twin newline_name"
)
_SEEN += " pipe link_over_folder executable_bit unreadable daemon daemon_without_mark own_environment"
UNCONFINED = (
    *(escape for escape in ESCAPES if escape.name in _SEEN.split()),
    *(Escape(name, user_guarded) for name in ("user_config", "user_hook", "user_exclude")),
)


@pytest.fixture
def alone(tmp_path: Path, ground: Ground) -> Iterator[Ground]:
    """Things of the user's that may come to harm."""
    with contextlib.ExitStack() as opened:
        yield Ground(tmp_path, ground.local, ground.held, opened)


@pytest.mark.parametrize("escape", UNCONFINED, ids=lambda escape: escape.name)
def test_without_any_layer_it_is_flagged_all_the_same(ground: Ground, alone: Ground, escape: Escape) -> None:
    result = alone.run(escape.name, confined=False, timeout=escape.timeout)
    what = escape.verify(result)
    assert what, f"{escape.name} was not flagged: {result.said or result.outcome}"
    ground.rows.append((f"{escape.name}, unconfined", what))


@pytest.mark.parametrize("name", ["project_file", "project_new_file", "chmod_outside"])
def test_without_any_layer_an_edit_of_the_user_s_files_is_seen(
    ground: Ground, alone: Ground, name: str
) -> None:
    before = tree.snapshot(alone.project)
    alone.run(name, confined=False)
    changed = tree.changed_since(before)
    assert changed in (("a.py",), ("conftest.py",))
    ground.rows.append((f"{name}, unconfined", f"flagged: {changed[0]} differs from the snapshot"))


def test_without_any_layer_nothing_is_applied_over_an_edit_of_the_user_s_files(alone: Ground) -> None:
    before = tree.snapshot(alone.project)
    result = alone.run("project_file", confined=False)
    write(result.clone, {"a.py": "agent\n"})
    with pytest.raises(UsageError, match=r"a\.py was changed"):
        workspace.apply(alone.project, before, result.taken().patch, alone.private)


def test_an_honest_agent_does_its_work_confined(ground: Ground) -> None:
    result = ground.run("own_environment")
    assert result.said["did"]
    assert (result.outcome.problem, result.outcome.leaky) == (None, ())
    assert [change.path for change in result.taken().patch.changes] == ["environment.txt"]
    assert ground.private.guard(result.clone) == result.guards[0]
