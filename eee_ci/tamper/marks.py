"""What silences a tool, found in one source: the marks that T3 counts."""

import re
from collections.abc import Iterator

from eee_ci.finding import Noun
from eee_ci.tamper import source

ALL = frozenset(("*",))  # a suppression that names no rule


class Mark(Noun, frozen=True, kw_only=True):
    """One suppression: its kind, the rules that it names, and what it stands at."""

    kind: str
    codes: frozenset[str] = ALL
    path: str
    line: int
    anchor: str  # what it silences, in the one form of all layouts


# The pattern of each kind; what it captures are the rules that it names.
_LIST = r"[\w.\-/, |+]*"
_CODES = r"([A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)"  # a reason may follow
_NAMES = r"([\w-]+(?:\s*,\s*[\w-]+)*)"
_COMMENTS: dict[str, str] = {
    "noqa for the whole file": rf"^#\s*(?:ruff|flake8)\s*:\s*noqa(?::\s*{_CODES})?",
    "ruff: disable": rf"#\s*ruff\s*:\s*(?:disable|ignore|file-ignore)\s*(?:\[({_LIST})\])?",
    "noqa": rf"#\s*noqa(?:\s*:\s*{_CODES})?",
    "type: ignore": rf"#\s*type\s*:\s*ignore(?:\[({_LIST})\])?",
    "pyright: ignore": rf"#\s*(?:based)?pyright\s*:\s*ignore(?:\[({_LIST})\])?",
    "pyright settings": r"#\s*(?:based)?pyright\s*:\s*(basic|standard|report\w+\s*=.*)",
    "ty: ignore": rf"#\s*(?:ty|pyrefly|zuban)\s*:\s*ignore(?:\[({_LIST})\])?",
    "pyre": rf"#\s*pyre-(?:ignore|fixme|unsafe)(?:\[({_LIST})\])?",
    "pytype: disable": rf"#\s*pytype\s*:\s*(?:disable|skip-file)(?:=({_LIST}))?",
    "mypy settings": r"#\s*mypy\s*:\s*(\S.*)",
    "nosec": rf"#\s*nosec\b(?:[:\s]+{_CODES})?",
    "nosemgrep": rf"#\s*nosem(?:grep)?\b(?::\s*({_LIST}))?",
    "NOSONAR": r"\bNOSONAR\b",
    "lgtm": r"#\s*(?:lgtm|codeql)\s*\[",
    "pragma": r"#\s*pragma\s*:\s*(no\s*(?:cover|branch|mutate))",
    "pylint: disable": rf"#\s*pylint\s*:\s*(?:disable(?:-next)?|skip-file)(?:\s*=\s*{_NAMES})?",
    "fmt: off": r"#\s*(?:fmt|yapf)\s*:\s*(?:off|skip|disable)",
    "isort: off": r"#\s*isort\s*:\s*(?:off|skip|skip_file|split|dont-add-imports?)",
    "zizmor: ignore": rf"#\s*zizmor\s*:\s*ignore(?:\[({_LIST})\])?",
    "yamllint disable": rf"#\s*yamllint\s+disable(?:-line|-file)?({_LIST})",
    "shellcheck disable": rf"#\s*shellcheck\s+disable=({_LIST})",
    "hadolint ignore": rf"#\s*hadolint\s+(?:global\s+)?ignore=({_LIST})",
    "gitleaks: allow": r"(?:gitleaks|trufflehog|pragma)\s*:\s*(?:allow|ignore|allowlist secret)",
    "checkov: skip": rf"#\s*(?:checkov|tfsec|trivy)\s*:\s*(?:skip|ignore)[=:]({_LIST})",
}
_SLASHED: dict[str, str] = {
    "eslint-disable": rf"\beslint-disable(?:-next-line|-line)?\b({_LIST})",
    "eslint settings": r"/\*\s*eslint\s+(\S[^*]*)",
    "ts-ignore": r"@ts-(?:ignore|nocheck|expect-error)\b",
    "biome-ignore": rf"\b(?:biome|deno-lint|oxlint|tslint)[-:](?:ignore|disable)[\w-]*\s*({_LIST})",
    "prettier-ignore": r"\bprettier-ignore\b",
    "coverage ignore": r"\b(?:istanbul|c8|v8)\s+ignore\b|\bstryker\s+disable\b",
    "nolint": rf"//\s*nolint(?::({_LIST}))?",
    "rust allow": r"#!?\[\s*(?:cfg_attr\(.*)?(?:allow|expect)\s*\(([^)]*)\)",
    "jvm suppress": r"@Suppress(?:Warnings|FBWarnings|Lint)?\s*\(([^)]*)\)",
    "skipped test": r"\b(?:it|test|describe|suite)\.(?:skip|todo|fails|only)\b"
    r"|\bx(?:it|describe|test)\s*\(|#\[ignore",
    "any": r":\s*any\b|\bas\s+(?:any|unknown)\b|<any>",
}
_WORDS: dict[str, str] = {
    "|| true": r"\|\|\s*(?:true|:|exit\s+0|/bin/true|echo\b|exit\s+\$\{?\w+\}?|return\s+0)",
    "; true": r";\s*(?:true|:|exit\s+0)\s*(?:$|[\"'#])",
    "set +e": r"\bset\s+\+(?:e|o\s+(?:errexit|pipefail))",
    "continue-on-error": r"\bcontinue[-_]?on[-_]?error[\"']?\s*[:=]\s*(?!false\b)\S",
    "allow_failure": r"\ballow[-_]?failures?[\"']?\s*[:=]\s*(?!false\b)",
    "--exit-zero": r"--(?:exit-zero(?:-even-if-changed)?|no-verify|no-fail|soft-fail|pass-with-no-tests"
    r"|passWithNoTests|no-error-on-unmatched-pattern)\b",
    "if: false": r"\bif[\"']?\s*:\s*[\"']?(?:\$\{\{\s*)?false\b",
    "success_codes": r"\bsuccess_codes\b",
    "ignored errors": r"\bignore_errors?[\"']?\s*[=:]\s*(?:true|True)",
    "skipped hooks": r"\b(?:SKIP|HUSKY|PRE_COMMIT_ALLOW_NO_CONFIG|LEFTHOOK)\s*[:=]\s*\S",
    "mode: warn": r"^\s*mode\s*:\s*[\"']?(?:warn|off)\b",
}
_MAKE: dict[str, str] = {"make -": r"^\t\s*@?-@?\s*\S", ".IGNORE": r"^\.(?:IGNORE|SILENT)\b"}
_KINDS = {
    "comment": {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _COMMENTS.items()},
    "slashed": {kind: re.compile(pattern) for kind, pattern in _SLASHED.items()},
    "make": {kind: re.compile(pattern) for kind, pattern in _MAKE.items()},
    "word": {kind: re.compile(pattern) for kind, pattern in _WORDS.items()},
}
# one word of each pattern, since nearly all comments have none of them
_QUICK = {
    "comment": re.compile(
        r"noqa|ignore|pyright|ruff|pyre|pytype|mypy|nosec|nosem|nosonar|lgtm|codeql|pragma|pylint|fmt|yapf|isort"
        r"|yamllint|shellcheck|allow|skip",
        re.IGNORECASE,
    ),
    "slashed": re.compile(
        r"eslint|@ts-|ignore|disable|nolint|allow|expect|suppress|\.(?:skip|todo|fails|only)|xit|xtest|xdescribe|any"
        r"|unknown",
        re.IGNORECASE,
    ),
    "make": re.compile(r"^[\t.]"),
    "word": re.compile(r"[|;+=:-]"),
}
_SCRIPTS = (".sh", ".bash", ".zsh", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".json", ".just")
_SLASHING = (
    ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".go", ".rs", ".java",
    ".kt", ".kts", ".scala", ".swift", ".c", ".cc", ".cpp", ".h", ".hpp", ".cs", ".css", ".scss", ".php",
    ".rb",
)  # fmt: skip  # read in rows
_MAKES = ("makefile", "gnumakefile")
_NAMED = ("justfile", "dockerfile", "jenkinsfile", "procfile")
_PROSE = (".md", ".rst", ".txt", ".html", ".po", ".csv", ".svg")


