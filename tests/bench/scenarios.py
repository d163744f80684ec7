"""What happens between two runs: all is removed, nothing, or one line is edited."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench import measure, rivals, stage, tables
from tests.bench.measure import Failed, Took
from tests.bench.stage import GIT, OURS, TURNS, UNIT, Contender, Stage

Tell = Callable[[str], object]
RIVALS = ("make", "prek", "doit", "turbo")
BOUND = "lower bound"


class Slip(NamedTuple):
    """One line that is put before another, or at the end where `before` is empty; `{n}` is new each time."""

    file: str
    line: str
    before: str = ""

    def applied(self, text: str, number: int) -> str:
        row = self.line.replace("{n}", str(number))
        if not self.before:
            return text + row
        if text.count(self.before) != 1:
            raise SystemExit(
                f"{self.file}: {self.before!r} is there {text.count(self.before)} times, want once"
            )
        return text.replace(self.before, row + self.before)


# Each leaves all gates green. The core is what most others import, of the modules with functions.
SLIPS: dict[str, dict[str, Slip]] = {
    "flask": {
        "leaf": Slip(
            "src/flask/views.py",
            "        _bench = {n}\n",
            "        meth = getattr(self, request.method.lower(), None)\n",
        ),
        "core-body": Slip(
            "src/flask/helpers.py", "    _bench = {n}\n", '    val = os.environ.get("FLASK_DEBUG")\n'
        ),
        "core-module": Slip("src/flask/helpers.py", "\n\n_BENCH = {n}\n"),
        "test": Slip("tests/test_views.py", "    _bench = {n}\n", '    view = Index.as_view("index")\n'),
    },
    "httpx": {
        "leaf": Slip(
            "httpx/_auth.py",
            "        _bench = {n}\n",
            '        qops = re.split(b", ?", qop)\n',
        ),
        "core-body": Slip(
            "httpx/_models.py", "    _bench = {n}\n", "    try:\n        codecs.lookup(encoding)\n"
        ),
        "core-module": Slip("httpx/_models.py", "\n\n_BENCH = {n}\n"),
        "test": Slip("tests/test_utils.py", "    _bench = {n}\n", '    content = b"\\x00\\x00\\x00\\x00"\n'),
    },
}
OF_A_PROJECT = ("cold", "unchanged", "leaf", "core-body", "core-module", "test")
TITLES = {
    "cold": "everything removed",
    "unchanged": "nothing changed",
    "leaf": "one line in a function of a leaf module",
    "core-body": "one line in a function of the most imported module",
    "core-module": "one line at module level of the most imported module",
    "test": "one line in a test",
}


def measured(place: Stage, name: str, slip: Slip | None, count: int, tell: Tell) -> list[tables.Round]:
    """The rounds of one scenario. Who takes part depends on it: where all is run anew there is no unit."""
    others = {UNIT, GIT} - ({UNIT} if name == "unchanged" else set())
    taking_part = place.named(*(one.name for one in place.contenders if one.name not in others))
    if name == "cold":
        return _cold(taking_part, count, tell)
    prime(taking_part, tell)
    with _edited(place.root, slip) if slip else contextlib.nullcontext(_nothing) as prepare:
        return list(stage.rounds(taking_part, count, prepare, _told(tell)))


def _cold(place: Stage, count: int, tell: Tell) -> list[tables.Round]:
    """Each gate alone as well, and what follows from that."""
    everyone = place._replace(contenders=(*place.contenders, *place.alone))
    names = [one.name for one in place.alone]
    rounds = stage.rounds(everyone, count, lambda _contender, _turn: place.forget(), _told(tell))
    return [{**(_summed([took[name] for name in names]) if names else {}), **took} for took in rounds]


def _summed(alone: Sequence[Took | Failed]) -> tables.Round:
    failed = next((one for one in alone if isinstance(one, Failed)), None)
    if failed:
        return {BOUND: failed, TURNS: failed}
    taken = [one for one in alone if isinstance(one, Took)]
    turns = measure.in_turn(taken)
    return {BOUND: turns._replace(wall=measure.bound(taken, rivals.JOBS)), TURNS: turns}


def prime(place: Stage, tell: Tell) -> None:
    """Everybody has seen the tree as it is once."""
    place.forget()
    for contender in place.contenders:
        took = place.run(contender)
        if isinstance(took, Failed):
            tell(f"  {contender.name}: {took.why}")


def _nothing(_contender: Contender, _turn: int) -> None:
    pass


@contextlib.contextmanager
def _edited(root: Path, slip: Slip) -> Iterator[stage.Prepare]:
    """The edit is another one for each contender: nobody finds a tool's cache warmed by the one before."""
    file = root / slip.file
    text = file.read_text(encoding="utf-8")
    try:
        yield lambda _contender, turn: file.write_text(slip.applied(text, turn), encoding="utf-8")
    finally:
        file.write_text(text, encoding="utf-8")


def _told(tell: Tell) -> Callable[[int, tables.Round], object]:
    def say(number: int, took: tables.Round) -> None:
        walls = (
            f"{name} {'failed' if isinstance(one, Failed) else tables.seconds(one.wall)}"
            for name, one in took.items()
        )
        tell(f"  round {number + 1}: {', '.join(walls)}")

    return say


def overhead(place: Stage, count: int, tell: Tell, *, again: bool) -> list[tables.Round]:
    """Gates that take no time, run each time: what is left is the program's own, from nothing or `again`."""
    taking_part = place.named(OURS, UNIT, *RIVALS)
    if again:
        prime(taking_part, tell)
        return list(stage.rounds(taking_part, count, _nothing, _told(tell)))
    return list(stage.rounds(taking_part, count, lambda _contender, _turn: place.forget(), _told(tell)))


def many_files(place: Stage, count: int, tell: Tell) -> list[tables.Round]:
    """Nothing changed in a repository of many files."""
    taking_part = place.named(OURS, "turbo", GIT, UNIT)
    prime(taking_part, tell)
    return list(stage.rounds(taking_part, count, _nothing, _told(tell)))


def absent(place: Stage) -> Sequence[str]:
    return [f"absent: {name}: {failed.why}" for name, failed in sorted(place.absent.items())]
