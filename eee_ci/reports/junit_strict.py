"""JUnit XML that is valid for the schemas of both Ant and Jenkins."""

from eee_ci.model import Run
from eee_ci.rendering import junit


def render(run: Run) -> dict[str, bytes]:
    """`junit.xml`."""
    return {"junit.xml": junit.document(run, strict=True)}
