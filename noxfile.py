"""Every developer verb. `nox -l` lists them; `python3 .ci/dev.py nox -s NAME` sets everything up first."""

import sys

import nox

nox.options.sessions = ["lint", "types", "cover", "wheel"]
nox.options.default_venv_backend = "none"  # the environment of .ci/dev.py, with its pins
nox.needs_version = ">=2025.5.1"


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff, as linter and as formatter."""
    session.run("ruff", "check", "--no-fix", ".", external=True)
    session.run("ruff", "format", "--check", ".", external=True)


@nox.session
def types(session: nox.Session) -> None:
    """Mypy, strict, over package and tests."""
    session.run("mypy", external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, all of them unless arguments say otherwise."""
    session.run("python", "-m", "pytest", *session.posargs, external=True)


@nox.session
def cover(session: nox.Session) -> None:
    """The quick tests with branch coverage; the bound stands in pyproject.toml."""
    session.run("coverage", "erase", external=True)
    session.run("coverage", "run", "-m", "pytest", "-m", "not slow", *session.posargs, external=True)
    session.run("coverage", "combine", "--quiet", external=True)
    session.run("coverage", "report", external=True)


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel and the sdist, as they would be published."""
    session.run("python", "-m", "build", "--outdir", "dist", external=True)


@nox.session
def bench(session: nox.Session) -> None:
    """eee-ci beside the programs that do the same, all in one run; needs minutes and the registries."""
    session.run(sys.executable, "tests/bench/bench.py", *session.posargs, external=True)


@nox.session
def soundness(session: nox.Session) -> None:
    """A real project, edited at random: a check that remembers against one from scratch."""
    session.run(sys.executable, "tests/soundness/soundness.py", *session.posargs, external=True)


@nox.session
def agents(session: nox.Session) -> None:
    """The real mini-swe-agent, against a scripted model on loopback; needs minutes and the registry."""
    env = {"EEE_CI_AGENT_TEST": "1"}
    session.run("python", "-m", "pytest", "-s", "tests/agents", *session.posargs, env=env, external=True)
