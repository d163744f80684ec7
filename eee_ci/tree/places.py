"""Where a project keeps its code and its tests, when its config does not say."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eee_ci import text
from eee_ci.model import Noun, Tree

LARGEST = 1024 * 1024
_NO_SOURCES = re.compile(
    r"tests?|testing|test_.*|docs?|documentation|examples?|samples?|demos?|scripts?|bench(marks?)?|tools"
    r"|ci|build|dist|site|tasks|node_modules|\..*",
    re.IGNORECASE,
)
_NO_MODULES = frozenset(
    ("setup", "noxfile", "conftest", "tasks", "fabfile", "dodo", "manage", "wsgi", "asgi")
)
_SECTIONS = (
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", ""),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)


class Layout(Noun, frozen=True, kw_only=True):
    """Folders and files relative to the root, and why these."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    reason: str


class _Project:
    """What the files of a project tell of its layout."""

    def __init__(self, root: Path, tree: Tree) -> None:
        self.root = root
        self.tree = tree
        self.python = sorted(path for path in tree.files if path.endswith((".py", ".pyi")))
        self.troubles: list[str] = []
        self.pyproject = self._toml("pyproject.toml")

    def folders(self) -> list[str]:
        """The folders at the top that hold Python, at any depth."""
        return list(dict.fromkeys(path.partition("/")[0] for path in self.python if "/" in path))

    def modules(self) -> list[str]:
        """The modules at the top, without the ending."""
        return [path.removesuffix(".py") for path in self.python if "/" not in path and path.endswith(".py")]

    def name(self) -> str:
        """The project's name as a module would be named; empty when there is none."""
        project = self.pyproject.get("project")
        found = project.get("name") if isinstance(project, dict) else None
        if not isinstance(found, str):
            found = self.ini("setup.cfg", "metadata").get("name", "")
        return re.sub(r"[-_.]+", "_", found).lower()

    def ini(self, file: str, section: str) -> dict[str, str]:
        if not (words := self._text(file)):
            return {}
        import configparser  # here, as the other parser: few projects need both

        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(words)
        except configparser.Error as error:
            self.troubles.append(f"{file} cannot be read ({text.line(str(error))})")
        return dict(parser[section]) if parser.has_section(section) else {}

    def _toml(self, file: str) -> dict[str, Any]:
        if not (words := self._text(file)):
            return {}
        import tomllib

        try:
            return tomllib.loads(words)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            self.troubles.append(f"{file} cannot be read ({text.line(str(error))})")
            return {}

    def _text(self, file: str) -> str:
        path = self.root / file
        if file not in self.tree.files or not path.is_file():  # a pipe would never end
            return ""
        with path.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        return data.decode("utf-8-sig", "replace") if len(data) <= LARGEST else ""


def layout(root: Path, tree: Tree) -> Layout:
    """Sources and tests by the common habits, and a sentence on what was taken and why."""
    project = _Project(root, tree)
    sources, why_sources = _sources(project)
    tests, why_tests = _tests(project)
    told = [f"{_words(sources)}: {why_sources}", f"{_words(tests)}: {why_tests}", *project.troubles]
    return Layout(sources=sources, tests=tests, reason=f"code in {told[0]}; tests in {'; '.join(told[1:])}")


def _sources(project: _Project) -> tuple[tuple[str, ...], str]:
    name, folders, modules = project.name(), project.folders(), project.modules()
    if "src" in folders:
        return ("src",), "a folder src with Python"
    if "__init__" in modules:
        return (".",), "the project's folder is a package itself"
    known = set(project.python)
    packages = [folder for folder in folders if f"{folder}/__init__.py" in known and _is_source(folder)]
    named = [folder for folder in folders if folder.lower() == name and folder not in packages]
    module = [f"{module}.py" for module in modules if module.lower() == name]
    if packages or named or module:
        return tuple(
            sorted([*packages, *named, *module])
        ), "packages at the top, or what is named as the project"
    loose = [f"{module}.py" for module in modules if module not in _NO_MODULES and not _is_test(module)]
    rest = [folder for folder in folders if _is_source(folder)]
    return tuple(sorted([*rest, *loose])), "all Python that is neither test nor tooling"


def _is_source(folder: str) -> bool:
    return not _NO_SOURCES.fullmatch(folder)


def _is_test(module: str) -> bool:
    return module.startswith("test_") or module.endswith("_test")


def _tests(project: _Project) -> tuple[tuple[str, ...], str]:
    for file, section in _SECTIONS:
        if found := _existing(project, _testpaths(project, file, section)):
            return found, f"testpaths of {file}"
    for folder in ("tests", "test"):
        if folder in project.folders():
            return (folder,), "the usual folder"
    inner = [match[0] for path in project.python if (match := re.search(r"^(?:.*?/)?tests?(?=/)", path))]
    if inner:
        return tuple(dict.fromkeys(inner)), "folders of tests inside packages"
    files = [path for path in project.python if _is_test(path.rpartition("/")[2].partition(".")[0])]
    folders = {path.rpartition("/")[0] for path in files}
    return tuple(
        sorted(files if folders == {""} else folders)
    ), "files named as tests" if files else "none found"


def _testpaths(project: _Project, file: str, section: str) -> list[str]:
    if section:
        return project.ini(file, section).get("testpaths", "").split()
    table: Any = project.pyproject
    for key in ("tool", "pytest"):
        table = table.get(key) if isinstance(table, dict) else None
    options = table.get("ini_options", table) if isinstance(table, dict) else {}
    found = options.get("testpaths", []) if isinstance(options, dict) else []
    return found.split() if isinstance(found, str) else [item for item in found if isinstance(item, str)]


def _existing(project: _Project, wanted: Iterable[str]) -> tuple[str, ...]:
    """The named paths that are in the tree; pytest reads patterns here."""
    import fnmatch

    parents = {path[:at] for path in project.python for at, sign in enumerate(path) if sign == "/"}
    known = sorted(parents | set(project.python))
    found: list[str] = []
    for raw in wanted:
        pattern = os.path.normpath(raw)
        level = [path for path in known if path.count("/") == pattern.count("/")]
        found += ["."] if pattern == "." else fnmatch.filter(level, pattern)
    return tuple(dict.fromkeys(found))


def _words(paths: tuple[str, ...]) -> str:
    return ", ".join(text.path(path) for path in paths) or "no place"
