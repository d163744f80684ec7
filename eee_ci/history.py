"""What gates cost in earlier runs, so that the longest can start first; losing it costs time, no verdict."""

import stat
import statistics
from collections.abc import Mapping
from pathlib import Path

import msgspec

from eee_ci import files, text
from eee_ci.errors import WriteError
from eee_ci.model import Cost, Noun

FILE = ".eee-ci/history.json"
SCHEMA = 1
KEPT = 20  # runs of a gate that count
LARGEST = 8 * 1024 * 1024
_LONGEST = 10 * 24 * 3600.0  # seconds; beyond this a record is damage


class History(Noun, frozen=True, kw_only=True):
    """Costs of a gate's last executed runs, oldest first. `note` says why earlier ones were dropped."""

    schema: int = SCHEMA
    gates: dict[str, tuple[Cost, ...]] = {}
    note: str | None = None

    def expected(self, gate: str, prior: float) -> float:
        """Seconds that the gate will take: the middle of its last runs, the prior while there are none."""
        known = [cost.seconds for cost in self.gates.get(gate, ())[-KEPT:] if cost.seconds is not None]
        return statistics.median(known) if known else prior


def load(root: Path) -> History:
    """The history of a project; an empty one with a note when it cannot be believed."""
    path = root / FILE
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:  # reading a FIFO would hang
            return _dropped("it is no file of a sensible size")
        history = msgspec.json.decode(path.read_bytes(), type=History)
    except FileNotFoundError:
        return History()
    except OSError as error:
        return _dropped(error.strerror or "it cannot be read")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _dropped(text.line(str(error)))
    if history.schema != SCHEMA or not all(
        _sound(cost) for costs in history.gates.values() for cost in costs
    ):
        return _dropped("its values make no sense")
    return History(gates=history.gates)


def record(root: Path, executed: Mapping[str, Cost]) -> str | None:
    """Add one run of each gate that was really executed. A sentence when it could not be kept: two runs at
    once both finish, and the later one's history wins."""
    known = {gate: cost for gate, cost in executed.items() if cost.seconds is not None and _sound(cost)}
    if not known:
        return None
    gates = load(root).gates
    added = {gate: (*gates.get(gate, ()), cost)[-KEPT:] for gate, cost in known.items()}
    history = {"schema": SCHEMA, "gates": dict(sorted((gates | added).items()))}
    try:
        files.publish(files.home(root) / Path(FILE).name, msgspec.json.format(msgspec.json.encode(history)))
    except (OSError, WriteError) as error:
        return f"the durations of this run were not kept: {text.line(str(error))}"
    return None


def _sound(cost: Cost) -> bool:
    values = (cost.seconds, cost.cpu)
    in_time = all(value is None or 0 <= value <= _LONGEST for value in values)
    return in_time and (cost.peak is None or cost.peak >= 0)


def _dropped(why: str) -> History:
    return History(note=f"{FILE} starts anew: {why}")
