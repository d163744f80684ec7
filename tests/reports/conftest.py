"""Gold files: what each format looks like, read in review; renewed with `pytest tests/reports --gold`."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLD = Path(__file__).parent.parent / "data" / "reports"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--gold", action="store_true", help="write the gold files anew")


@pytest.fixture
def gold(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compares a file with its gold file, or writes that."""

    def compare(name: str, data: bytes) -> None:
        if request.config.getoption("--gold", default=False):
            (GOLD / name).write_bytes(data)
        assert data.decode() == (GOLD / name).read_text(encoding="utf-8")

    return compare


@pytest.fixture
def schemas() -> Path:
    """The folder with the schemas of SARIF and JUnit, which are not ours to ship."""
    folder = os.environ.get("EEE_CI_SCHEMAS")
    if not folder:
        pytest.skip("not checked against the schema: EEE_CI_SCHEMAS names no folder with schemas")
    return Path(folder)
