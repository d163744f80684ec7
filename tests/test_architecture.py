"""The house holds: floors, doors and the three seams, read from the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "eee_ci"
FLOORS: dict[str, int] = {
    "__main__": 8, "cli": 8, "arguments": 8,
    "commands": 7, "console": 7,
    "pipeline": 6,
    "plan": 4,
    "gates": 3, "reports": 3, "executors": 3,
    "config": 2, "tree": 2, "history": 2, "judge": 2, "schedule": 2, "ports": 2, "reading": 2, "tools": 2,
    "environment": 2, "cache": 2, "readers": 2, "parts": 2, "inputs": 2, "rendering": 2, "identity": 2,
    "memory": 2, "placing": 2, "asking": 2, "selection": 2, "warm": 5,
    "agents": 5, "backends": 3, "roster": 2, "tamper": 2, "workspace": 2,
    "process": 1, "git": 1, "files": 1, "search": 1, "sources": 1, "signature": 1, "settings": 1,
    "digests": 0, "shelf": 0,
    "model": 0, "errors": 0, "text": 0, "linehash": 0, "agent": 0, "finding": 0, "inject": 0, "__init__": 0,
}  # fmt: skip  # read in rows
FAMILIES = ("gates", "reports", "executors", "backends")
DOORS = {
    "gates": {"plan"},
    "backends": {"agents"},
    "reports": {"commands"},
    "console": {"commands", "cli", "__main__"},
}


def modules() -> Iterator[tuple[Path, str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        yield path, room, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported from the package, at any depth of the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "eee_ci":
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "eee_ci":
                    yield node.lineno, alias.name


def room_of(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else "__init__"


def module_name(path: Path) -> str:
    return ".".join(("eee_ci", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def test_every_room_has_a_floor() -> None:
    assert {room for _, room, _ in modules()} <= set(FLOORS)


def test_no_arrow_points_up_or_sideways_between_rooms() -> None:
    wrong = [
        f"{path}:{line} {room} imports {target}"
        for path, room, tree in modules()
        for line, target in imported(tree)
        if room_of(target) != room and FLOORS[room_of(target)] >= FLOORS[room]
        and not (FLOORS[room] == FLOORS[room_of(target)] and FLOORS[room] in (0, 1, 2, 7, 8))
    ]  # fmt: skip  # read in rows
    assert wrong == []


def test_rooms_of_one_floor_form_no_circle() -> None:
    trees = {module_name(path): tree for path, _, tree in modules()}
    arrows = {
        name: {target if target in trees else target.rpartition(".")[0] for _, target in imported(tree)}
        for name, tree in trees.items()
    }
    for start, targets in arrows.items():
        seen: set[str] = set()
        todo = [target for target in targets if target in arrows]
        while todo:
            at = todo.pop()
            assert at != start, f"{start} reaches itself"
            if at not in seen:
                seen.add(at)
                todo.extend(target for target in arrows[at] if target in arrows and target != at)


def test_adapters_know_no_sibling() -> None:
    wrong = [
        f"{path}:{line} imports {target}"
        for path, room, tree in modules()
        if room in FAMILIES and path.name != "__init__.py"
        for line, target in imported(tree)
        if room_of(target) in FAMILIES
    ]
    assert wrong == []


def test_each_family_has_one_door() -> None:
    wrong = [
        f"{path}:{line} imports {target}"
        for path, room, tree in modules()
        for line, target in imported(tree)
        if room_of(target) in DOORS and room != room_of(target) and room not in DOORS[room_of(target)]
    ]
    assert wrong == []


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def test_nobody_goes_round_the_seams() -> None:
    starts = {
        "subprocess.run",
        "subprocess.Popen",
        "os.fork",
        "os.posix_spawn",
        "os.system",
        "os.execve",
        "os.execv",
    }
    writes = {"os.rename", "os.replace", "os.link", "shutil.rmtree", "tempfile.mkdtemp", "tempfile.mkstemp"}
    banned = {"yaml.load", "yaml.safe_load", "eval", "exec", "pickle.loads", "sys.exit"}
    allowed = {
        "process": starts,
        "files": writes,
        "inject": starts | writes | banned,
        "__main__": {"sys.exit"},
    }
    changes = (".write_text", ".write_bytes", ".unlink", ".mkdir")
    wrong = [
        f"{path}:{line} calls {call}"
        for path, room, tree in modules()
        for line, call in calls(tree)
        if call in (starts | writes | banned) - allowed.get(room, set())
        or (room not in ("files", "process", "inject") and call.endswith(changes))
    ]  # fmt: skip  # read in rows
    assert wrong == []


def test_adapters_stay_short() -> None:
    long = {
        str(path): lines
        for path, room, _ in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (100 if room in FAMILIES and path.name != "__init__.py" else 250)
    }
    assert long == {}
