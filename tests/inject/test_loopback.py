"""With `loopback`, connections to a server in the process of the tests are followed like calls."""

from pathlib import Path

import pytest

from tests.inject import recorded

TEST, OTHER = "tests/test_x.py", "tests/test_y.py"
SERVER = """\
import asyncio, contextlib, socket, threading

import pytest


@contextlib.contextmanager
def served(host="127.0.0.1", family=socket.AF_INET):
    import p.a

    with socket.create_server((host, 0), family=family) as server:
        def answer():
            with contextlib.suppress(OSError):
                while True:
                    with server.accept()[0] as one:
                        one.sendall(b"%d" % p.a.f())

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[:2]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def asked(address):
    with socket.create_connection(address, timeout=20) as one:
        return one.recv(9)


@pytest.fixture(scope="session")
def server():
    with served() as address:
        yield address
"""
FILES = {"tests/conftest.py": SERVER, "tests/__init__.py": ""}
USES = "from tests.conftest import asked\n\ndef test_x(server):\n    assert asked(server) == b'2'\n"
NEEDS = "import contextlib, socket\nfrom tests.conftest import asked, served\n\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def said(root: Path, body: str, *, loopback: bool = True, **more: str) -> list[str]:
    """Why the test file is not trusted."""
    ran = recorded.run(root, {**FILES, TEST: body, **more}, loopback=loopback)
    assert (ran.exit, ran.record["untracked"]) == (0, None), ran.output
    assert ran.record["shared"]["untrusted"] == []
    found: list[str] = ran.file(TEST)["untrusted"]
    return found


def test_who_asks_a_server_of_a_shared_fixture_depends_on_what_it_runs(root: Path) -> None:
    ran = recorded.run(root, {**FILES, TEST: USES, OTHER: "def test_y():\n    pass\n"}, loopback=True)
    assert (ran.exit, ran.record["untracked"]) == (0, None), ran.output
    assert ran.file(TEST)["untrusted"] == []
    assert ran.file(TEST)["fixtures"] == ["fixture:tests::server"]
    assert ran.file(TEST)["executed"]["src/p/a.py"] == ["f"]
    assert "src/p/a.py" not in ran.file(OTHER)["executed"]


def test_without_the_option_it_is_not_trusted(root: Path) -> None:
    assert said(root, USES, loopback=False) == ["asks for an address", "opens a socket"]


@pytest.mark.parametrize(
    "words",
    [
        "with served() as here:\n        asked(here), asked(here)",
        "with served('::1', socket.AF_INET6) as here:\n        asked(here), asked(here)",
        (
            "with served() as here:\n        one = socket.socket()\n"
            "        one.connect(here)\n        one.sendmsg([b'x'])"
        ),
        "socket.getaddrinfo(b'127.0.0.1', 80)",
    ],
)
def test_what_stays_within_is_trusted(root: Path, words: str) -> None:
    assert said(root, f"{NEEDS}def test_x():\n    {words}\n") == []


FAILS = "with contextlib.suppress(OSError):\n        "


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (FAILS + "socket.socket().connect(('127.0.0.1', 9))", ["opens a socket"]),
        (
            FAILS
            + "one = socket.socket()\n        one.setblocking(False)\n        one.connect(('192.0.2.1', 9))",
            ["opens a socket"],
        ),
        ("socket.socket().bind(('0.0.0.0', 0))", ["opens a socket"]),
        ("socket.socket().bind(('', 0))", ["opens a socket"]),
        ("import _socket\n    _socket.socket().bind(('127.0.0.1', 0))", ["opens a socket"]),
        ("socket.socket(type=socket.SOCK_DGRAM).bind(('127.0.0.1', 0))", ["opens a socket"]),
        (FAILS + "socket.socket(socket.AF_UNIX).bind('/none/none')", ["opens a socket"]),
        (FAILS + "socket.socket(socket.AF_UNIX).connect('none')", ["opens a socket"]),
        (FAILS + "socket.getaddrinfo('localhost', 80)", ["asks for an address"]),
        (FAILS + "socket.getaddrinfo(None, 80)", ["asks for an address"]),
        (FAILS + "socket.getaddrinfo('127.0.0.invalid', 80)", ["asks for an address"]),
        ("socket.getaddrinfo('127.1', 80)", ["asks for an address"]),  # numeric for some only
        # a first packet with data goes out without a connection
        (FAILS + "socket.socket().sendmsg([b'x'], [], 0, ('127.0.0.1', 9))", ["opens a socket"]),
        (FAILS + "socket.gethostbyname('127.0.0.1')", ["asks for an address"]),
        (
            "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
            ["opens a socket"],
        ),
        (
            "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b''], [], 0, ('127.0.0.1', 9))",
            ["opens a socket"],
        ),
        (
            "one, other = socket.socketpair()\n    one.sendmsg([b'x'])",
            ["opens a socket"],
        ),  # it could send files
    ],
)
def test_what_may_leave_the_process_is_not(root: Path, words: str, sentences: list[str]) -> None:
    assert said(root, f"{NEEDS}def test_x():\n    {words}\n") == sentences


SHARED = "one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)"  # who listens with it?
BOUND, LISTENS = "one.bind(('127.0.0.1', 0))", "one.listen()"


@pytest.mark.parametrize(
    "words",
    [
        (SHARED, BOUND, LISTENS, "other.connect(one.getsockname())"),
        (BOUND, "other.connect_ex(one.getsockname())"),  # nobody listens
        (BOUND, LISTENS, "here = one.getsockname()", "one.close()", "other.connect_ex(here)"),
        (BOUND, LISTENS, "other.connect_ex(('127.0.0.2', one.getsockname()[1]))"),
    ],
)
def test_a_server_has_to_listen_there_alone(root: Path, words: tuple[str, ...]) -> None:
    lines = ("one, other = socket.socket(), socket.socket()", *words, "one.close(), other.close()")
    body = "\n    ".join(lines)
    assert said(root, f"{NEEDS}def test_x():\n    {body}\n") == ["opens a socket"]


def test_a_server_that_another_test_file_left_is_another_ones(root: Path) -> None:
    left = (
        "import socket\nheld = []\n\ndef test_a():\n    held.append(socket.create_server(('127.0.0.1', 0)))\n"
    )
    use = (
        "import socket\nfrom tests import test_a\n\ndef test_x():\n"
        "    with socket.create_connection(test_a.held[0].getsockname()):\n        pass\n"
    )
    ran = recorded.run(root, {**FILES, "tests/test_a.py": left, TEST: use}, loopback=True)
    assert ran.exit == 0, ran.output
    assert "opens a socket" not in ran.file("tests/test_a.py")["untrusted"]
    assert ran.file(TEST)["untrusted"] == ["opens a socket"]


def test_a_server_that_a_test_loop_makes_is_trusted(root: Path) -> None:
    body = """\
import asyncio
import p.a


async def answer(reader, writer):
    writer.writelines([b"%d" % p.a.f()])
    writer.close()


async def both():
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b"2"
        writer.close()


def test_x():
    asyncio.run(both())
"""
    assert said(root, body) == []
