"""What runs inside the judged project's interpreter: the standard library only, nothing of eee_ci."""

from pathlib import Path


def script(name: str) -> str:
    """Where one of these programs lies."""
    return str(Path(__file__).parent / name)
