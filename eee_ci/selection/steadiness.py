"""Lines that tests run or do not run by chance, such as the end of what a server does after it has answered.

Known are those that files which ran did not cover any more, and all files together did not, either. Without
that, all test files run whenever such a line is not covered, since others may have to stand in for it.
"""

from collections.abc import Mapping

import msgspec

from eee_ci.selection.state import State


def with_unsteady(now: State, before: State | None, found: Mapping[str, tuple[int, ...]]) -> State:
    """With what was found, and what was known of files that are as they were."""
    known = before.unsteady if before and before.env_key == now.env_key else {}
    files = before.files if before else {}
    kept = {path: lines for path, lines in known.items() if files.get(path) == now.files.get(path)}
    every = {path: tuple(sorted({*kept.get(path, ()), *found.get(path, ())})) for path in kept | dict(found)}
    return msgspec.structs.replace(now, unsteady={path: lines for path, lines in every.items() if lines})
