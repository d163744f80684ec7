"""What stopped a command, in words."""

import errno
import os
import signal
from typing import Any

import pytest

from eee_ci.process import sentences

GIB = 1 << 30
TOO_MANY = "the limit of processes is reached (ulimit -u); use fewer jobs"


def start(code: int | None, *argv: bytes, words: str = "") -> dict[str, Any]:
    return {
        "why": "start",
        "place": "program",
        "errno": code,
        "words": words,
        "argv": list(argv),
        "cwd": b"/",
    }


@pytest.mark.parametrize(
    ("fault", "number", "sentence"),
    [
        ({"why": "signal", "starved": False, "limit": None}, signal.SIGSEGV, "crashed (SIGSEGV)"),
        ({"why": "signal", "starved": False, "limit": None}, signal.SIGSYS, "crashed (SIGSYS)"),
        (
            {"why": "signal", "starved": True, "limit": 4 * GIB},
            signal.SIGKILL,
            "killed (out of memory, peak 3.9 GiB, limit 4.0 GiB)",
        ),
        (
            {"why": "signal", "starved": True, "limit": None},
            signal.SIGKILL,
            "killed (out of memory, peak 3.9 GiB)",
        ),
        (
            {"why": "signal", "starved": False, "limit": None},
            signal.SIGKILL,
            "killed (SIGKILL), not by eee-ci; possibly out of memory (peak 3.9 GiB)",
        ),
        (
            {"why": "signal", "starved": False, "limit": None},
            63,
            "ended by a signal (signal 63) that eee-ci did not send",
        ),
        ({"why": "timeout", "after": 30, "grace": 5, "killed": False}, None, "timed out after 30 s (TERM)"),
        (
            {"why": "timeout", "after": 0.5, "grace": 5, "killed": True, "running": [b"\x1b[1ma"]},
            None,
            "timed out after 0.5 s (TERM, 5 s, KILL); running then: a",
        ),
        ({"why": "cancelled", "killed": False}, None, "cancelled"),
        ({"why": "cancelled", "killed": True}, None, "cancelled (KILL)"),
        ({"why": "large", "most": GIB}, None, "killed: its standard output went over 1024 MiB"),
        (
            start(errno.EAGAIN, b"ruff"),
            None,
            f"cannot start ruff: {os.strerror(errno.EAGAIN)} (EAGAIN); {TOO_MANY}",
        ),
        (start(errno.EIO, b"ruff"), None, f"cannot start ruff: {os.strerror(errno.EIO)} (EIO)"),
        (start(None, b"a\nb", words="embedded null byte"), None, "cannot start a b: embedded null byte"),
    ],
)  # fmt: skip  # read in rows
def test_each_fault_has_its_sentence(fault: dict[str, Any], number: int | None, sentence: str) -> None:
    assert sentences.problem(fault, number, int(3.9 * GIB)) == sentence


def test_a_peak_that_is_not_known_is_not_made_up() -> None:
    fault = {"why": "signal", "starved": False, "limit": None}
    assert sentences.problem(fault, signal.SIGKILL, None).endswith("(peak unknown)")
