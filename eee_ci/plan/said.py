"""What came of the outcome of a job."""

from eee_ci.model import Noun, Reading


class Learned(Noun, frozen=True, kw_only=True):
    """What a run taught, for the next one."""

    state: bytes
    coverage: bytes | None = None


class Said(Noun, frozen=True, kw_only=True):
    """The reading of the whole, None where only a whole run can tell; and what was said of single files, of
    all that there are or of a `part`; and what a run of tests taught; and why it has to run as a whole, as a
    note on the result or, `widened`, for who asks why it ran, with lines that are `lost` for the reason."""

    reading: Reading | None
    pieces: dict[str, Reading] = {}
    part: bool = False
    learned: Learned | None = None
    notes: tuple[str, ...] = ()
    widened: str = ""
    lost: dict[str, tuple[int, ...]] = {}
