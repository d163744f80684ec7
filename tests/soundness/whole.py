"""Edits of whole files: modules, data, conftest, tests and settings come, change, move and go. Pure."""

from collections.abc import Callable
from random import Random

from tests.soundness.source import pick
from tests.soundness.trees import Layout, Tree

Change = dict[str, bytes | None]  # a path to its new content; None: the file is gone
Maker = Callable[[Tree, Layout, Random], Change | None]

NEW_MODULE = b'"""A new one."""\n\nVALUE = 1\n\n\ndef value() -> int:\n    return VALUE\n'
NEW_DATA = (b'{"added": 1}\n', b"added\n", b"")
NEW_CONFTESTS = (
    b"import pytest\n\n\n@pytest.fixture(autouse=True)\ndef _added() -> None:\n    pass\n",
    b'import pytest\n\n\n@pytest.fixture(autouse=True)\ndef _added() -> None:\n    raise OSError("no")\n',
    b'import os\n\nos.environ["ADDED"] = "1"\n',
)
NEW_TESTS = (
    b"def test_added() -> None:\n    assert 1 + 1 == 2\n",
    b"def test_added() -> None:\n    assert 1 + 1 == 3\n",
    b"import not_there\n\n\ndef test_added() -> None:\n    assert not_there\n",
)
SHADOWED = ("json.py", "logging.py", "colorsys.py", "typing_extensions.py", "click.py")
SETTINGS = {
    "pytest.ini": (
        b"[pytest]\naddopts = -p no:randomly\n",
        b"[pytest]\naddopts = --strict-markers\n",
        b"[pytest\n",
    ),
    ".coveragerc": (b"[run]\nbranch = False\n", b"[report]\nexclude_also =\n    return\n"),
    "setup.cfg": (b"[tool:pytest]\naddopts = -ra\n",),
}


def module_added(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    folder = _folder(tree, layout.is_source, chance)
    return {f"{folder}/added_{chance.randrange(1000)}.py": NEW_MODULE} if folder else None


def module_used(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    """A new module, and a test that needs it."""
    test = _chosen(tree, layout.is_test, chance)
    if test is None:
        return None
    folder, name = test.rpartition("/")[0], f"added_{chance.randrange(1000)}"
    place = f"import sys\nsys.path.insert(0, {folder!r})\n".encode()
    used = b"\n\ndef test_%s() -> None:\n    import %s\n\n    assert %s.value() == 1\n" % (
        (name.encode(),) * 3
    )
    return {f"{folder}/{name}.py": NEW_MODULE, test: place + tree[test] + used}


def package_added(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    folder = _folder(tree, layout.is_source, chance)
    name = f"{folder}/package_{chance.randrange(1000)}"
    return {f"{name}/__init__.py": b"", f"{name}/inner.py": NEW_MODULE} if folder else None


def module_shadows(_tree: Tree, _layout: Layout, chance: Random) -> Change | None:
    """A file at the root that stands before a library's module of the same name."""
    name = chance.choice(SHADOWED)
    return {name: chance.choice((b'raise RuntimeError("shadowed")\n', b"VALUE = 1\n"))}


def module_removed(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, layout.is_source, chance)
    return {path: None} if path else None


def module_renamed(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    return _moved(tree, _chosen(tree, layout.is_source, chance), ".py", "_renamed.py")


def data_changed(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, layout.is_data, chance)
    return {path: tree[path] + chance.choice((b"\n", b"added\n"))} if path else None


def data_emptied(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, layout.is_data, chance)
    return {path: b""} if path and tree[path] else None


def data_added(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    folder = _folder(tree, layout.is_below, chance)
    name = f"{folder}/added_{chance.randrange(1000)}.{chance.choice(('json', 'txt', 'html', 'cfg'))}"
    return {name: chance.choice(NEW_DATA)} if folder else None


def data_removed(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, layout.is_data, chance)
    return {path: None} if path else None


def data_renamed(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    return _moved(tree, _chosen(tree, layout.is_data, chance), "", ".renamed")


def conftest_added(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    test = _chosen(tree, layout.is_test, chance)
    path = f"{test.rpartition('/')[0]}/conftest.py" if test else "conftest.py"
    path = path if path not in tree else "conftest.py"
    return {path: chance.choice(NEW_CONFTESTS)} if path not in tree else None


def conftest_changed(tree: Tree, _layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, _is_conftest, chance)
    return {path: tree[path] + b"\n\n" + chance.choice(NEW_CONFTESTS)} if path else None


def conftest_removed(tree: Tree, _layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, _is_conftest, chance)
    return {path: None} if path else None


def tests_added(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    folder = _folder(tree, layout.is_test, chance)
    return {f"{folder}/test_added_{chance.randrange(1000)}.py": chance.choice(NEW_TESTS)} if folder else None


def test_appended(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, layout.is_test, chance)
    return {path: tree[path] + b"\n\n" + chance.choice(NEW_TESTS)} if path else None


def tests_removed(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    path = _chosen(tree, layout.is_test, chance)
    return {path: None} if path else None


def tests_renamed(tree: Tree, layout: Layout, chance: Random) -> Change | None:
    return _moved(tree, _chosen(tree, layout.is_test, chance), ".py", "_renamed.py")


def settings_added(tree: Tree, _layout: Layout, chance: Random) -> Change | None:
    name = chance.choice(sorted(SETTINGS))
    return {name: chance.choice(SETTINGS[name])} if name not in tree else None


def settings_changed(tree: Tree, _layout: Layout, chance: Random) -> Change | None:
    """pytest's and coverage.py's tables in pyproject.toml, changed: sometimes to nonsense."""
    if "pyproject.toml" not in tree:
        return None
    old, new = chance.choice(
        (
            (b"[tool.pytest.ini_options]\n", b'[tool.pytest.ini_options]\naddopts = "-ra"\n'),
            (b"[tool.coverage.run]\n", b'[tool.coverage.run]\nomit = ["*/__init__.py"]\n'),
            (b"branch = true\n", b"branch = false\n"),
            (b"\n[", b"\n# a remark\n["),
        )
    )
    content = tree["pyproject.toml"].replace(old, new, 1)
    return {"pyproject.toml": content} if content != tree["pyproject.toml"] else None


def _is_conftest(path: str) -> bool:
    return path.rpartition("/")[2] == "conftest.py"


def _chosen(tree: Tree, fits: Callable[[str], bool], chance: Random) -> str | None:
    return pick(chance, sorted(path for path in tree if fits(path)))


def _folder(tree: Tree, fits: Callable[[str], bool], chance: Random) -> str | None:
    return pick(chance, sorted({path.rpartition("/")[0] for path in tree if fits(path)} - {""}))


def _moved(tree: Tree, path: str | None, old: str, new: str) -> Change | None:
    if path is None:
        return None
    return {path: None, path.removesuffix(old) + new: tree[path]}


MAKERS: dict[str, Maker] = {
    "module added": module_added,
    "module used": module_used,
    "package added": package_added,
    "module shadows": module_shadows,
    "module removed": module_removed,
    "module renamed": module_renamed,
    "data changed": data_changed,
    "data emptied": data_emptied,
    "data added": data_added,
    "data removed": data_removed,
    "data renamed": data_renamed,
    "conftest added": conftest_added,
    "conftest changed": conftest_changed,
    "conftest removed": conftest_removed,
    "tests added": tests_added,
    "test appended": test_appended,
    "tests removed": tests_removed,
    "tests renamed": tests_renamed,
    "settings added": settings_added,
    "settings changed": settings_changed,
}
