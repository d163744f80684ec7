"""`summary.md`: the verdict for people, on a pull request or on the page of a run."""

from eee_ci.model import Run
from eee_ci.rendering import summary

_MOST = 900 << 10  # GitHub drops a summary of more than 1 MiB whole, and other steps write there too
_ROOMS = (
    summary.Room(rows=200, reasons=20, log=8 << 10, details=True, table=True),
    summary.Room(rows=50, reasons=10, log=4 << 10, details=True, table=True),
    summary.Room(rows=20, reasons=5, log=2 << 10, details=True, table=True),
    summary.Room(rows=5, reasons=5, log=1 << 10, details=True, table=True),
    summary.Room(rows=0, reasons=1, log=0, details=True, table=True),
    summary.Room(rows=0, reasons=0, log=0, details=False, table=True),
    summary.Room(rows=0, reasons=0, log=0, details=False, table=False),
)


def render(run: Run) -> dict[str, bytes]:
    """`summary.md`, with as much detail as has room; the last of the rooms holds any run."""
    pages = (summary.page(run, room, _MOST) for room in _ROOMS)
    return {"summary.md": next(page for page in pages if page is not None)}
