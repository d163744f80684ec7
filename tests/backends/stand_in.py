"""A program that says what was recorded, under the name of any backend's program, from a folder on PATH."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parent.parent / "data" / "backends"
SCRIPT = """\
#!{python} -IS
import json, os, sys, time
with open("got.json", "w") as file:
    json.dump({{"argv": sys.argv[1:], "stdin": sys.stdin.read(), "home": os.environ["HOME"]}}, file)
data = open({data!r}, "rb").read()
out = open(sys.argv[sys.argv.index("-o") + 1], "wb") if "-o" in sys.argv else sys.stdout.buffer
out.write(data[:{size}])
out.flush()
{then}
sys.exit({code})
"""


class Got(NamedTuple):
    """What the program was given."""

    argv: list[str]
    stdin: str
    home: str


def install(folder: Path, name: str, recorded: str, *, code: int = 0, size: int = -1, then: str = "") -> str:
    """Put it there; the PATH that finds it. It says the first `size` bytes, then runs some more Python."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    fields: dict[str, Any] = {"data": str(DATA / recorded), "size": None if size < 0 else size}
    program.write_text(SCRIPT.format(python=sys.executable, code=code, then=then, **fields), encoding="utf-8")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def got(root: Path) -> Got:
    return Got(**json.loads((root / "got.json").read_text(encoding="utf-8")))
