"""The real mini-swe-agent in an environment of its own, and a project for it to mend.

    EEE_CI_AGENT_TEST=1 python -m pytest tests/agents      or: nox -s agents

Wants the package registry. `EEE_CI_AGENT_HOME` names a folder in which the environment is kept between runs.
"""

import os
import subprocess
import sys
import time
import venv
from pathlib import Path

PINS = Path(__file__).with_name("mini.txt")
WANTED = "EEE_CI_AGENT_TEST"
MODEL = "openai/scripted"
CART = """\
def total(prices, discount=0):
    \"\"\"The sum less a discount in percent.\"\"\"
    return sum(prices) * (100 + discount) / 100
"""
TESTS = """\
import unittest

from cart import total


class TotalTest(unittest.TestCase):
    def test_a_discount_makes_it_less(self):
        self.assertEqual(total([60, 40], discount=10), 90)

    def test_nothing_costs_nothing(self):
        self.assertEqual(total([]), 0)
"""
LOOK = "python3 -m unittest -q 2>&1 | tail -n 3; cat cart.py"
MEND = "sed -i 's/100 + discount/100 - discount/' cart.py"


def environment(fresh: Path) -> Path:
    """The folder with the program `mini`, made in `fresh` unless one is kept."""
    kept = os.environ.get("EEE_CI_AGENT_HOME")
    folder = Path(kept) if kept else fresh
    stamp = folder / "pins"
    if not (stamp.is_file() and stamp.read_bytes() == PINS.read_bytes()):
        began = time.monotonic()
        venv.create(folder, clear=True, symlinks=True)
        install = ("pip", "install", "--quiet", "--no-deps", "-r", str(PINS))
        words = [sys.executable, "-m", "uv", *install, "--python", str(folder / "bin" / "python")]
        subprocess.run(words, check=True, timeout=500)
        stamp.write_bytes(PINS.read_bytes())
        sys.stderr.write(f"mini-swe-agent installed in {time.monotonic() - began:.1f} s\n")
    return folder / "bin"


def project(root: Path) -> Path:
    """A small project with one test that fails."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "cart.py").write_text(CART, encoding="utf-8")
    (root / "test_cart.py").write_text(TESTS, encoding="utf-8")
    return root


def passes(root: Path) -> bool:
    """Do its tests pass, by our own run of them?"""
    words = [sys.executable, "-m", "unittest", "-q"]
    return subprocess.run(words, cwd=root, capture_output=True, check=False).returncode == 0


def variables(program: Path, url: str) -> dict[str, str]:
    """What it needs besides what the adapter sets: its program, a key that is none, and its model's place."""
    return {"PATH": f"{program}:/usr/bin:/bin", "OPENAI_API_KEY": "dummy", "OPENAI_API_BASE": url}
