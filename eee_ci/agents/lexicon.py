"""The words by which domains, size and urgency of a task are known. Whole words only: `build` says nothing
of `ui`, nor `latest` of `test`."""

import re
from collections.abc import Iterable


def _words(listed: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in listed.split(","))


# Each word stands for itself and its plural; spaces part the words of a phrase. What is as often said of
# something else is left out: a `format` may be that of a date, the `rest` what is left.
DOMAINS = {
    "lint": _words("lint, linter, linting, ruff, flake8, pylint, eslint, code style, unused"),
    "format": _words(
        "formatter, formatting, reformat, format code, format the code, code format, prettier, whitespace,"
        " indentation"
    ),
    "imports": _words("imports, isort, import order, import sorter, import sorting, import block"),
    "types": _words(
        "type hint, type annotation, typing, annotation, mypy, pyright, typed, type check, type checker,"
        " type error, tsc"
    ),
    "dependencies": _words(
        "dependency, dependencies, requirement, lockfile, lock file, upgrade, pip audit, outdated, bump"
    ),
    "tests": _words(
        "test, testing, tester, pytest, unittest, coverage, test fixture, flaky, test automation"
    ),
    "security": _words(
        "security, vulnerability, vulnerabilities, cve, bandit, injection, xss, csrf, secret,"
        " authentication, authorization, exploit, audit, hardening"
    ),
    "complexity": _words(
        "complexity, refactor, refactoring, simplify, cyclomatic, duplication, cleanup, clean up,"
        " restructure, technical debt"
    ),
    "build": _words("build, compile, compiler, wheel, packaging, bundler, webpack, makefile"),
    "documentation": _words("documentation, docs, doc, docstring, readme, changelog, tutorial"),
    "performance": _words(
        "performance, slow, faster, optimize, optimise, optimization, latency, profiling, benchmark,"
        " memory leak, bottleneck"
    ),
    "bugs": _words(
        "bug, bugfix, crash, crashes, debug, debugger, debugging, exception, traceback, error handling"
    ),
    "interface": _words("ui, ux, frontend, front end, css, html, react, accessibility"),
    "api": _words("api, endpoint, rest api, graphql, grpc, backend, back end, openapi, webhook"),
    "database": _words(
        "database, sql, migration, database schema, orm, postgres, mysql, sqlite, query, queries"
    ),
    "operations": _words(
        "deploy, deployment, docker, kubernetes, terraform, ci, pipeline, workflow, github action,"
        " infrastructure"
    ),
}
LARGE = _words(
    "rewrite, redesign, migrate, architecture, refactor, entire, whole, all file, everything, across,"
    " every module, from scratch, implement, system"
)
SMALL = _words("typo, rename, one line, single, comment, small, minor, trivial, tweak")
PRIORITIES = {
    "critical": _words("critical, outage, production down, data loss, exploit, emergency"),
    "high": _words(
        "urgent, asap, blocker, blocking, immediately, important, release, vulnerability, regression"
    ),
    "low": _words("minor, nice to have, someday, cosmetic, low priority, typo, optional"),
}
_APART = re.compile(r"[\s_\-/.,:;!?'\"()\[\]{}<>`*#|&+=~]+")
# what says nothing about the work
_COMMON = frozenset(
    _words(
        "the,and,for,with,from,that,this,into,when,your,you,use,uses,used,using,are,not,all,any,can,has,have,its,"
        "code,file,files,project,agent,agents,task,tasks,fix,fixes,fixer,add,adds,make,makes,write,writes,expert,"
        "specialist,should,must,will,needs,need,every,each,other,than,then,them,also,only,own,proactively,user"
    )
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
