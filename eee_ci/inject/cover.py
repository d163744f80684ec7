"""Starts coverage.py in the judged interpreter as `coverage run` does, the project's own settings first.

What only a program inside of that interpreter can know is decided here: whether the project says what to
measure, and whether worker processes can be measured. Standard library and coverage.py only.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any, Callable  # noqa: UP035 - Python 3.8

UNSEEN = "coverage.py before 7.10 cannot see pytest-xdist's workers; update it or run without xdist (-n0)\n"
UNSEEN_BY_OURS = (
    "the project's environment has no coverage.py, and that of eee-ci sees no further process "
    "(pytest-xdist's workers, or `patch = subprocess`); install coverage there, or run without\n"
)


def start(wish: dict[str, list[str]]) -> Callable[[], None]:
    """Measure from here on, as the launcher's options wish; call what comes back to stop and save."""
    import coverage.exceptions

    cov = coverage.Coverage(data_file=wish["--cover"][0], branch=True, check_preimported=True)
    if not any(known(cov, name) for name in ("source", "source_pkgs", "source_dirs", "include")):
        if wish.get("--source"):
            cov.set_option("run:source", list(map(named, wish["--source"])))
        if not known(cov, "omit"):
            cov.set_option("run:omit", wish.get("--omit", []))
    lent = "--lend" in wish
    patched = lent and unpatched(cov)
    blind = "--workers" in wish and (lent or not measure_workers(cov))
    if "--record" in wish:
        with_contexts(cov)
    cov.start()

    def finish() -> None:
        warnings.simplefilter("ignore", coverage.exceptions.CoverageWarning)  # the report says it better
        cov.stop()
        if patched or (blind and "xdist.dsession" in sys.modules):
            sys.stderr.write(UNSEEN_BY_OURS if lent else UNSEEN)
            cov.erase()  # a number without the others would be wrong: rather no data at all
        else:
            cov.save()

    return finish


def named(source: str) -> str:
    """A folder as it is; a file by the name of its module, since coverage.py takes no files here."""
    if not os.path.isfile(source):
        return source
    folder, name = os.path.split(source)
    parts = [] if name == "__init__.py" else [os.path.splitext(name)[0]]
    while folder and os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
    return ".".join(parts)


def unpatched(cov: Any) -> bool:
    """Does the project have further processes measured? Then no more: that writes into the environment."""
    patches = set(known(cov, "patch") or ())
    if "subprocess" not in patches:
        return False
    cov.set_option("run:patch", sorted(patches - {"subprocess"}))
    return True


def known(cov: Any, name: str) -> Any:
    """The project's setting; None where this version of coverage.py has no such option."""
    try:
        return cov.get_option(f"run:{name}")
    except Exception:  # noqa: BLE001 - its own exception class moved between versions
        return None


def with_contexts(cov: Any) -> None:
    """Leave the contexts to the recorder. The core that Python 3.14 gets by default has none."""
    for name in ("context", "dynamic_context"):
        cov.set_option(f"run:{name}", None)
    if known(cov, "core") == "sysmon" or sys.version_info >= (3, 14):
        cov.set_option("run:core", "ctrace")


def measure_workers(cov: Any) -> bool:
    """Have worker processes measured as well; False when this version cannot."""
    patches = known(cov, "patch")
    if patches is None:
        return False
    cov.set_option("run:patch", sorted({*patches, "subprocess"}))
    cov.set_option("run:parallel", True)
    cov.config.config_file = cov.config.config_file or os.devnull  # it asserts that there is one
    return True
