"""What stopped a command, in a sentence that says what to do; from the facts of the guardian."""

import errno
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from eee_ci import text

DIED = "the supervisor died, so the processes were ended; nothing is known of their verdict"
TIMED_OUT, CANCELLED = "timed out after", "cancelled"
TOO_LARGE = "killed: its standard output went over"
NO_FOLDER, NO_INPUT, NO_START = "cannot run in", "cannot read its standard input", "cannot start"
_CRASHES = {"SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE", "SIGSYS", "SIGTRAP"}
_ADVICE = {
    errno.ENOENT: "install it, or name it by its full path",
    errno.EACCES: "make it executable (chmod +x), or look at the rights of its folders",
    errno.ENOEXEC: "it needs a first line like `#!/usr/bin/env python3`, or was built for another machine",
    errno.E2BIG: "the command line and environment are too long; name folders instead of files",
    errno.EAGAIN: "the limit of processes is reached (ulimit -u); use fewer jobs",
    errno.ENOMEM: "there is not enough memory; use fewer jobs",
    errno.EMFILE: "too many files are open (ulimit -n); use fewer jobs",
    errno.ENFILE: "the system has too many files open; use fewer jobs",
    errno.ENOSPC: "the disk is full; free some space",
    errno.ETXTBSY: "somebody is writing to it at this moment; run again",
}  # fmt: skip  # read in rows


def problem(fault: Mapping[str, Any], signalled: int | None, peak: int | None) -> str:
    """The sentence for a fault; `signalled` and `peak` are the last step's."""
    if fault["why"] == "signal":
        return _by_signal(fault, signalled or 0, peak)
    return _SENTENCES[fault["why"]](fault)


def _start(fault: Mapping[str, Any]) -> str:
    argv, cwd = fault["argv"], os.fsdecode(fault["cwd"])
    if fault["place"] == "folder":
        return f"{NO_FOLDER} {text.line(cwd)}: {_reason(fault)}"
    if fault["place"] == "input":
        return f"{NO_INPUT}: {_reason(fault)}"
    program = os.fsdecode(argv[0]) if argv else ""
    name = text.line(program) or "a program without a name"
    reason, advice = _reason(fault), _ADVICE.get(fault["errno"] or 0, "")
    if fault["errno"] == errno.ENOENT and os.path.exists(os.path.join(cwd, program)):
        reason, advice = "the program named in its first line is missing", "install it anew for this machine"
    return f"{NO_START} {name}: {reason}" + (f"; {advice}" if advice else "")


def _reason(fault: Mapping[str, Any]) -> str:
    code = fault["errno"]
    return f"{os.strerror(code)} ({errno.errorcode.get(code, code)})" if code else text.line(fault["words"])


def _timeout(fault: Mapping[str, Any]) -> str:
    how = f"TERM, {fault['grace']:g} s, KILL" if fault["killed"] else "TERM"
    running = [text.line(text.decode(name)) for name in fault.get("running", ())]
    tail = f"; running then: {', '.join(running)}" if running else ""
    return f"{TIMED_OUT} {fault['after']:g} s ({how}){tail}"


def _cancelled(fault: Mapping[str, Any]) -> str:
    return f"{CANCELLED} (KILL)" if fault["killed"] else CANCELLED


def _large(fault: Mapping[str, Any]) -> str:
    return f"{TOO_LARGE} {fault['most'] >> 20} MiB"


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "start": _start,
    "timeout": _timeout,
    "cancelled": _cancelled,
    "large": _large,
}


def _by_signal(fault: Mapping[str, Any], number: int, peak: int | None) -> str:
    name = _name(number)
    if name in _CRASHES:
        return f"crashed ({name})"
    if fault["starved"]:
        limit = f", limit {_size(fault['limit'])}" if fault["limit"] else ""
        return f"killed (out of memory, peak {_size(peak)}{limit})"
    if number == signal.SIGKILL:
        return f"killed ({name}), not by eee-ci; possibly out of memory (peak {_size(peak)})"
    return f"ended by a signal ({name}) that eee-ci did not send"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _size(number: int | None) -> str:
    if number is None:
        return "unknown"
    return f"{number / 2**30:.1f} GiB" if number >= 2**30 else f"{number / 2**20:.0f} MiB"
