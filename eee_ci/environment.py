"""The environment of jobs: built from a list of names, never what is left of the caller's."""

import functools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from eee_ci import search
from eee_ci.process import cgroup, kernel

# What tools need to find their way: the user, the language, certificates, proxies and package indexes.
PASSED = (
    *("HOME", "USER", "LOGNAME", "LANG", "LC_*", "TZ", "CI", "XDG_*", "SYSTEMROOT"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    *("PIP_*", "UV_*", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
# A job could steer the workflow around it with these: not even a name written out lets them pass.
NEVER = (
    *("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "ACTIONS_*"),
    *("PYTHONDONTWRITEBYTECODE",),  # triples the time that tools take to start
)
# These pass only by their full name: a pattern is no decision to hand out a secret.
SECRET = ("*TOKEN*", "*SECRET*", "*PASSWORD*", "*PASSWD*", "*CREDENTIAL*", "*API_KEY*", "*PRIVATE_KEY*")
FIXED = {"NO_COLOR": "1", "TERM": "dumb", "PYTHONPYCACHEPREFIX": "{cache}/pycache"}
# With the prefix an interpreter compiles all of its library anew while it starts; our launcher sets it later.
LAUNCHED = {"PYTHONDONTWRITEBYTECODE": "1", "EEE_CI_PYCACHE": FIXED["PYTHONPYCACHEPREFIX"]}
# mypy's MYPY_NUM_WORKERS is not among them: with it mypy refuses some configs that it takes without.
WORKERS = (
    "PYTEST_XDIST_AUTO_NUM_WORKERS",
    "PYTHON_CPU_COUNT",
    "RAYON_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "CMAKE_BUILD_PARALLEL_LEVEL",
)


def build(
    environ: Mapping[str, str],
    *,
    root: Path,
    pass_names: Sequence[str] = (),
    set_values: Mapping[str, str] | None = None,
    python_bin: str | None = None,
    cores: int = 1,
) -> dict[str, str]:
    """The whole environment of a job but TMPDIR. `pass_names` may hold patterns such as `DJANGO_*`; a name
    written out in full passes whatever it is. `python_bin` is the folder of the project's interpreter."""
    made = _chosen(environ, pass_names)
    made = {"TZ": "UTC", "LANG": "C.UTF-8"} | made
    made["PATH"] = search.path(environ, root, first=[python_bin] if python_bin else [])
    made |= {**FIXED, **workers(cores), **(set_values or {})}
    return dict(sorted(made.items()))


def launched(made: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """The environment of a job that our launcher starts, unless `chosen` decides on byte code."""
    if not {"PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"}.isdisjoint(chosen):
        return dict(made)
    rest = {name: value for name, value in made.items() if name != "PYTHONPYCACHEPREFIX"}
    return dict(sorted({**rest, **LAUNCHED}.items()))


def workers(cores: int) -> dict[str, str]:
    """How a job tells its tools how many cores are theirs."""
    return dict.fromkeys(WORKERS, str(cores)) | {"MAKEFLAGS": f"-j{cores}"}


def cores() -> int:
    """Cores that this process may use: its affinity, and the quota of its control groups."""
    return max(1, min([kernel.allowed(), *_quotas()]))


def matching(environ: Mapping[str, str], patterns: Sequence[str]) -> frozenset[str]:
    """The names that one of the patterns means."""
    wanted = tuple(patterns)
    return frozenset(name for name in environ if _like(name, wanted))


def memory(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that jobs may use: what the machine has left, at most the limit of our control group; None when
    neither is known."""
    rows = dict(row.split(":", 1) for row in _words(meminfo).splitlines() if ":" in row)
    available = rows.get("MemAvailable", "").removesuffix("kB").strip()
    known = [cgroup.limit(), int(available) * 1024 if available.isdecimal() else None]
    return min((number for number in known if number is not None), default=None)


def _chosen(environ: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    patterns = (*PASSED, *(name for name in names if "*" in name))
    return {
        name: value
        for name, value in environ.items()
        if (name in names or (_like(name, patterns) and not _like(name, SECRET))) and not _like(name, NEVER)
    }


@functools.lru_cache(maxsize=4096)  # each job asks for each variable
def _like(name: str, patterns: tuple[str, ...]) -> bool:
    return any(_means(pattern, name) for pattern in patterns)


def _means(pattern: str, name: str) -> bool:
    """A whole name, its start and a `*`, or what stands anywhere in it between two: configs allow no more,
    and regular expressions would take longer to compile than all else here."""
    if pattern[:1] == "*":
        return pattern.strip("*") in name
    return name.startswith(pattern[:-1]) if pattern[-1:] == "*" else name == pattern


def _quotas(proc: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")) -> list[int]:
    """Whole cores of each quota on this process's groups and those above; 1.5 cores count as 1."""
    found = []
    for line in _words(proc).splitlines():
        _, controllers, group = line.split(":", 2)
        if not controllers or "cpu" in controllers.split(","):
            top = mount / "cpu" if controllers else mount
            at = Path(os.path.normpath(f"{top}/{group}"))
            found += [_quota(folder) for folder in (at, *at.parents) if folder.is_relative_to(mount)]
    return [quota for quota in found if quota]


def _quota(group: Path) -> int | None:
    """`cpu.max` of the second version of control groups, two files of the first one."""
    limits = _words(group / "cpu.max").split() or [
        _words(group / "cpu.cfs_quota_us").strip(),
        _words(group / "cpu.cfs_period_us").strip(),
    ]
    if not all(limit.isdecimal() for limit in limits):  # `max`, -1, or no such file
        return None
    quota, period = int(limits[0]), int(limits[-1])
    return max(1, quota // period) if period else None


def _words(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
