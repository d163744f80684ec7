"""The option `workers`: how many processes share the work of one gate."""

from typing import Annotated, Literal

import msgspec

from eee_ci.model import Gate, Noun

Workers = Annotated[
    Literal["auto"] | Annotated[int, msgspec.Meta(ge=1, le=256)],
    msgspec.Meta(title="auto, or a whole number of at least 1 and at most 256"),
]


class Options(Noun, frozen=True, kw_only=True):
    """`workers` are the processes that share the work, `auto` as many as there are cores."""

    workers: Workers = 1


def number(gate: Gate, most: int) -> int:
    """Processes for a gate; one is as without the option."""
    wish = gate.options.get("workers", 1)
    return most if wish == "auto" else min(int(wish), most)
