"""The words by which domains, size and urgency of a task are known. Whole words only: `build` says nothing
of `ui`, nor `latest` of `test`."""

import re
from collections.abc import Iterable, Mapping

# Each word stands for itself and its plural; spaces part the words of a phrase.
DOMAINS: Mapping[str, tuple[str, ...]] = {
    "lint": ("lint", "linter", "linting", "ruff", "flake8", "pylint", "eslint", "code style", "unused"),
    "format": ("format", "formatter", "formatting", "reformat", "prettier", "black", "whitespace", "indentation"),
    "imports": ("import", "isort", "import order", "import sorter"),
    "types": ("type hint", "type annotation", "typing", "annotation", "mypy", "pyright", "typed", "type check",
              "type checker", "type error", "tsc"),
    "dependencies": ("dependency", "dependencies", "requirement", "package", "lockfile", "lock file", "upgrade",
                     "pip audit", "outdated", "bump"),
    "tests": ("test", "testing", "tester", "pytest", "unittest", "coverage", "fixture", "flaky", "regression"),
    "security": ("security", "vulnerability", "vulnerabilities", "cve", "bandit", "injection", "xss", "csrf",
                 "secret", "authentication", "authorization", "exploit", "audit", "hardening"),
    "complexity": ("complexity", "refactor", "refactoring", "simplify", "cyclomatic", "duplication", "cleanup",
                   "clean up", "restructure", "technical debt"),
    "build": ("build", "compile", "compiler", "wheel", "packaging", "bundler", "webpack", "makefile"),
    "documentation": ("documentation", "docs", "doc", "docstring", "readme", "changelog", "tutorial"),
    "performance": ("performance", "slow", "faster", "optimize", "optimise", "optimization", "latency",
                    "profiling", "benchmark", "memory leak", "bottleneck"),
    "bugs": ("bug", "bugfix", "crash", "debug", "debugger", "debugging", "exception", "traceback", "broken",
             "error handling"),
    "interface": ("ui", "ux", "frontend", "front end", "css", "html", "react", "component", "accessibility"),
    "api": ("api", "endpoint", "rest", "graphql", "grpc", "backend", "back end", "openapi", "webhook"),
    "database": ("database", "sql", "migration", "schema", "orm", "postgres", "mysql", "sqlite", "query",
                 "queries"),
    "operations": ("deploy", "deployment", "docker", "kubernetes", "terraform", "ci", "pipeline", "workflow",
                   "github action", "infrastructure"),
}  # fmt: skip
LARGE = ("rewrite", "redesign", "migrate", "architecture", "refactor", "entire", "whole", "all file", "everything",
         "across", "every module", "from scratch", "implement", "system")  # fmt: skip
SMALL = ("typo", "rename", "one line", "single", "comment", "small", "minor", "trivial", "tweak")
PRIORITIES: Mapping[str, tuple[str, ...]] = {
    "critical": ("critical", "outage", "production down", "data loss", "exploit", "emergency"),
    "high": ("urgent", "asap", "blocker", "blocking", "immediately", "important", "release", "vulnerability",
             "regression"),
    "low": ("minor", "nice to have", "someday", "cosmetic", "low priority", "typo", "optional"),
}  # fmt: skip
_APART = re.compile(r"[\s_\-/.,:;!?'\"()\[\]{}<>`*#|&+=~]+")
# what says nothing about the work
_COMMON = frozenset(
    ["the", "and", "for", "with", "from", "that", "this", "into", "when", "your", "you", "use", "uses", "used", "using", "are", "not", "all", "any", "can", "has", "have", "its", "code", "file", "files", "project", "agent", "agents", "task", "tasks", "fix", "fixes", "fixer", "add", "adds", "make", "makes", "write", "writes", "expert", "specialist", "should", "must", "will", "needs", "need", "every", "each", "other", "than", "then", "them", "also", "only", "own", "proactively", "user"]
)


def normal(raw: str) -> str:
    """Lower-case words with one space between, and around."""
    return f" {' '.join(_APART.sub(' ', raw.lower()).split())} "


def found(raw: str, words: Iterable[str]) -> list[str]:
    """Those of the words that stand in the text, as whole words, in their order."""
    said = normal(raw)
    return [word for word in words if f" {word} " in said or f" {word}s " in said]


def telling(raw: str) -> set[str]:
    """The words of a text that may tell what it is about."""
    return {word for word in normal(raw).split() if len(word) > 2 and word not in _COMMON}  # noqa: PLR2004 - in, to, of
