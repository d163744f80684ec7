"""The executors by name, each with the function that makes it."""

from collections.abc import Callable

from eee_ci.executors import local
from eee_ci.ports import Observing
from eee_ci.process.signals import Signals

TABLE: dict[str, Callable[[Signals | None], Observing]] = {
    "local": local.Local,
}
