"""The accepted commits as mails, for `git am`: nothing is ever pushed, the user's branch stays the user's."""

from eee_ci.git import private as git
from eee_ci.workspace import Private

_WORDS = (
    "format-patch",
    "--stdout",
    "--binary",
    "--no-signature",
    "--no-stat",
    "--zero-commit",
    "--full-index",
)


def of(private: Private, tip: str) -> bytes:
    """One mail for each commit between the base and the tip."""
    if tip == private.base:
        return b""
    return git.ask(private.place.store, *_WORDS, f"{private.base}..{tip}").stdout
