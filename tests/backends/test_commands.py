"""The words that start each backend, and that no text of strangers is among them."""

import json
from typing import Any

import pytest

from eee_ci import backends
from eee_ci.agent import Limits
from eee_ci.errors import UsageError
from eee_ci.finding import Finding
from eee_ci.model import Command
from tests.backends import asks

MODELS = ("claude", "codex", "gemini", "opencode", "mini-swe-agent", "aider")


def words(kind: str, **parts: Any) -> tuple[str, ...]:
    return asks.command(asks.ask(kind, **parts)).steps[0].argv


def value(argv: tuple[str, ...], option: str) -> str:
    return argv[argv.index(option) + 1]


def given(kind: str, name: str, **parts: Any) -> Any:
    return json.loads(asks.command(asks.ask(kind, **parts)).give[name])


@pytest.mark.parametrize("kind", sorted(backends.TABLE))
def test_each_reaches_its_model_or_needs_no_network(kind: str) -> None:
    assert backends.TABLE[kind].NETWORK is (kind in MODELS)


@pytest.mark.parametrize("kind", MODELS)
def test_no_text_of_strangers_is_on_a_command_line_or_in_the_environment(kind: str) -> None:
    found = Finding(tool="t", rule="rule-x", message="message-x", path="file-x.py")
    made = asks.command(asks.ask(kind, findings=(found,), task="task-x"))
    assert isinstance(made, Command)
    said = "\0".join((*made.steps[0].argv, *made.env.values()))
    assert not any(word in said for word in ("rule-x", "message-x", "task-x"))
    assert any(b"message-x" in content and b"task-x" in content for content in made.give.values())


@pytest.mark.parametrize("kind", sorted(set(backends.TABLE) - {"command", "mini-swe-agent"}))
def test_what_each_says_goes_to_the_stream(kind: str) -> None:
    made = asks.command(asks.ask(kind))
    assert (made.steps[0].stdout, made.keep) == ("stream", ("stream",))


def test_claude_gets_no_more_than_it_needs() -> None:
    argv = words("claude")
    assert argv[:7] == ("claude", "-p", "--output-format", "stream-json", "--verbose", "--bare", "--agents")
    assert value(argv, "--agent") == "lint-fixer"
    assert value(argv, "--permission-mode") == "dontAsk"
    assert value(argv, "--allowedTools") == (
        "Bash,Edit,Glob,Grep,MultiEdit,NotebookEdit,Read,Write,TaskCreate,TaskList,TaskUpdate,TodoWrite"
    )
    assert argv[-1] == "--no-session-persistence"
    assert not {"--model", "--effort", "--max-turns", "--max-budget-usd", "--disallowedTools"} & set(argv)


def test_claude_gets_the_agents_tools_model_effort_and_limits() -> None:
    agent = {
        "tools": ("Read", "Bash(git log *)", "-x", "a b"), "denied": ("Write", "--y"), "model": "opus",
        "max_turns": 9, "effort": "high", "permission_mode": "bypassPermissions",
    }  # fmt: skip  # read in rows
    argv = words("claude", agent=agent, limits=Limits(turns=20, usd=1.5))
    assert value(argv, "--allowedTools").startswith("Read,Bash(git log *),TaskCreate")
    assert value(argv, "--disallowedTools") == "Write"
    assert [value(argv, f"--{name}") for name in ("model", "effort", "max-turns", "max-budget-usd")] == [
        "opus", "high", "9", "1.5",
    ]  # fmt: skip  # read in rows
    assert value(argv, "--permission-mode") == "dontAsk"
    assert json.loads(value(argv, "--agents"))["lint-fixer"]["maxTurns"] == 9


def test_claude_keeps_to_a_plan_where_the_agent_says_so() -> None:
    assert value(words("claude", agent={"permission_mode": "plan"}), "--permission-mode") == "plan"


def test_claude_has_a_name_for_any_agent() -> None:
    argv = words("claude", agent={"name": "--Title Case", "description": "uses {root}"})
    assert value(argv, "--agent") == "Title-Case"
    assert json.loads(value(argv, "--agents"))["Title-Case"]["description"] == "uses {root}"
    assert "{root}" not in value(argv, "--agents")


def test_codex_writes_in_its_folder_only_and_reads_its_prompt() -> None:
    assert words("codex") == (
        "codex", "exec", "--json", "--sandbox", "workspace-write", "--skip-git-repo-check", "-",
    )  # fmt: skip  # read in rows
    argv = words("codex", agent={"effort": "max", "model": "opus"}, backend={"model": "gpt-6"})
    assert argv[6:] == ("-c", 'model_reasoning_effort="xhigh"', "--model", "gpt-6", "-")


