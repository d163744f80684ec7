"""Puts what coverage.py measured before beside what it measured now: the arcs of the contexts that stay.

Standard library only, Python 3.8; loaded by covreport.py, whose wish it reads.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sqlite3
from typing import Any, Iterable  # noqa: UP035 - Python 3.8

TAKE = """
    select context.context, file.path, tracer.tracer, arc.fromno, arc.tono
    from old.arc arc join old.context context on context.id = arc.context_id
    join old.file file on file.id = arc.file_id left join old.tracer tracer on tracer.file_id = file.id
    where arc.context_id in (select id from wanted_context) and arc.file_id in (select id from moved_file)
"""
# what stays as it is goes over without a row of it passing through Python
PAIRS = """
    create temp table pair as
    select distinct arc.file_id, arc.context_id, file.path, context.context
    from old.arc arc join old.context context on context.id = arc.context_id
    join old.file file on file.id = arc.file_id
    where arc.context_id in (select id from wanted_context) and arc.file_id in (select id from same_file)
"""
KEEP = (
    PAIRS,
    "insert or ignore into main.file (path) select path from pair",
    "insert or ignore into main.context (context) select context from pair",
    """
    insert or ignore into main.tracer (file_id, tracer)
    select file.id, tracer.tracer from old.tracer tracer join pair on pair.file_id = tracer.file_id
    join main.file file on file.path = pair.path where tracer.tracer <> ''
    """,
    """
    insert or ignore into main.arc (file_id, context_id, fromno, tono)
    select file.id, context.id, arc.fromno, arc.tono
    from pair join old.arc arc on arc.file_id = pair.file_id and arc.context_id = pair.context_id
    join main.file file on file.path = pair.path join main.context context on context.context = pair.context
    """,
)


class UnusableError(Exception):
    """The remembered data."""


def merge(wish: dict[str, Any], data: str, merged: str) -> None:
    """What was measured now, and the lines of the wanted contexts out of what is remembered."""
    aside = f"{merged}.part"
    shutil.copyfile(data, aside)
    if wish.get("remembered"):
        if not os.path.exists(wish["remembered"]):
            raise UnusableError(f"there is no {wish['remembered']}")
        with contextlib.closing(sqlite3.connect(aside)) as new:
            new.execute("attach database ? as old", (wish["remembered"],))
            if flag(new, "old") != "1" or flag(new, "main") != "1":
                raise UnusableError("branches were not measured")
            keep(new, wish)
            new.commit()
    os.replace(aside, merged)


def flag(data: sqlite3.Connection, schema: str) -> str:
    row = data.execute(f"select value from {schema}.meta where key = 'has_arcs'").fetchone()  # noqa: S608  # nosec B608 - our own words
    return str(row[0]) if row else "1"  # nothing was measured


def keep(new: sqlite3.Connection, wish: dict[str, Any]) -> None:
    """Out of the `old` one what is in the wanted contexts: of moved files what has another line now."""
    maps = {path: {int(a): b for a, b in lines.items()} for path, lines in wish.get("maps", {}).items()}
    labels, drop = set(wish.get("labels", ())), set(wish.get("drop", ()))
    files = {number: relative(path) for number, path in new.execute("select id, path from old.file")}
    contexts = dict(new.execute("select id, context from old.context"))
    choose(new, "wanted_context", [number for number, label in contexts.items() if label in labels])
    choose(new, "moved_file", [number for number, path in files.items() if path in maps and path not in drop])
    choose(
        new, "same_file", [number for number, path in files.items() if path not in maps and path not in drop]
    )
    for statement in KEEP:
        new.execute(statement)
    insert(
        new,
        [
            (label, path, tracer, moved(start, lines), moved(end, lines))
            for label, path, tracer, start, end in new.execute(TAKE).fetchall()
            for lines in [maps[relative(path)]]
            if moved(start, lines) and moved(end, lines)
        ],
    )


def choose(new: sqlite3.Connection, table: str, numbers: list[int]) -> None:
    new.execute(f"create temp table {table} (id integer primary key)")
    new.executemany(f"insert into {table} (id) values (?)", [(number,) for number in numbers])  # noqa: S608  # nosec B608 - our own words


@functools.lru_cache(maxsize=None)  # asked for every arc  # noqa: UP033 - Python 3.8
def relative(path: str) -> str:
    """As the wish names it: below the project's folder, with `/`."""
    return os.path.relpath(path).replace(os.sep, "/")


def moved(line: int, lines: dict[int, int]) -> int:
    """Negative ones are a function's entry or exit; 0 when it is gone."""
    return -lines.get(-line, 0) if line < 0 else lines.get(line, 0)


def insert(new: sqlite3.Connection, rows: Iterable[tuple[str, str, str, int, int]]) -> None:
    files, contexts = ids(new, "file", "path"), ids(new, "context", "context")
    arcs: list[tuple[int, int, int, int]] = []
    for label, path, tracer, start, end in rows:
        for known, table, column, name in (
            (files, "file", "path", path),
            (contexts, "context", "context", label),
        ):
            if name not in known:
                made = new.execute(f"insert into {table} ({column}) values (?)", (name,))  # noqa: S608  # nosec B608 - our own words
                known[name] = made.lastrowid or 0
        if tracer:
            new.execute("insert or ignore into tracer (file_id, tracer) values (?, ?)", (files[path], tracer))
        arcs.append((files[path], contexts[label], start, end))
    new.executemany("insert or ignore into arc (file_id, context_id, fromno, tono) values (?, ?, ?, ?)", arcs)


def ids(data: sqlite3.Connection, table: str, column: str) -> dict[str, int]:
    return dict(data.execute(f"select {column}, id from {table}"))  # noqa: S608  # nosec B608 - our own words
