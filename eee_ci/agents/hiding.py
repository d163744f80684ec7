"""Keeps the one secret that a backend was given out of what is kept of its words."""

from collections.abc import Mapping

from msgspec.structs import replace

from eee_ci import text
from eee_ci.agent import Backend, Told


def redactor(backend: Backend, key: str | None, environ: Mapping[str, str]) -> text.Redactor:
    """`key` names the variable where the config of the backend does not."""
    return text.Redactor([environ.get(backend.key or key or "", "")])


def told(known: Told, hidden: text.Redactor) -> Told:
    """What goes into journal and reports, with *** for the secret."""
    return replace(
        known,
        reason=None if known.reason is None else hidden.text(known.reason),
        message=hidden.text(known.message),
        last=None if known.last is None else hidden.text(known.last),
        warnings=tuple(map(hidden.text, known.warnings)),
    )
