"""A small judged project on disk, and the records that a run of its tests would make, by hand."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from eee_ci import selection
from eee_ci.model import CaseStatus, TestCase, Tree
from eee_ci.selection import Choice, Record, Recorded, State

ENV = "environment"
NOTHING: dict[str, Any] = {
    "modules": (), "executed": {}, "data": (), "stats": (), "absent": (), "listings": (), "imports": (),
    "untrusted": (),
}  # fmt: skip  # read in rows


def blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class Lab:
    """Files below a folder; a value that starts with `->` is a symbolic link."""

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        self.root = root
        self.files: dict[str, str] = {}
        self.write(files)

    def write(self, files: Mapping[str, str]) -> "Lab":
        for name, content in files.items():
            self.remove(name)
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content.startswith("->"):
                path.symlink_to(content[2:])
            else:
                path.write_bytes(content.encode())
            self.files[name] = content
        return self

    def remove(self, *names: str) -> "Lab":
        for name in names:
            path = self.root / name
            if os.path.lexists(path):
                path.unlink()
                while not any(path.parent.iterdir()) and path.parent != self.root:
                    path = path.parent
                    path.rmdir()
            self.files.pop(name, None)
        return self

    def tree(self) -> Tree:
        links = {name for name, content in self.files.items() if content.startswith("->")}
        return Tree(
            root=str(self.root),
            files={
                name: blob(content[2 * (name in links) :].encode())
                for name, content in sorted(self.files.items())
            },
            modes=dict.fromkeys(sorted(links), "120000"),
            id="tree",
        )

    def choose(self, state: State | None, env_key: str = ENV) -> Choice:
        """Through the bytes, as in the next run."""
        if state is not None:
            state = selection.unpack(selection.pack(state))
            assert state is not None
        return selection.choose(state, self.tree(), env_key=env_key)

    def learn(
        self,
        record: Record,
        state: State | None = None,
        choice: Choice | None = None,
        cases: dict[tuple[str, str], TestCase] | None = None,
    ) -> State:
        return selection.learn(
            state,
            choice or Choice(),
            record=record,
            cases=passed(record) if cases is None else cases,
            tree=self.tree(),
            env_key=ENV,
        )


def recorded(**fields: Any) -> Recorded:
    return Recorded(**{**NOTHING, **fields})


def ran(path: str, *modules: str, **fields: Any) -> Recorded:
    """The record of a test file with one test."""
    name = path.removesuffix(".py").replace("/", ".")
    return recorded(
        cases=((name, "test"),),
        modules=(path, *modules),
        imports=tuple(sorted({module.partition("/")[0].removesuffix(".py") for module in modules})),
        **fields,
    )


def record(
    files: dict[str, Recorded],
    shared: Recorded | None = None,
    early: dict[str, tuple[str, ...]] | None = None,
    **fields: Any,
) -> Record:
    made = Record(
        v=1,
        python="3.11.7",
        complete=True,
        untracked=None,
        files=files,
        shared=shared or recorded(),
        import_executed=early or {},
    )
    made = msgspec.structs.replace(made, **fields)
    return selection.load(msgspec.json.encode(made))


def passed(made: Record, status: CaseStatus = "passed") -> dict[tuple[str, str], TestCase]:
    return {
        (classname, name): TestCase(classname=classname, name=name, status=status)
        for one in made.files.values()
        for classname, name in one.cases
    }
