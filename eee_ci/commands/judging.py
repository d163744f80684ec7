"""How the agent stage has candidates judged: by the gates of the config as it was found, in any folder."""

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from eee_ci import config as configs
from eee_ci import pipeline, tools, tree
from eee_ci import plan as plans
from eee_ci.agents.work import Beat
from eee_ci.cache import Off, opened
from eee_ci.model import Run, Verdict
from eee_ci.ports import Executor
from eee_ci.process.signals import Signals

_LARGEST = 1 << 20


class Gates:
    """Judges folders. The interpreter is the one of the user's project, wherever the folder lies."""

    def __init__(
        self,
        config: configs.Config,
        root: Path,
        executor: Executor,
        signals: Signals,
        environ: Mapping[str, str],
        *,
        remember: bool,
    ) -> None:
        interpreter = tools.python(root, config.python, environ)
        own = path_of(config, root, interpreter)
        self._config = replace(config, python=interpreter.path, set_env={**own, **config.set_env})
        self._executor, self._signals, self._environ = executor, signals, dict(environ)
        self._remember = remember
        self.python = interpreter.path

    def __call__(
        self, folder: Path, gates: tuple[str, ...], *, paths: tuple[str, ...] | None = None, beat: Beat
    ) -> Run:
        config = self._config if paths is None else _narrowed(self._config, gates, paths)
        store = opened(self._environ, judged=str(folder)) if self._remember else None
        plan = plans.make(
            config,
            tree.snapshot(folder),
            only=gates,
            environ=self._environ,
            store=None if isinstance(store, Off) else store,
        )
        return pipeline.run(plan, self._executor, watch=_Beating(beat), signals=self._signals)


class _Beating:
    """Looks on only to pass the time on."""

    def __init__(self, beat: Beat) -> None:
        self._beat = beat

    def started(self, gate: str) -> None:  # noqa: ARG002 - the port names it
        self._beat()

    def ended(self, verdict: Verdict) -> None:  # noqa: ARG002 - the port names it
        self._beat()

    def beat(self, running: tuple[tuple[str, float], ...]) -> None:  # noqa: ARG002 - the port names it
        self._beat()


def path_of(config: configs.Config, root: Path, interpreter: tools.Interpreter) -> dict[str, str]:
    """PYTHONPATH where the project is installed in its own environment as a link to its folder: a candidate's
    tests would import the user's files, and judge those."""
    if not editable(interpreter, root):
        return {}
    layout = tree.layout(root, tree.snapshot(root))
    sources = layout.sources if config.sources is None else config.sources
    folders = dict.fromkeys("{root}/" + "/".join(Path(source).parts[:-1]) for source in sources)
    inner = [f"{{root}}/{source}" for source in sources if Path(source).name == "src"]
    return {"PYTHONPATH": ":".join((*inner, *(folder.rstrip("/") for folder in folders)))}


def editable(interpreter: tools.Interpreter, root: Path) -> bool:
    """Does a file of the environment that the import system heeds name the project's folder?"""
    name = str(root).encode()
    for place in map(Path, interpreter.site_packages):
        for pattern in ("*.pth", "*.egg-link", "__editable__*.py", "*.dist-info/direct_url.json"):
            if any(_names(file, name) for file in place.glob(pattern)):
                return True
    return False


def _names(file: Path, name: bytes) -> bool:
    try:
        return file.stat().st_size <= _LARGEST and name in file.read_bytes()
    except OSError:
        return False


def _narrowed(config: configs.Config, gates: tuple[str, ...], paths: tuple[str, ...]) -> configs.Config:
    """These gates on some paths only, whatever the paths are that they judge otherwise."""
    changed = tuple(replace(gate, paths=paths) if gate.id in gates else gate for gate in config.gates)
    return replace(config, gates=changed)
