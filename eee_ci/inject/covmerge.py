"""Puts what coverage.py measured before beside what it measured now: the arcs of the contexts that stay.

Standard library only, Python 3.8; loaded by covreport.py, whose wish it reads.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sqlite3
from typing import Any

BRANCHES = "select value from {}.meta where key = 'has_arcs'"
CHOICE = (
    "create temp table wanted_context (id integer primary key)",
    "create temp table same_file (id integer primary key)",
    "create temp table moved_line (file_id integer, was integer, now integer, primary key (file_id, was))",
    "create temp table file_now (was integer primary key, now integer)",
    "create temp table context_now (was integer primary key, now integer)",
)
# Within SQLite: no row has to pass through Python. Negative lines are a function's entry or exit.
KEEP = (
    """
    create temp table stay as
    select file_id, context_id, fromno, tono from old.arc
    where file_id in (select id from same_file) and context_id in (select id from wanted_context)
    union all
    select arc.file_id, arc.context_id,
        case when arc.fromno < 0 then -start.now else start.now end,
        case when arc.tono < 0 then -goal.now else goal.now end
    from old.arc arc
    join moved_line start on start.file_id = arc.file_id and start.was = abs(arc.fromno)
    join moved_line goal on goal.file_id = arc.file_id and goal.was = abs(arc.tono)
    where arc.context_id in (select id from wanted_context)
    """,
    """
    insert or ignore into main.file (path)
    select path from old.file where id in (select file_id from stay)
    """,
    """
    insert or ignore into main.context (context)
    select context from old.context where id in (select context_id from stay)
    """,
    "insert into file_now select was.id, now.id from old.file was join main.file now on now.path = was.path",
    """
    insert into context_now
    select was.id, now.id from old.context was join main.context now on now.context = was.context
    """,
    """
    insert or ignore into main.tracer (file_id, tracer)
    select file_now.now, tracer.tracer from old.tracer tracer join file_now on file_now.was = tracer.file_id
    where tracer.tracer <> '' and tracer.file_id in (select file_id from stay)
    """,
    """
    insert or ignore into main.arc (file_id, context_id, fromno, tono)
    select file_now.now, context_now.now, stay.fromno, stay.tono from stay
    join file_now on file_now.was = stay.file_id join context_now on context_now.was = stay.context_id
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
            if not (branches(new, "old") and branches(new, "main")):
                raise UnusableError("branches were not measured")
            keep(new, wish)
            new.commit()
    os.replace(aside, merged)


def branches(data: sqlite3.Connection, which: str) -> bool:
    row = data.execute(BRANCHES.format(which)).fetchone()
    return row is None or row[0] == "1"  # none: nothing was measured


def keep(new: sqlite3.Connection, wish: dict[str, Any]) -> None:
    """Out of the `old` one what is in the wanted contexts: of moved files what has another line now."""
    labels, drop, maps = set(wish.get("labels", ())), set(wish.get("drop", ())), wish.get("maps", {})
    files = [(number, relative(path)) for number, path in new.execute("select id, path from old.file")]
    stay = [(number, path) for number, path in files if path not in drop]
    same = [(number,) for number, path in stay if path not in maps]
    lines = [
        (number, int(was), now) for number, path in stay for was, now in maps.get(path, {}).items() if now
    ]
    contexts = new.execute("select id, context from old.context").fetchall()
    for statement in CHOICE:
        new.execute(statement)
    wanted = [(number,) for number, label in contexts if label in labels]
    new.executemany("insert into wanted_context values (?)", wanted)
    new.executemany("insert into same_file values (?)", same)
    new.executemany("insert into moved_line values (?, ?, ?)", lines)
    for statement in KEEP:
        new.execute(statement)


@functools.lru_cache(maxsize=None)  # asked for every line  # noqa: UP033 - Python 3.8
def relative(path: str) -> str:
    """As the wish names it: below the project's folder, with `/`."""
    return os.path.relpath(path).replace(os.sep, "/")
