"""JUnit XML as most readers like it: with file and line, and the reruns of flaky tests."""

from eee_ci.model import Run
from eee_ci.rendering import junit


def render(run: Run) -> dict[str, bytes]:
    """`junit.xml`."""
    return {"junit.xml": junit.document(run, strict=False)}
