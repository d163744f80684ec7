"""What gates cost in earlier runs and how often they failed, so that the longest, or the likeliest to fail,
can start first; losing it costs time, no verdict."""

import stat
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from eee_ci import files, text
from eee_ci.errors import WriteError
from eee_ci.model import Cost, Noun

FILE = ".eee-ci/history.json"
SCHEMA = 1
KEPT = 20  # runs of a gate that count
LARGEST = 8 * 1024 * 1024
T = TypeVar("T")
_LONGEST = 10 * 24 * 3600.0  # seconds; beyond this a record is damage


class History(Noun, frozen=True, kw_only=True):
    """Costs of a gate's last executed runs, and which of them failed, oldest first; `parts` are runs in which
    it judged some of its files only. `note` says why earlier ones were dropped."""

    schema: int = SCHEMA
    gates: dict[str, tuple[Cost, ...]] = {}
    parts: dict[str, tuple[Cost, ...]] = {}
    failed: dict[str, tuple[bool, ...]] = {}
    note: str | None = None

    def expected(self, gate: str, prior: float) -> float:
        """Seconds that the gate will take: the middle of its last runs, the prior while there are none."""
        return _usual(self._last(gate), prior)

    def part(self, gate: str, share: float, prior: float) -> float:
        """Seconds that a part of the gate's files will take, by their share of the whole's seconds: not less
        than the middle of its last such runs, since to start a tool takes its time whatever it judges."""
        return max(self.expected(gate, prior) * share, _usual(self.parts.get(gate, ()), 0.0))

    def peak(self, gate: str) -> int | None:
        """Bytes that it may need: the most of its last runs, of its largest process; None where unknown."""
        return max((cost.peak for cost in self._last(gate) if cost.peak is not None), default=None)

    def useful(self, gate: str, most: int) -> float | None:
        """Cores that it kept busy in the middle of its last runs, at most so many; None where unknown."""
        known = [
            cost.cpu / cost.seconds for cost in self._last(gate) if cost.cpu is not None and cost.seconds
        ]
        return min(_middle(known), float(most)) if known else None

    def failing(self, gate: str) -> float:
        """The part of its last runs that failed, 0 to 1; what failed last counts a little more."""
        known = self.failed.get(gate, ())[-KEPT:]
        return (
            sum(failed * at for at, failed in enumerate(known, 1)) / sum(range(1, len(known) + 1))
            if known
            else 0.0
        )

    def _last(self, gate: str) -> tuple[Cost, ...]:
        return self.gates.get(gate, ())[-KEPT:]


def _usual(costs: Iterable[Cost], prior: float) -> float:
    known = [cost.seconds for cost in costs if cost.seconds is not None]
    return _middle(known) if known else prior


def _middle(values: Collection[float]) -> float:
    """The median: the module for it takes longer to load than all else here to run."""
    known, half = sorted(values), len(values) // 2
    return known[half] if len(known) % 2 else (known[half - 1] + known[half]) / 2


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
    known = (*history.gates.values(), *history.parts.values())
    if history.schema != SCHEMA or not all(_sound(cost) for costs in known for cost in costs):
        return _dropped("its values make no sense")
    return History(gates=history.gates, parts=history.parts, failed=history.failed)


def record(
    root: Path, executed: Mapping[str, Cost], *, failed: Collection[str] = (), parts: Collection[str] = ()
) -> str | None:
    """Add one run of each gate that was really executed, `failed` those of them that did not pass, `parts`
    those that judged some of their files only. A sentence when it could not be kept: two runs at once both
    finish, and the later one's history wins."""
    known = {gate: cost for gate, cost in executed.items() if cost.seconds is not None and _sound(cost)}
    if not known:
        return None
    before = load(root)
    history = {
        "schema": SCHEMA,
        "gates": _added(before.gates, (one for one in known.items() if one[0] not in parts)),
        "parts": _added(before.parts, (one for one in known.items() if one[0] in parts)),
        "failed": _added(before.failed, ((gate, gate in failed) for gate in known)),
    }
    try:
        files.publish(files.home(root) / Path(FILE).name, msgspec.json.format(msgspec.json.encode(history)))
    except (OSError, WriteError) as error:
        return f"the durations of this run were not kept: {text.line(str(error))}"
    return None


def _added(before: Mapping[str, tuple[T, ...]], new: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    added = {gate: (*before.get(gate, ()), value)[-KEPT:] for gate, value in new}
    return dict(sorted({**before, **added}.items()))


def _sound(cost: Cost) -> bool:
    values = (cost.seconds, cost.cpu)
    in_time = all(value is None or 0 <= value <= _LONGEST for value in values)
    return in_time and (cost.peak is None or cost.peak >= 0)


def _dropped(why: str) -> History:
    return History(note=f"{FILE} starts anew: {why}")
