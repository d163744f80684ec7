"""The set-up of the programs that read our reports, where it cannot succeed."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "consumers.py"


def test_without_npm_it_says_so_and_still_tells_of_the_others(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "xmllint").touch(mode=0o755)
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env={"PATH": str(programs), "EEE_CI_CONSUMERS": str(tmp_path / "kept")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "EEE_CI_SARIF_MULTITOOL: npm is not on PATH: install it\n"
    assert done.stdout == f"export EEE_CI_XMLLINT={programs / 'xmllint'}\n"
