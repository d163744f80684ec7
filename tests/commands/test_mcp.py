"""`eee-ci mcp`, spoken to by the protocol's own client over standard input and output."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import StdioServerParameters, stdio_client
from mcp.client import Client
from mcp.types import TextContent

from tests.conftest import CHECKOUT, Project

Make = Callable[[dict[str, str]], Project]
Talk = Callable[[Client], Awaitable[Any]]
FILES = {
    "eee-ci.yaml": (
        "version: 1\ngates:\n  lint: {tool: ruff, paths: [pkg]}\n"
        "  slow: {tool: command, run: [sleep, '300'], mode: warn}\n"
    ),
    "pkg/a.py": "import os\nimport sys\n\nx = 1\n",
    "pkg/__init__.py": "",
}


def talk(made: Project, said: Talk, *words: str) -> Any:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "eee_ci", "mcp", *words],
        cwd=str(made.root),
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )

    async def main() -> Any:
        async with Client(stdio_client(server)) as client:
            return await said(client)

    return anyio.run(main)


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    told = await client.call_tool(tool, arguments)
    assert not told.is_error, told.content
    content: dict[str, Any] = told.structured_content
    return content


async def fail(client: Client, tool: str, **arguments: Any) -> str:
    told = await client.call_tool(tool, arguments)
    assert told.is_error
    (content,) = told.content
    assert isinstance(content, TextContent)
    return content.text


def test_three_tools_are_offered_and_all_only_read(project: Make) -> None:
    async def said(client: Client) -> list[tuple[str, bool]]:
        tools = (await client.list_tools()).tools
        return [
            (it.name, it.annotations is not None and it.annotations.read_only_hint is True) for it in tools
        ]

    assert talk(project(FILES), said) == [
        ("list_gates", True),
        ("run_gates", True),
        ("explain_finding", True),
    ]


def test_gates_are_listed(project: Make) -> None:
    async def said(client: Client) -> dict[str, Any]:
        return await call(client, "list_gates")

    found = talk(project(FILES), said)
    assert found["config"] == "eee-ci.yaml"
    assert [(gate["gate"], gate["tool"], gate["mode"], gate["runs"]) for gate in found["gates"]] == [
        ("lint", "ruff", "block", True),
        ("slow", "command", "warn", True),
    ]


def test_gates_judge_a_finding_is_explained_and_no_file_changes(project: Make) -> None:
    made = project(FILES)

    async def said(client: Client) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        red = await call(client, "run_gates", gates=["lint"])
        finding = red["findings"][1]["fingerprint"]
        whole = await call(client, "explain_finding", fingerprint=finding)
        made.write({"pkg/a.py": "x = 1\n"})
        short = await call(client, "explain_finding", fingerprint=finding[:8])
        assert (short["rule"], short["source"]) == (
            "F401",
            [{"line": 1, "text": "x = 1"}, {"line": 2, "text": ""}],
        )
        return red, whole, await call(client, "run_gates", gates=["lint"])

    red, whole, green = talk(made, said)
    assert (red["green"], red["verdict"], red["exit_code"]) == (False, "failed: lint", 1)
    assert [(one["path"], one["line"], one["rule"]) for one in red["findings"]] == [
        ("pkg/a.py", 1, "F401"),
        ("pkg/a.py", 2, "F401"),
    ]
    assert red["gates"][0]["reasons"] == ["2 findings of low or worse (2 medium), at most 0 wanted"]
    assert (whole["message"], whole["gate_status"]) == ("`sys` imported but unused", "failed")
    assert whole["url"] == "https://docs.astral.sh/ruff/rules/unused-import"
    assert [row["text"] for row in whole["source"]] == ["import os", "import sys", "", "x = 1", ""]
    assert (green["green"], green["findings"], green["exit_code"]) == (True, [], 0)
    assert made.git("status", "--porcelain") == " M pkg/a.py\n"


def test_what_cannot_be_done_is_a_sentence_with_the_way_out(project: Make) -> None:
    async def said(client: Client) -> list[str]:
        return [
            await fail(client, "run_gates", gates=["nope"]),
            await fail(client, "run_gates", gates=["--fail-fast"]),
            await fail(client, "explain_finding", fingerprint="0" * 32),
        ]

    unknown, option, early = talk(project(FILES), said)
    assert "there is no gate 'nope' in eee-ci.yaml" in unknown
    assert "there is no gate '--fail-fast' in eee-ci.yaml" in option
    assert "report.json: no such file" in early


def test_a_fingerprint_of_no_finding_is_told(project: Make) -> None:
    async def said(client: Client) -> list[str]:
        await call(client, "run_gates", gates=["lint"])
        return [
            await fail(client, "explain_finding", fingerprint="0" * 32),
            await fail(client, "explain_finding", fingerprint=""),
        ]

    for told in talk(project(FILES), said):
        assert "no finding of the last check with the fingerprint" in told


def test_a_config_can_be_named(project: Make) -> None:
    made = project({**FILES, "other.yaml": "version: 1\ngates:\n  only: {tool: ruff}\n"})

    async def said(client: Client) -> list[str]:
        told = await call(client, "run_gates")
        return [gate["gate"] for gate in told["gates"]]

    assert talk(made, said, "--config", "other.yaml") == ["only"]


def test_failed_tests_are_told(project: Make) -> None:
    made = project(
        {
            "eee-ci.yaml": "version: 1\ngates:\n  tests: {tool: pytest, coverage: false}\n",
            "tests/test_a.py": "def test_it():\n    assert 1 == 2\n",
        }
    )

    async def said(client: Client) -> list[dict[str, Any]]:
        failed: list[dict[str, Any]] = (await call(client, "run_gates"))["failed_tests"]
        return failed

    (told,) = talk(made, said)
    assert (told["gate"], told["file"]) == ("tests", "tests/test_a.py")
    assert told["test"].endswith("::test_it")


@pytest.mark.parametrize("end", ["killed", "left alone", "called off"])
def test_nothing_runs_on_when_nobody_waits_any_more(project: Make, end: str) -> None:
    made = project(FILES)
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    call = {"name": "run_gates", "arguments": {"gates": ["slow"]}}
    with subprocess.Popen(
        [sys.executable, "-m", "eee_ci", "mcp"],
        cwd=made.root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        ask(server.stdin, id=1, method="initialize", params=about)
        ask(server.stdin, method="notifications/initialized")
        ask(server.stdin, id=2, method="tools/call", params=call)
        began = until(lambda: sleepers(made.root))
        if end == "killed":
            server.kill()
        elif end == "left alone":
            server.stdin.close()
        else:
            ask(server.stdin, method="notifications/cancelled", params={"requestId": 2})
        over = until(lambda: not sleepers(made.root))
        lives = end == "called off" and server.poll() is None
        server.kill()
    assert (began, over, lives) == (True, True, end == "called off")


def ask(stream: Any, **message: Any) -> None:
    stream.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    stream.flush()


def sleepers(root: Path) -> list[int]:
    """Processes of the slow gate of this project."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words, folder = (place / "cmdline").read_bytes(), (place / "cwd").readlink()
        except OSError:
            continue
        if words.endswith(b"sleep\x00300\x00") and folder.is_relative_to(root):
            found.append(int(place.name))
    return found


