"""The plugin of pytest in one of several processes: PYTEST_DONT_REWRITE. It leaves out the test files of the
others and writes down what it saw, so that who joins them can tell that nothing was lost or done twice."""

from __future__ import annotations

import json
import os
import sys
import time
import zlib
from typing import Any, Iterator, NoReturn  # noqa: UP035 - Python 3.8

import pytest

OLDEST = 7  # the first pytest whose hooks are given paths
UNFIT = 2
CHOOSING = ("lf", "failedfirst", "newfirst", "stepwise", "stepwise_skip")


def start(wish: str, arguments: list[str]) -> None:
    """Have pytest load the plugin."""
    with open(wish, encoding="utf-8") as stream:
        shard = Shard(json.load(stream))
    if int(pytest.__version__.partition(".")[0]) < OLDEST:
        shard.unfit = f"pytest {pytest.__version__} is older than {OLDEST}"
        shard.write()
        sys.exit(UNFIT)
    module = sys.modules[__name__]
    for hook in dir(shard):
        if hook.startswith("pytest_"):
            setattr(module, hook, getattr(shard, hook))
    arguments[:0] = ["-p", __name__]


class Shard:
    """What one process is to run, and what it saw."""

    def __init__(self, wish: dict[str, Any]) -> None:
        self.root, self.report = wish["root"], wish["report"]
        self.own, self.number = wish.get("own", 0), wish.get("of", 1)
        self.owners, self.only = wish.get("owners", {}), wish.get("only")
        self.named: set[str] = set()  # files named on the command line: pytest insists on finding those
        self.seen: set[str] = set()
        self.items: dict[str, str] = {}
        self.ran: list[str] = []
        self.failed: dict[str, str] = {}
        self.seconds: dict[str, float] = {}
        self.complete, self.unfit = False, ""

    def mine(self, path: str) -> bool:
        """What nobody has measured goes by its name, the same in all processes."""
        if self.only is not None:
            return path in self.only
        by_name = zlib.crc32(path.encode("utf-8", "surrogateescape")) % self.number
        return bool(self.owners.get(path, by_name) == self.own)

    def path(self, place: object) -> str:
        """Relative to the project, also where it lies outside."""
        return os.path.relpath(str(place), self.root).replace(os.sep, "/")

    def spend(self, path: str, since: float) -> None:
        self.seconds[path] = self.seconds.get(path, 0.0) + time.perf_counter() - since

    def refuse(self, why: str) -> NoReturn:
        self.unfit = why
        self.write()
        pytest.exit(why, UNFIT)

    def write(self) -> None:
        """Aside, then in place."""
        seen = {
            "unfit": self.unfit,
            "complete": self.complete,
            "seen": sorted(self.seen),
            "mine": sorted(filter(self.mine, self.seen)),
            "items": sorted(self.items),
            "ran": sorted(self.ran),
            "failed": self.failed,
            "seconds": {path: round(spent, 6) for path, spent in self.seconds.items() if self.mine(path)},
        }
        with open(f"{self.report}.part", "w", encoding="utf-8") as stream:
            json.dump(seen, stream, sort_keys=True)
        os.replace(f"{self.report}.part", self.report)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: Any) -> None:
        if why := unfit(config):
            self.refuse(why)
        self.named = {self.path(os.path.abspath(str(word).partition("::")[0])) for word in config.args}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collect_file(self, file_path: Any) -> Iterator[None]:
        result: Any = yield
        found, path = result.get_result(), self.path(file_path)
        if not found:
            return
        self.seen.add(path)
        if self.mine(path) or path in self.named or any(isinstance(one, pytest.Package) for one in found):
            return  # on a package of pytest 7 hang all files below
        result.force_result([])

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Iterator[None]:
        since = time.perf_counter()
        yield
        if isinstance(collector, pytest.File) and not isinstance(collector, pytest.Package):
            self.spend(self.path(collector.path), since)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        for item in items:
            if why := depends(item):
                self.refuse(why)
        self.seen.update(self.path(item.path) for item in items)  # also from nowhere
        left_out = [item for item in items if not self.mine(self.path(item.path))]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if self.mine(self.path(item.path))]

    def pytest_collection_finish(self, session: Any) -> None:
        self.items = {item.nodeid: self.path(item.path) for item in session.items}
        if len(self.items) != len(session.items):
            self.refuse("several tests have the same name")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
        since = time.perf_counter()
        yield
        self.ran.append(item.nodeid)
        self.spend(self.path(item.path), since)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed[report.nodeid] = self.items.get(report.nodeid, "")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: Any, exitstatus: Any) -> None:
        stopped = session.shouldstop or session.shouldfail
        self.complete = int(exitstatus) in (0, 1, 5) and not stopped
        if not self.failed and int(exitstatus) == 1:
            self.complete = False  # a file that could not be collected, or a plugin's word
        self.write()


def unfit(config: Any) -> str:
    """Why these tests cannot be shared out; empty when they can."""

    def option(name: str) -> Any:
        return getattr(config.option, name, None)

    has = config.pluginmanager.hasplugin
    why = {
        "pytest-xdist runs the tests in several processes already": (option("dist") or "no") != "no"
        or option("tx")
        or option("numprocesses"),
        "the order of the tests changes from run to run (pytest-randomly)": has("randomly")
        and option("randomly_reorganize") is not False,
        "the order of the tests may change from run to run (pytest-random-order)": has("random_order")
        and option("random_order_bucket"),
        "the tests stop at a failure (-x, --maxfail)": option("maxfail"),
        "the tests are chosen by their last run (--lf, --ff, --nf, --sw)": any(map(option, CHOOSING)),
        "another plugin shares the tests out already": option("splits") or (option("num_shards") or 1) > 1,
        "the tests are only collected": option("collectonly"),
    }
    return next((sentence for sentence, holds in why.items() if holds), "")


def depends(item: Any) -> str:
    """Why a test needs those of other files."""
    for mark in item.iter_markers():
        wide = mark.name == "dependency" and mark.kwargs.get("scope") in ("session", "package")
        if wide or mark.name in ("order", "depends"):
            return f"tests depend on others (the mark {mark.name} of {item.nodeid})"
    return ""
