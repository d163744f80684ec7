"""Repositories that are made up: any number of files, and six gates that take no time."""

import random
from pathlib import Path

import yaml

from tests.bench.rivals import Gates
from tests.bench.stage import LONGEST_FIRST
from tests.real import projects

TRUE: Gates = dict.fromkeys(LONGEST_FIRST, ("/bin/true",))
_FUNCTIONS = 20  # a file has about 1.5 KB
_FOLDER = 50


def made(root: Path, files: int, *, inputs: bool = False) -> Path:
    """The repository; made once, since a hundred thousand files take their time. `inputs`: the gates say that
    the files are all they depend on, as turbo takes for granted; else they run each time."""
    if not (root / ".git" / "ready").exists():
        root.mkdir(parents=True, exist_ok=True)
        projects.git(root, "init", "--quiet", "--initial-branch=main")
        chance = random.Random(files)
        for number in range(files):
            folder = root / f"src/p{number // 1000:03d}/q{number // _FOLDER % 20:02d}"
            if number % _FOLDER == 0:
                folder.mkdir(parents=True, exist_ok=True)
            (folder / f"m{number:06d}.py").write_text(_module(chance), encoding="utf-8")
        projects.git(root, "-c", "gc.auto=0", "add", "--all")
        projects.git(root, "-c", "gc.auto=0", "commit", "--quiet", "--message=files")
        (root / ".git" / "ready").touch()
    _configured(root, inputs=inputs)  # the stage commits it
    return root


def _module(chance: random.Random) -> str:
    names = (f"{chance.getrandbits(40):x}" for _ in range(_FUNCTIONS))
    return "".join(
        f"def f_{name}(a: int) -> int:\n    return a * {len(name)} + 0x{name}\n\n\n" for name in names
    )


def _configured(root: Path, *, inputs: bool) -> None:
    gates: dict[str, dict[str, object]] = {}
    for name, words in TRUE.items():
        gates[name] = {"tool": "command", "run": list(words), **({"inputs": ["**/*"]} if inputs else {})}
    text = yaml.safe_dump({"version": 1, "gates": gates})
    (root / "eee-ci.yaml").write_text(text, encoding="utf-8")
