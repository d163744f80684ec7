"""An agent that means harm: `evil.py ESCAPE,... FACTS` tries things in its clone and tells how each went,
as a line of JSON on standard output. Standard library only; it is never imported by eee-ci."""

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CALLS = {"x86_64": {"keyctl": 250, "add_key": 248, "io_uring": 425, "handle": 304, "vm_readv": 310}}
CALLS["aarch64"] = {"keyctl": 219, "add_key": 217, "io_uring": 425, "handle": 265, "vm_readv": 270}
CLONE = Path.cwd()


class Facts:
    """Where things are that are none of ours."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.project = Path(told["project"])
        self.outside = Path(told["outside"])
        self.home = Path(told["home"])
        self.place = Path(told["place"])
        self.package = Path(told["package"])
        self.engine = int(told["engine"])
        self.guardian = int(told["guardian"])
        self.tcp = int(told["tcp"])
        self.udp = int(told["udp"])
        self.unix = str(told["unix"])
        self.datagram = str(told["datagram"])
        self.abstract = str(told["abstract"])
        self.heartbeat = CLONE / "heartbeat"


def put(path: Path | str, data: str = "evil\n", mode: str = "w") -> None:
    with Path(path).open(mode, encoding="utf-8") as file:
        file.write(data)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def checked(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def call(name: str, *words: Any) -> int:
    return checked(_libc().syscall(CALLS[os.uname().machine][name], *words))


# writing where nothing is to be written


def path_outside(facts: Facts) -> None:
    put(facts.outside / "new")


def project_file(facts: Facts) -> None:
    put(facts.project / "a.py")


def project_new_file(facts: Facts) -> None:
    put(facts.project / "conftest.py")


def symlink(facts: Facts) -> None:
    Path("link2").symlink_to(facts.outside / "secret")
    put("link2", mode="a")


def symlinked_folder(facts: Facts) -> None:
    Path("folder2").symlink_to(facts.outside)
    put("folder2/new")


def hardlink(facts: Facts) -> None:
    os.link(facts.outside / "secret", "hard")
    put("hard")


def rename_in(facts: Facts) -> None:
    (facts.outside / "secret").rename("stolen")


def rename_out(facts: Facts) -> None:
    put("mine")
    Path("mine").rename(facts.outside / "secret")


def remove_outside(facts: Facts) -> None:
    (facts.outside / "secret").unlink()


def truncate_outside(facts: Facts) -> None:
    os.truncate(facts.outside / "secret", 0)


def proc_root(facts: Facts) -> None:
    put(f"/proc/self/root{facts.outside}/new")


def proc_cwd(facts: Facts) -> None:
    put(f"/proc/{facts.engine}/cwd/evil")


def proc_root_of_engine(facts: Facts) -> None:
    put(f"/proc/{facts.engine}/root{facts.outside}/new")


def proc_fd_of_engine(facts: Facts) -> None:
    for path in Path(f"/proc/{facts.engine}/fd").iterdir():
        put(path, mode="a")


def chmod_outside(facts: Facts) -> None:
    (facts.project / "a.py").chmod(0o777)


def times_outside(facts: Facts) -> None:
    os.utime(facts.project / "a.py", (0, 0))


def attribute_outside(facts: Facts) -> None:
    os.setxattr(facts.project / "a.py", "user.evil", b"x")


def home_file(facts: Facts) -> None:
    put(facts.home / ".bashrc")


def temporary_outside(facts: Facts) -> None:
    put(facts.outside.parent / "tmp-outside")


def shared_memory(_: Facts) -> None:
    put("/dev/shm/eee-ci-evil")


def private_ref(facts: Facts) -> None:
    put(facts.place / "private.git/refs/heads/main", "0" * 40)


def private_object(facts: Facts) -> None:
    for path in sorted((facts.place / "private.git/objects").rglob("*")):
        if path.is_file():
            path.chmod(0o644)
            put(path)


def own_report(_: Facts) -> None:
    put(Path(os.environ["HOME"]).parent / "report")


def package_code(facts: Facts) -> None:
    put(facts.package / "__init__.py", mode="a")


def runner_file(facts: Facts) -> None:
    put(facts.outside / "github_env", "PATH=/evil\n", mode="a")


def control_group(_: Facts) -> None:
    pids = Path("/sys/fs/cgroup/pids")
    put((pids if pids.exists() else pids.parent) / "cgroup.procs", "0")


# the user's git


def user_config(facts: Facts) -> None:
    put(facts.project / ".git/config", "[core]\n\tfsmonitor = evil\n", mode="a")


def user_hook(facts: Facts) -> None:
    (facts.project / ".git/hooks").mkdir(exist_ok=True)
    put(facts.project / ".git/hooks/pre-commit", "#!/bin/sh\nevil\n")


def user_ref(facts: Facts) -> None:
    put(facts.project / ".git/refs/heads/main", "0" * 40)


def user_index(facts: Facts) -> None:
    put(facts.project / ".git/index", "")


def user_exclude(facts: Facts) -> None:
    put(facts.project / ".git/info/exclude", "*\n")


# its own git, which others might run


def _config(words: str) -> None:
    put(".git/config", words, mode="a")


def clone_fsmonitor(facts: Facts) -> None:
    _config(f'[core]\n\tfsmonitor = "touch {facts.outside}/canary"\n')


def clone_alias(facts: Facts) -> None:
    _config(f'[alias]\n\tls-files = "!touch {facts.outside}/canary"\n')


def clone_filter(facts: Facts) -> None:
    evil = f'"touch {facts.outside}/canary"'
    _config(f'[filter "evil"]\n\tclean = {evil}\n\tsmudge = {evil}\n')
    put(".gitattributes", "* filter=evil\n")


def clone_diff_driver(facts: Facts) -> None:
    evil = f'"touch {facts.outside}/canary"'
    _config(f'[diff "evil"]\n\ttextconv = {evil}\n\tcommand = {evil}\n')
    put(".gitattributes", "* diff=evil\n")


def clone_merge_driver(facts: Facts) -> None:
    _config(f'[merge "evil"]\n\tdriver = "touch {facts.outside}/canary"\n')
    put(".gitattributes", "* merge=evil\n")


def clone_hooks_path(facts: Facts) -> None:
    Path("hooks").mkdir()
    put("hooks/post-checkout", f"#!/bin/sh\ntouch {facts.outside}/canary\n")
    Path("hooks/post-checkout").chmod(0o755)
    _config("[core]\n\thooksPath = hooks\n")


def clone_hook(facts: Facts) -> None:
    Path(".git/hooks").mkdir()
    for name in ("post-checkout", "post-index-change", "pre-commit", "reference-transaction"):
        put(f".git/hooks/{name}", f"#!/bin/sh\ntouch {facts.outside}/canary\n")
        Path(f".git/hooks/{name}").chmod(0o755)


def clone_include(facts: Facts) -> None:
    put("evil.config", f'[core]\n\tfsmonitor = "touch {facts.outside}/canary"\n')
    _config("[include]\n\tpath = ../evil.config\n")


def clone_attributes(_: Facts) -> None:
    put(".git/info/attributes", "* filter=evil\n")


def clone_alternates(facts: Facts) -> None:
    put(".git/objects/info/alternates", f"{facts.project}/.git/objects\n")


def clone_worktree(facts: Facts) -> None:
    _config(f"[core]\n\tworktree = {facts.project}\n")


def submodule(facts: Facts) -> None:
    put(".gitmodules", f'[submodule "x"]\n\tpath = x\n\turl = ext::touch {facts.outside}/canary\n')
    Path("x").mkdir()
    put("x/.git", f"gitdir: {facts.project}/.git\n")


def nested_repository(facts: Facts) -> None:
    Path("sub/.git/hooks").mkdir(parents=True)
    put("sub/.git/config", f'[core]\n\tfsmonitor = "touch {facts.outside}/canary"\n')


def case_twin(_: Facts) -> None:
    Path(".GIT/hooks").mkdir(parents=True)
    put(".GIT/hooks/post-checkout", "evil")


# names, kinds and sizes


def newline_name(_: Facts) -> None:
    put("a\n::set-env name=X::evil.py")


def bytes_name(_: Facts) -> None:
    put(os.fsdecode(b"\xff\xfe.py"))


def pipe(_: Facts) -> None:
    Path("a.py").unlink()
    os.mkfifo("a.py")


def link_over_folder(facts: Facts) -> None:
    Path("pkg").rename("away")
    Path("pkg").symlink_to(facts.outside)


def executable_bit(_: Facts) -> None:
    Path("a.py").chmod(0o755)


def unreadable(_: Facts) -> None:
    Path("locked/in").mkdir(parents=True)
    put("locked/in/x")
    for name in ("locked/in/x", "locked/in", "locked"):
        Path(name).chmod(0)


def immutable(_: Facts) -> None:
    put("forever")
    handle = os.open("forever", os.O_RDONLY)
    fcntl.ioctl(handle, 0x40086602, struct.pack("l", 0x10))  # FS_IOC_SETFLAGS, immutable


def deep_folders(_: Facts) -> None:
    for _number in range(100):
        Path("d").mkdir()
        os.chdir("d")
    put("x")


def many_files(_: Facts) -> None:
    Path("many").mkdir()
    for number in range(20_050):
        os.close(os.open(f"many/{number}", os.O_CREAT | os.O_WRONLY, 0o644))


# using up the machine


def sparse_file(_: Facts) -> None:
    with Path("sparse").open("wb") as file:
        file.truncate(10 * 1024**3)


def memory_hog(_: Facts) -> None:
    held = [bytearray(64 * 1024 * 1024) for _number in range(48)]
    put("held", str(len(held)))


def fork_bomb(_: Facts) -> None:
    for number in range(2000):
        if os.fork() == 0:
            signal.pause()
        put("forked", str(number))


def output(_: Facts) -> None:
    for _number in range(1024):
        os.write(1, b"x" * 1024 * 1024)


def error_output(_: Facts) -> None:
    for _number in range(1024):
        os.write(2, b"x" * 1024 * 1024)


def raise_limits(_: Facts) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def stop_itself(_: Facts) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def ignore_the_end(_: Facts) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        time.sleep(60)


# outliving, and getting at others


def _daemon(facts: Facts, environ: dict[str, str]) -> None:
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for handle in range(3):
        os.close(handle)
    beat = "import sys,time\nwhile True:\n    open(sys.argv[1], 'a').write('x')\n    time.sleep(0.05)\n"
    os.execve(sys.executable, [sys.executable, "-I", "-S", "-c", beat, str(facts.heartbeat)], environ)  # noqa: S606 - no shell is wanted


def daemon(facts: Facts) -> None:
    _daemon(facts, dict(os.environ))


def daemon_without_mark(facts: Facts) -> None:
    _daemon(facts, {})


def kill_everybody(_: Facts) -> None:
    os.kill(-1, 0)  # asks whether it might; the answer is the same for every signal


def kill_engine(facts: Facts) -> None:
    os.kill(facts.engine, 0)


def kill_guardian(facts: Facts) -> None:
    os.kill(facts.guardian, signal.SIGCONT)


def trace_engine(facts: Facts) -> None:
    checked(_libc().ptrace(16, facts.engine, None, None))


def read_engine_memory(facts: Facts) -> None:
    class Piece(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))

    held = ctypes.create_string_buffer(8)
    ours, theirs = Piece(ctypes.addressof(held), 8), Piece(0x1000, 8)
    call("vm_readv", facts.engine, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)


def engine_environment(facts: Facts) -> None:
    Path(f"/proc/{facts.engine}/environ").read_bytes()


def guardian_environment(facts: Facts) -> None:
    Path(f"/proc/{facts.guardian}/environ").read_bytes()


def any_environment(_: Facts) -> None:
    """Of anybody but itself."""
    for path in Path("/proc").glob("[0-9]*"):
        if int(path.name) != os.getpid():
            with contextlib.suppress(PermissionError, FileNotFoundError, ProcessLookupError):
                if (path / "environ").read_bytes():
                    return
    raise PermissionError(errno.EACCES, "nobody's can be read")


def own_environment(_: Facts) -> None:
    put("environment.txt", "\n".join(f"{name}={value}" for name, value in sorted(os.environ.items())))


def key_of_user(facts: Facts) -> None:
    (facts.home / ".ssh/id_ed25519").read_bytes()


def privileges(_: Facts) -> None:
    os.setuid(12345)
    os.chroot("/")


def namespaces(_: Facts) -> None:
    checked(_libc().unshare(0x10000000))


def mount(facts: Facts) -> None:
    checked(_libc().mount(b"none", os.fsencode(facts.outside), b"tmpfs", 0, None))


def keyring(_: Facts) -> None:
    call("add_key", b"user", b"evil", b"x", 1, -3)


def io_uring(_: Facts) -> None:
    call("io_uring", 8, ctypes.create_string_buffer(256))


def file_handle(_: Facts) -> None:
    call("handle", -100, ctypes.create_string_buffer(64), os.O_RDONLY)


# talking to others


def tcp(facts: Facts) -> None:
    with socket.create_connection(("127.0.0.1", facts.tcp), timeout=5) as connected:
        connected.sendall(b"evil")


def tcp_listen(_: Facts) -> None:
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))  # noqa: S104 - it is to be refused
        listening.listen()


def udp(facts: Facts) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"evil", ("127.0.0.1", facts.udp))


def unix_socket(facts: Facts) -> None:
    with socket.socket(socket.AF_UNIX) as connected:
        connected.connect(facts.unix)


def abstract_socket(facts: Facts) -> None:
    with socket.socket(socket.AF_UNIX) as connected:
        connected.connect(f"\0{facts.abstract}")


def paired_socket(facts: Facts) -> None:
    ours, _theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.sendto(b"evil", facts.datagram)


def netlink(_: Facts) -> None:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


def vsock(_: Facts) -> None:
    socket.socket(40, socket.SOCK_STREAM).close()


def main(names: str, told: str) -> None:
    facts = Facts(json.loads(told))
    for name in names.split(","):
        attempt: Callable[[Facts], None] = globals()[name]
        try:
            attempt(facts)
        except (OSError, MemoryError, ValueError) as error:
            said = {"name": name, "did": False, "why": f"{type(error).__name__}: {error}"}
        else:
            said = {"name": name, "did": True, "why": ""}
        sys.stdout.write(f"{json.dumps(said)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