def until(true: Callable[[], object], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_without_the_extra_the_way_to_it_is_told(project: Make, tmp_path: Path) -> None:
    (tmp_path / "shadow" / "mcp").mkdir(parents=True)
    (tmp_path / "shadow" / "mcp" / "__init__.py").write_text("raise ImportError('none')\n", encoding="utf-8")
    done = project(FILES).run("mcp", env={"PYTHONPATH": f"{tmp_path / 'shadow'}{os.pathsep}{CHECKOUT}"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "eee-ci: mcp needs the package mcp, which is not installed\n"
        f"  hint: {sys.executable} -m pip install 'eee-ci[mcp]'\n"
    )


@pytest.mark.parametrize("link", [True, False])
def test_no_source_is_shown_from_behind_a_link(project: Make, tmp_path: Path, *, link: bool) -> None:
    made = project(FILES)
    secret = tmp_path / "secret"
    secret.write_text("import os  # secret\n", encoding="utf-8")

    async def said(client: Client) -> Any:
        told = await call(client, "run_gates", gates=["lint"])
        target = made.root / "pkg/a.py"
        if link:
            target.unlink()
            target.symlink_to(secret)
        return await call(client, "explain_finding", fingerprint=told["findings"][0]["fingerprint"])

    assert bool(talk(made, said)["source"]) is not link
