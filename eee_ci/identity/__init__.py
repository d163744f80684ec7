"""Who judges: content ids of interpreters, of what is installed for them, of tools and of eee-ci itself.

Facts are names and values, fit to be compared and shown: a fact that differs is why a gate runs again.
"""

import os
import platform
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from eee_ci import digests
from eee_ci.identity.seen import Seen as Seen  # the noun of this door
from eee_ci.ports import Tool
from eee_ci.tools import Interpreter

PACKAGE = str(Path(__file__).parent.parent)
_LOOSE = (".py", ".pth", ".egg-link", ".so", ".pyd")  # what Python takes from a site folder beside packages
_SOURCE = (".py", ".pyi", ".so", ".pyd", ".toml", ".cfg", ".json")
_MOST = 20_000  # files of an editable install elsewhere; beyond that it is not known
_OUTSIDE = frozenset(
    (".git", ".hg", ".venv", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache", ".eee-ci")
)


def ourselves(seen: Seen) -> dict[str, str]:
    """eee-ci by the content of its own files: what reads and runs the tools decides as well."""
    return {"eee-ci": _tree(PACKAGE, (".py", ".yaml", ".html", ".css", ".md"), seen)}


def system() -> dict[str, str]:
    """The platform that tests and builds see."""
    libc = "-".join(platform.libc_ver())
    return {"platform": f"{platform.system()} {platform.release()} {platform.machine()} {libc}"}


def interpreter(found: Interpreter, seen: Seen) -> dict[str, str]:
    """Its version, its program's content and the settings of its environment."""
    program = seen.digest(found.path)
    config = seen.digest(f"{found.prefix}/pyvenv.cfg")
    version = ".".join(map(str, found.version))
    return {"Python": f"{version} {program[:16]} {config[:16]}"}


def distributions(found: Interpreter, root: str, seen: Seen) -> dict[str, str]:
    """What is installed, each distribution by its RECORD, which lists the hash of each of its files; and what
    else Python takes from its site folders. An editable install elsewhere counts with its files."""
    facts: dict[str, str] = {}
    for folder in found.site_packages:
        for name in seen.listing(folder):
            path = f"{folder}/{name}"
            if name.endswith((".dist-info", ".egg-info")):
                told = _distribution(path, root, seen)
                facts.setdefault(f"dist {name.partition('-')[0].lower()}", f"{_version(name)} {told}")
            elif name.endswith(_LOOSE):
                facts[f"site {name}"] = seen.digest(path)[:16]
    return facts


def tool(found: Tool, seen: Seen) -> str:
    """Version and content of the program that starts; what a module is made of stands in its environment."""
    program = next((word for word in found.argv if word.startswith("/")), "")
    return f"{found.version or 'unknown version'} {seen.digest(program)[:16]}"


def by_interpreter(found: Tool, project: Interpreter, own: Interpreter) -> Interpreter | None:
    """Whose environment the tool runs in; None for a program that stands alone."""
    modular = "-m" in found.argv
    start = found.argv[0] if found.argv else ""
    return next((one for one in (project, own) if modular and start == one.path), None)


def is_script(found: Tool) -> bool:
    """Is it a program that names another one to run it? Then what it imports is not in its own bytes."""
    try:
        with open(found.argv[0], "rb") as stream:  # noqa: PTH123 - two bytes
            return stream.read(2) == b"#!"
    except (OSError, IndexError):
        return True


def _version(name: str) -> str:
    return name.rpartition(".")[0].partition("-")[2] or "unknown version"


def _distribution(path: str, root: str, seen: Seen) -> str:
    """The digest of its list of files; for one that is edited in place, of its source as well."""
    lists = (path, f"{path}/RECORD", f"{path}/PKG-INFO", f"{path}/METADATA")
    listed = next(filter(None, map(seen.digest, lists)), "")
    return f"{listed[:16]}{_edited(f'{path}/direct_url.json', root, seen)}"


def _edited(path: str, root: str, seen: Seen) -> str:
    if seen.look(path) is None:
        return ""
    try:
        told = msgspec.json.decode(Path(path).read_bytes())
        editable = bool(told.get("dir_info", {}).get("editable"))
        source = unquote(urlsplit(told["url"]).path)
    except (OSError, msgspec.DecodeError, AttributeError, KeyError, TypeError, ValueError):
        return " " + seen.digest(path)[:16]
    if not editable or f"{os.path.realpath(source)}/".startswith(f"{root}/"):
        return ""  # the wheel is in RECORD; the project's own files are in its tree
    return " " + _tree(source, _SOURCE, seen)


def _tree(folder: str, endings: tuple[str, ...], seen: Seen) -> str:
    """One digest over all files with these endings below a folder."""
    digest = digests.sha256()
    for number, path in enumerate(_files(folder, endings, seen)):
        if number > _MOST:
            seen.doubts.append(f"{folder} holds too many files to know what is installed from there")
            break
        digest.update(os.fsencode(f"{path[len(folder) + 1 :]}\0{seen.digest(path)}\0"))
    return digest.hexdigest()[:16]


def _files(folder: str, endings: tuple[str, ...], seen: Seen) -> Iterable[str]:
    for name in seen.listing(folder):
        path = f"{folder}/{name}"
        if name.endswith(endings):
            yield path
        elif name not in _OUTSIDE and seen.look(path) == seen.stats[path]:  # a link may lead in a circle
            yield from _files(path, endings, seen) if seen.is_folder(path) else ()
