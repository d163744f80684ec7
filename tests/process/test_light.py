"""What the guardian and its other half load: they stand between the start and the first process."""

import subprocess
import sys
from pathlib import Path

import pytest

import eee_ci

HEAVY = {"contextlib", "enum", "functools", "collections", "pathlib", "re", "signal", "typing", "msgspec"}


@pytest.mark.parametrize("module", ["watch", "guarded"])
def test_nothing_heavy_is_loaded(module: str) -> None:
    place = str(Path(eee_ci.__file__).parent.parent)
    script = f"import sys; sys.path.append({place!r}); import eee_ci.process.{module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, check=True)
    assert HEAVY & set(ran.stdout.decode().split()) == set()
