"""Calls a function of a test file in many processes at the same moment, all children of the test alone: a
pool's helper process would outlive the test, and other tests end what a process left behind."""

import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_CHILD = """
import json, runpy, sys
file, name, words = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
sys.path.insert(0, {checkout!r})
function = runpy.run_path(file)[name]
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps(function(*words)))
"""


def together(
    function: Callable[..., Any], calls: Iterable[tuple[Any, ...]], *, limit: float = 120
) -> list[Any]:
    """What the calls returned, in their order. Arguments and results are what JSON knows."""
    code = _CHILD.format(checkout=str(Path(__file__).parent.parent))
    file = inspect.getsourcefile(function)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(file), function.__name__, json.dumps(words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for words in calls
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=limit)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    return [json.loads(words) for words in told]
