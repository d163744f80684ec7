"""SARIF for GitHub: one run for each gate that ran to its end, so that a broken one closes no alert."""

from eee_ci.model import Run, Verdict
from eee_ci.rendering import encoded, parts, sarif, staged

_FILE = "eee-ci.sarif"
_RUNS = 20  # GitHub refuses a file with more
_ZIPPED = 9_000_000  # and one over 10 MB
_SMALL = 100_000  # not worth zipping to know
_HEAD = b'{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[\n'


def render(run: Run) -> dict[str, bytes]:
    """`eee-ci.sarif`, and `eee-ci-2.sarif` and so on where one file would be refused."""
    files: list[list[bytes]] = [[]]
    weight = 0
    ours = (staged.verdict(run.agents),) if run.agents is not None else ()
    for verdict in (*run.verdicts, *ours):
        if verdict.asked and verdict.status in ("passed", "failed"):
            data, size = _fitting(run, verdict)
            if files[-1] and (len(files[-1]) == _RUNS or weight + size > _ZIPPED):
                files.append([])
                weight = 0
            files[-1].append(data)
            weight += size
    return {
        parts.name(_FILE, number): _HEAD + b",\n".join(runs) + b"\n]}\n"
        for number, runs in enumerate(files, 1)
    }


def _fitting(run: Run, verdict: Verdict) -> tuple[bytes, int]:
    """The gate's run and about its zipped size, with fewer of its results when these are too large."""
    most = sarif.MOST_RESULTS
    while True:
        data = encoded.json(sarif.run(run, verdict, most=most))
        size = len(data) if len(data) < _SMALL else _zipped(data)
        if size <= _ZIPPED or not most:
            return data, size
        most //= 2


def _zipped(data: bytes) -> int:
    import gzip  # only here: few reports are so large

    return len(gzip.compress(data, 1))
