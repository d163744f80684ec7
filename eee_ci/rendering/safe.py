"""A run as every report gets it: no terminal controls, no numbers that are none, no secrets."""

import math
import re
from collections.abc import Callable, Collection
from typing import Any, get_args

import msgspec

from eee_ci import text
from eee_ci.model import SEVERITIES, STATUSES, CaseStatus, Mode, Run

# In JSON: an escape or an unseen character
_DIRTY_ASCII = (b"\\u", b"\\b", b"\\f", b"\\r", b"\x7f")
_NO_DURATION, _NO_COST = b'"seconds":null', b'"cost":{"seconds":null'  # only a cost may be unknown
_DIRTY = "\\\\[ubfr]|[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
_OUR_WORDS = frozenset([*SEVERITIES, *STATUSES, *get_args(CaseStatus), *get_args(Mode)])


def run(raw: Run, secrets: Collection[str] = ()) -> Run:
    """The run, cleaned; with each secret as `***` wherever it stands, in any usual spelling."""
    if not secrets and _is_clean(raw):
        return raw
    redactor = text.Redactor(secrets)
    known: dict[str, str] = {}

    def change(word: str) -> str:
        if word not in known:
            known[word] = word if word in _OUR_WORDS else redactor.text(text.clean(redactor.text(word)))
        return known[word]

    return msgspec.convert(_walk(msgspec.to_builtins(raw), change), Run)


def _is_clean(raw: Run) -> bool:
    numbers = [number for verdict in raw.verdicts for number in verdict.reading.measures.values()]
    limits = [limit for verdict in raw.verdicts for limit in verdict.limits.values()]
    numbers += [end for limit in limits for end in (limit.min, limit.max) if end is not None]
    if not all(map(math.isfinite, numbers)):
        return False
    try:
        data = msgspec.json.encode(raw)
    except UnicodeEncodeError:  # half of a character, from a file name
        return False
    if data.count(_NO_DURATION) != data.count(_NO_COST):
        return False
    if data.isascii():  # the same question at a tenth of the time
        return not any(sign in data for sign in _DIRTY_ASCII)
    return re.search(_DIRTY, data.decode()) is None


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case dict():
            # left out, a number that is none takes the default of its field: not known
            return {change(key): _walk(item, change) for key, item in value.items() if not _is_nothing(item)}
        case list() | tuple():
            return [_walk(item, change) for item in value]
        case _:
            return value


def _is_nothing(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
