"""An agent's environment is made from a list of names; nothing else of the caller's is in it."""

from pathlib import Path

from eee_ci import workspace
from eee_ci.agent import Backend

CALLER = {
    "PATH": "/usr/bin:relative:/usr/local/bin",
    "HOME": "/home/user",
    "LANG": "de_DE.UTF-8",
    "TZ": "Europe/Berlin",
    "GITHUB_TOKEN": "secret",
    "GITHUB_ENV": "/tmp/env",
    "ACTIONS_RUNTIME_TOKEN": "secret",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "OPENAI_API_KEY": "key",
    "ANTHROPIC_API_KEY": "other key",
    "LD_PRELOAD": "/evil.so",
    "PYTHONPATH": "/evil",
    "SSH_AUTH_SOCK": "/tmp/agent",
    "GIT_DIR": "/evil",
}


def made(backend: Backend, **words: str) -> dict[str, str]:
    return workspace.environment(backend, "/scratch", environ=CALLER, root=Path("/nowhere"), **words)


def test_it_has_the_way_a_home_a_language_and_nothing_else() -> None:
    assert made(Backend(name="x", kind="command")) == {
        "GIT_ASKPASS": "",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_KEY_0": "credential.helper",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_VALUE_0": "",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": "/scratch/home",
        "LANG": "de_DE.UTF-8",
        "NO_COLOR": "1",
        "PATH": "/usr/bin:/usr/local/bin",
        "SSH_ASKPASS": "",
        "TERM": "dumb",
        "TMPDIR": "/scratch/tmp",
        "TZ": "Europe/Berlin",
        "XDG_CACHE_HOME": "/scratch/home/.cache",
        "XDG_CONFIG_HOME": "/scratch/home/.config",
    }


def test_one_key_is_handed_on() -> None:
    assert made(Backend(name="x", kind="command"), key="OPENAI_API_KEY")["OPENAI_API_KEY"] == "key"
    other = made(Backend(name="x", kind="command", key="ANTHROPIC_API_KEY"), key="OPENAI_API_KEY")
    assert "OPENAI_API_KEY" not in other
    assert other["ANTHROPIC_API_KEY"] == "other key"
    assert "NO_SUCH" not in made(Backend(name="x", kind="command"), key="NO_SUCH")


def test_the_config_s_own_words_are_set_but_what_steers_a_workflow_or_a_linker() -> None:
    words = {"MODEL": "x", "GITHUB_TOKEN": "x", "ACTIONS_X": "x", "LD_PRELOAD": "x", "LANG": "C"}
    env = made(Backend(name="x", kind="command", env=words))
    assert (env["MODEL"], env["LANG"]) == ("x", "C")
    assert not {"GITHUB_TOKEN", "ACTIONS_X", "LD_PRELOAD"} & set(env)


def test_no_program_comes_from_the_project() -> None:
    env = workspace.environment(
        Backend(name="x", kind="command"), "/s", environ={"PATH": "/p/bin:/usr/bin"}, root=Path("/p")
    )
    assert env["PATH"] == "/usr/bin"
