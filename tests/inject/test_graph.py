"""From import statements to project files, one graph at a time."""

import sys
import types
from pathlib import Path

import pytest

from eee_ci.inject.edges import Edges
from eee_ci.inject.graph import Graph
from eee_ci.inject.ground import Ground
from eee_ci.inject.scene import Scene


@pytest.fixture
def edges(tmp_path: Path) -> Edges:
    """A project with the packages `p` and `q`."""
    for name in ("p/__init__.py", "p/a.py", "p/b.py", "q.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    made = Edges(Scene(Ground(str(tmp_path), str(tmp_path / "scratch"))))
    made.files = {"p": {"p/__init__.py"}, "p.a": {"p/a.py"}, "p.b": {"p/b.py"}, "q": {"q.py"}}
    return made


def imports(edges: Edges, file: str, source: str, *, package: str = "") -> None:
    """That file holds these statements."""
    code = compile(source, file, "exec")
    edges.codes.setdefault(file, {})[id(code)] = (code, file.removesuffix(".py"), package)


def library(edges: Edges, name: str, source: str, package: str = "") -> None:
    code = compile(source, f"/site-packages/{name}.py", "exec")
    edges.foreign[id(code)] = (code, name, package)


def reached(edges: Edges, *roots: str) -> set[str]:
    return Graph(edges.scene, edges, ()).closure(roots)


def test_an_import_leads_to_the_module_and_its_packages(edges: Edges) -> None:
    imports(edges, "q.py", "import p.a\n")
    assert reached(edges, "q.py") == {"q.py", "p/a.py", "p/__init__.py"}


def test_relative_imports_start_from_their_package(edges: Edges) -> None:
    imports(edges, "p/a.py", "from . import b\nfrom .. import q\n", package="p")
    assert reached(edges, "p/a.py") == {"p/a.py", "p/b.py", "p/__init__.py"}
    imports(edges, "p/b.py", "from ..q import x\n", package="p.inner")
    assert reached(edges, "p/b.py") == {"p/b.py", "p/__init__.py"}


def test_a_statement_that_is_not_understood_leads_everywhere(edges: Edges) -> None:
    code = compile("import p\n", "q.py", "exec")
    odd = code.replace(co_consts=tuple("odd" if const == 0 else const for const in code.co_consts))
    edges.codes["q.py"] = {id(odd): (odd, "q", "")}
    assert reached(edges, "q.py") == {"q.py", "p/__init__.py", "p/a.py", "p/b.py"}


def test_star_takes_what_the_module_offers(edges: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("p")
    module.__all__ = ["a"]  # type: ignore[attr-defined]  # no public door leads there
    monkeypatch.setitem(sys.modules, "p", module)
    imports(edges, "q.py", "from p import *\n")
    assert reached(edges, "q.py") == {"q.py", "p/a.py", "p/__init__.py"}


def test_a_library_that_imports_the_project_leads_to_it(edges: Edges) -> None:
    library(edges, "plug", "import p.a\n")
    library(edges, "user", "import plug\n")
    library(edges, "far", "import user\n")
    library(edges, "other", "import json\n")
    imports(edges, "q.py", "import far\n")
    graph = Graph(edges.scene, edges, ())
    assert graph.libraries == {"plug": {"p.a"}, "user": {"plug"}, "far": {"user"}}
    assert graph.closure(["q.py"]) == {"q.py", "p/a.py", "p/__init__.py"}


def test_a_name_alone_is_no_import_of_the_project(edges: Edges) -> None:
    library(edges, "plug", "p = 1\nimport json\nprint(p)\n")
    assert Graph(edges.scene, edges, ()).libraries == {}


def test_a_pattern_means_all_that_is_below(edges: Edges) -> None:
    edges.names["q.py"] = {"p.*"}
    assert reached(edges, "q.py") == {"q.py", "p/__init__.py", "p/a.py", "p/b.py"}


def test_where_a_module_was_looked_for_in_vain(
    edges: Edges, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("p")
    module.__path__ = [str(tmp_path / "p"), "/elsewhere"]
    monkeypatch.setitem(sys.modules, "p", module)
    graph = Graph(edges.scene, edges, ())
    missing = graph.missing((), ["p.none", "p.a", "alone", "no.parent"])
    assert {"p/none.py", "p/none/__init__.py"} <= missing
    assert {path.partition(".")[0] for path in missing} == {"p/none", "p/none/__init__"}


def test_a_package_that_refuses_to_say_where_it_looks_is_passed_over(
    edges: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Proud:
        @property
        def __path__(self) -> list[str]:
            raise RuntimeError

    monkeypatch.setitem(sys.modules, "p", Proud())
    assert Graph(edges.scene, edges, ()).missing((), ["p.none"]) == set()
