"""Files that run inside other interpreters: standard library only, and nothing of ours is imported there."""

from pathlib import Path

LAUNCHER = Path(__file__).parent / "launch.py"
