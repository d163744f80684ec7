"""The errors that eee-ci itself raises, and the exit code that each one ends in.

EeeCiError
  UsageError     2   the command line or the place it was called in
  ConfigError    2   the gate config: every fault of the file at once
  WriteError     3   a report that could not be written
ReportError          a tool's report that cannot be read: ends as a `broken` gate, never as an exit
"""

from typing import NamedTuple

GREEN, FAILED, USAGE, BUG, BROKEN, SIGNALLED = 0, 1, 2, 3, 4, 128


class EeeCiError(Exception):
    """Something a user can cause: what happened, and in `hint` what to do about it."""

    code = BUG

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(EeeCiError):
    """The command line is wrong, or the place it was called in."""

    code = USAGE


class Fault(NamedTuple):
    """One fault of a config file; `line` and `column` are 1-based, 0 where there is none."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}"


class ConfigError(EeeCiError):
    """All faults of a config, in the order of the file."""

    code = USAGE

    def __init__(self, faults: list[Fault], hint: str = "") -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults), hint)


class WriteError(EeeCiError):
    """A file that eee-ci was to publish could not be written."""

    code = BUG


class ReportError(Exception):
    """A tool's report is missing, unreadable or contradicts itself: the gate is broken."""
