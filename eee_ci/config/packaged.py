"""The presets that come with eee-ci."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def presets() -> dict[str, Path]:
    """Name to file: beside the code in an installed wheel, at the top of a checkout."""
    installed = _PACKAGE / "gate_configs"
    folder = installed if installed.is_dir() else _PACKAGE.parent / "gate_configs"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"), key=lambda path: path.stem)}