def test_gemini_may_edit_and_has_a_limit_of_turns_in_its_settings() -> None:
    argv = words("gemini", backend={"model": "gemini-3-pro"})
    assert value(argv, "--approval-mode") == "auto_edit"
    assert argv[-2:] == ("--model", "gemini-3-pro")
    settings = "home/.gemini/settings.json"
    assert given("gemini", settings)["model"] == {"maxSessionTurns": -1}
    assert given("gemini", settings, limits=Limits(turns=4))["model"] == {"maxSessionTurns": 4}


def test_opencode_is_denied_all_that_is_not_work_on_files() -> None:
    agent = {"tools": ("Read", "Edit", "Bash", "WebFetch"), "denied": ("Bash",)}
    made = asks.command(asks.ask("opencode", agent=agent, limits=Limits(turns=4), backend={"model": "a/b"}))
    config = json.loads(made.env["OPENCODE_CONFIG_CONTENT"])
    rules = config["permission"]
    assert {tool for tool, rule in rules.items() if rule == "allow"} == {"read", "edit"}
    assert rules["bash"] == rules["webfetch"] == rules["external_directory"] == "deny"
    assert config["agent"]["build"]["steps"] == 4
    assert made.steps[0].argv == ("opencode", "run", "--format", "json", "--model", "a/b")


def test_opencode_has_no_limit_of_turns_where_nobody_sets_one() -> None:
    made = asks.command(asks.ask("opencode"))
    assert "agent" not in json.loads(made.env["OPENCODE_CONFIG_CONTENT"])
    assert "--model" not in made.steps[0].argv


def test_aider_leaves_nothing_in_the_project_and_gets_the_files_by_name() -> None:
    found = (
        asks.FOUND,
        Finding(tool="t", rule="r", message="m", path="-{root}.py"),
        Finding(tool="t", rule="r", message="m"),
    )
    argv = words("aider", findings=found, scope=("b.py", "src/**"), backend={"model": "openai/x"})
    assert argv[-3:] == ("--model=openai/x", "--file=a.py", "--file=b.py")
    assert {"--no-auto-commits", "--no-gitignore", "--chat-history-file={scratch}/chat.md"} <= set(argv)
    assert value(argv, "--message-file") == "{scratch}/prompt.md"


def test_aider_tells_costs_files_and_refusals_in_words() -> None:
    from tests.readers import test_streams as recorded

    adapter, asked = backends.TABLE["aider"], asks.ask("aider")
    told = adapter.read(asked, recorded.said("aider/success.txt"), recorded.ended())
    assert (told.status, told.usd, told.files, told.retries) == ("ok", 0.01, ("a.py",), 0)
    told = adapter.read(asked, recorded.said("aider/refused.txt"), recorded.ended())
    assert (told.usd, told.retries, len(told.warnings)) == (None, 2, 2)
    assert told.warnings[0].startswith("litellm.RateLimitError")


def test_mini_has_a_config_of_ours_alone_and_its_trajectory_is_the_stream() -> None:
    made = asks.command(
        asks.ask(
            "mini-swe-agent", backend={"model": "openai/x"}, limits=Limits(turns=7, usd=0.5, seconds=100)
        )
    )
    argv = made.steps[0].argv
    assert (value(argv, "-c"), value(argv, "-o")) == ("{scratch}/mini.yaml", "{scratch}/stream")
    assert (value(argv, "-l"), value(argv, "-m")) == ("0.5", "openai/x")
    assert (made.steps[0].stdout, made.keep) == ("console", ("stream",))
    config = json.loads(made.give["mini.yaml"])
    assert (config["agent"]["step_limit"], config["agent"]["wall_time_limit_seconds"]) == (7, 95)
    assert config["run"]["task"].startswith("You mend Python.")


def test_mini_has_no_limit_where_nobody_sets_one() -> None:
    argv = words("mini-swe-agent")
    assert value(argv, "-l") == "0"
    assert "-m" not in argv
    assert given("mini-swe-agent", "mini.yaml")["agent"]["step_limit"] == 0


def test_any_program_gets_the_request_or_else_the_prompt() -> None:
    made = asks.command(asks.ask("command", backend={"argv": ("tool", "{workdir}")}))
    assert (made.steps[0].argv, made.steps[0].stdin) == (("tool", "/home/project"), "request")
    other = asks.command(asks.ask("command", backend={"argv": ("tool",), "reader": "text"}))
    assert other.steps[0].stdin == "prompt.md"
    assert json.loads(other.give["request"])["task"] == "Mend it."


def test_a_program_without_words_is_an_error_of_the_config() -> None:
    with pytest.raises(UsageError, match="backend command: found no argv"):
        words("command")


@pytest.mark.parametrize("kind", sorted(backends.TABLE))
def test_a_command_is_the_same_each_time(kind: str) -> None:
    asked = asks.ask(kind, backend={"argv": ("x",)} if kind == "command" else {})
    assert asks.command(asked) == asks.command(asked)
