"""Tests that ask a server in their process: with `loopback` they run when an edit can have broken them."""

from collections.abc import Callable

import pytest

from tests.conftest import Files, Project
from tests.pipeline.test_selecting import Site, told

SERVER = """\
import contextlib
import socket
import threading

import pytest

from p import sums


@pytest.fixture(scope="session")
def server():
    with socket.create_server(("127.0.0.1", 0)) as opened:

        def answer():
            with contextlib.suppress(OSError):
                while True:
                    with opened.accept()[0] as one:
                        one.sendall(b"%d" % sums.double(int(one.recv(9))))

        thread = threading.Thread(target=answer)
        thread.start()
        yield opened.getsockname()
        opened.shutdown(socket.SHUT_RDWR)
        thread.join()
"""
ASKS = """\
import socket

def test_server(server):
    with socket.create_connection(server) as one:
        one.sendall(b"4")
        assert one.recv(9) == b"8"
"""
FILES = {"tests/conftest.py": SERVER, "tests/test_server.py": ASKS}


@pytest.fixture
def asking(project: Callable[[Files], Project]) -> Site:
    made = Site(project, loopback=True)
    made.project.write(FILES)
    made.check()
    return made


def test_it_is_remembered_until_what_the_server_runs_changes(asking: Site) -> None:
    asking.edit("p/words.py", "'!'", "'!!'")
    ran = asking.check()
    assert (ran.status, list(ran.chosen)) == ("failed", ["tests/test_words.py"])
    assert told(ran) == asking.scratch()
    asking.edit("p/words.py", "'!!'", "'!'")
    asking.edit("p/sums.py", "return n + n", "return n + n + 1")
    ran = asking.check()
    assert "tests/test_server.py" in ran.chosen
    assert [case.name for case in ran.reading.cases if case.status != "passed"] == [
        "test_server",
        "test_double",
    ]
    assert told(ran) == asking.scratch()


def test_the_server_itself_is_a_dependency(asking: Site) -> None:
    asking.edit("tests/conftest.py", "one.sendall(", "one.sendall(b'1' + ")
    ran = asking.check()
    assert [case.name for case in ran.reading.cases if case.status != "passed"] == ["test_server"]


def test_without_the_option_it_always_runs(asking: Site) -> None:
    del asking.gate["loopback"]
    asking.project.write({"eee-ci.yaml": asking.config})
    why = "all test files run: the command, its environment or what is installed has changed"
    assert why in asking.check().because
    asking.edit("p/words.py", "'!'", "'!!'")
    assert asking.check().chosen["tests/test_server.py"] == "asks for an address"