def of_comments(path: str, lines: source.Lines) -> Iterator[Mark]:
    """The comments of a Python source. One with several suppressions has several marks."""
    for comment in lines.comments:
        for kind, codes in _matches(comment.text, "comment"):
            yield Mark(kind=kind, codes=codes, path=path, line=comment.line, anchor=comment.anchor)


def of_text(path: str, data: bytes) -> Iterator[Mark]:
    """Any other text, line by line: a word in a string counts there, since nobody knows the language."""
    tables = _tables(path)
    for at, row in enumerate(data.decode("utf-8", "replace").splitlines(), 1) if tables else ():
        for table in tables:
            for kind, codes in _matches(row, table):
                yield Mark(kind=kind, codes=codes, path=path, line=at, anchor=" ".join(row.split())[:400])


def _tables(path: str) -> tuple[str, ...]:
    lowered = path.casefold()
    name = lowered.rpartition("/")[2]
    if lowered.endswith(_PROSE):
        return ()
    if lowered.endswith(_SLASHING):
        return ("slashed", "comment")
    if name.startswith(_MAKES) or name.endswith(".mk"):
        return ("comment", "word", "make")
    scripted = lowered.endswith(_SCRIPTS) or name.startswith(_NAMED) or "." not in name
    return ("comment", "word") if scripted else ("comment",)


def _matches(row: str, table: str) -> Iterator[tuple[str, frozenset[str]]]:
    if not _QUICK[table].search(row):
        return
    for kind, pattern in _KINDS[table].items():
        for match in pattern.finditer(row):
            yield kind, codes(match[1] if pattern.groups else None)


def codes(written: str | None) -> frozenset[str]:
    """The rules of a list; none named: all."""
    found = re.findall(r"[A-Za-z][\w\-./=]*", re.split(r"\s--\s|\s#", written or "")[0])
    return frozenset(found) or ALL
