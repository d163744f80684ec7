"""T1's tables: the paths that decide what is judged and how, each with its reason."""

import fnmatch
import re
import unicodedata

from eee_ci.finding import Severity

# What HFS+ and some tools pass over in a name: `.g\u200cit` opens `.git` there.
_IGNORED = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\xad]")
_SHORT = re.compile(r"^(git|claude|github)~\d$")  # how FAT spells `.git`

_GATES = "it says which gates judge, and by what"
_CI = "it is run by the continuous integration"
_AGENT = "it instructs agents or gives them tools"
_GIT = "git acts on it"
_EDITOR = "editors and package managers run what it says"
_DEPENDENCIES = "it says what is installed"
_TOOL = "it configures a tool that judges"
_START = "Python runs it before anything else"
_TESTS = "pytest runs it before the tests and lets it decide their outcome"
_BUILD = "it says how the project is built, checked or run"
_ENVIRONMENT = "programs of it are run"

CRITICAL = {_GATES, _CI, _AGENT, _GIT, _START, _TESTS, _ENVIRONMENT}

# a folder: everything below it, at any depth of the tree
FOLDERS: dict[str, str] = {
    **dict.fromkeys((".eee-ci", "gate_configs"), _GATES),
    **dict.fromkeys((".github", ".gitlab", ".circleci", ".ci", ".buildkite", ".woodpecker", ".tekton"), _CI),
    **dict.fromkeys((".teamcity", ".azure-pipelines", ".forgejo", ".gitea"), _CI),
    **dict.fromkeys((".claude", ".cursor", ".codex", ".gemini", ".agents", ".aider", ".opencode"), _AGENT),
    **dict.fromkeys((".windsurf", ".roo", ".continue"), _AGENT),
    **dict.fromkeys((".git", ".githooks", ".husky", "hooks.d"), _GIT),
    **dict.fromkeys((".vscode", ".idea", ".cargo", ".devcontainer", ".yarn", ".mvn"), _EDITOR),
    **dict.fromkeys(("node_modules", ".venv", "venv", "site-packages", ".tox", ".nox"), _ENVIRONMENT),
    **dict.fromkeys(("*.dist-info", "*.egg-info"), _START),  # entry points: plugins load themselves
    "__pycache__": _START,  # an unchecked .pyc wins over its source
}
# a file, by its own name, in any folder
NAMES: dict[str, str] = {
    **dict.fromkeys(("eee-ci.yaml", ".eee-ci.yaml", "eee-ci.yml"), _GATES),
    **dict.fromkeys(
        (".gitlab-ci.yml", ".travis.yml", "azure-pipelines*.yml", "bitbucket-pipelines.yml", "jenkinsfile*"),
        _CI,
    ),
    **dict.fromkeys((".drone.yml", ".cirrus.yml", "appveyor.yml", ".appveyor.yml", "cloudbuild.y*ml"), _CI),
    **dict.fromkeys((".woodpecker.y*ml", "action.yml", "action.yaml"), _CI),
    **dict.fromkeys((".mcp.json", ".claude.json", "agents.md", "agents.override.md", "claude.md"), _AGENT),
    **dict.fromkeys(("claude.local.md", "gemini.md", ".cursorrules", ".windsurfrules", ".aider*"), _AGENT),
    **dict.fromkeys((".cursorignore", "opencode.json*", ".ripgreprc"), _AGENT),
    **dict.fromkeys(
        (".gitattributes", ".gitmodules", ".gitignore", ".gitconfig", "lefthook*.y*ml", ".lefthook*.y*ml"),
        _GIT,
    ),
    **dict.fromkeys((".npmrc", ".yarnrc*", "bunfig.toml", ".pypirc", "pip.conf", ".pnp.*"), _EDITOR),
    **dict.fromkeys(("*.lock", "*.lockb", "package-lock.json", "npm-shrinkwrap.json"), _DEPENDENCIES),
    **dict.fromkeys(
        ("pnpm-lock.yaml", "pnpm-workspace.yaml", "pylock*.toml", "go.sum", "go.mod"), _DEPENDENCIES
    ),
    **dict.fromkeys(
        ("*requirements*.txt", "*requirements*.in", "constraints*.txt", "pipfile"), _DEPENDENCIES
    ),
    **dict.fromkeys(("environment.y*ml", "cargo.toml", ".python-version", ".tool-versions"), _DEPENDENCIES),
    **dict.fromkeys(("pyproject.toml", "setup.cfg", "tox.ini", "package.json"), _TOOL),
    **dict.fromkeys((".ruff.toml", "ruff.toml", ".flake8", "mypy.ini", ".mypy.ini", ".coveragerc*"), _TOOL),
    **dict.fromkeys(("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", ".pylintrc*"), _TOOL),
    **dict.fromkeys(("pylintrc*", ".bandit*", "bandit.y*ml", "pyrightconfig.json", ".isort.cfg"), _TOOL),
    **dict.fromkeys(
        (".style.yapf", ".yapfignore", ".editorconfig", ".pre-commit-*.yaml", "hatch.toml"), _TOOL
    ),
    **dict.fromkeys((".eslint*", "eslint.config.*", ".prettier*", "prettier.config.*", "biome.json*"), _TOOL),
    **dict.fromkeys(
        ("tsconfig*.json", "jsconfig.json", "jest.config.*", "vitest.*.ts", "vite.config.*"), _TOOL
    ),
    **dict.fromkeys((".mocharc*", ".nycrc*", ".c8rc*", "karma.conf.*", "playwright.config.*"), _TOOL),
    **dict.fromkeys((".golangci.*", "clippy.toml", ".clippy.toml", "rustfmt.toml", ".rustfmt.toml"), _TOOL),
    **dict.fromkeys((".semgrep*", ".gitleaks*", ".trivyignore*", ".snyk", "sonar-project.properties"), _TOOL),
    **dict.fromkeys((".yamllint*", ".markdownlint*", ".secrets.baseline", ".shellcheckrc"), _TOOL),
    **dict.fromkeys(("codecov.y*ml", ".codecov.y*ml", ".coveralls.yml", "uv.toml", "pdm.toml"), _TOOL),
    **dict.fromkeys(("poetry.toml", "mutmut*.toml", "zizmor.yml", ".zizmor.yml", "*.importlinter"), _TOOL),
    **dict.fromkeys(("sitecustomize.py", "usercustomize.py", "*.pth", "*._pth", "*.pyc", "*.pyo"), _START),
    **dict.fromkeys(("pyvenv.cfg", "*.egg-link"), _START),
    "conftest.py": _TESTS,
    **dict.fromkeys(("makefile", "gnumakefile", "*.mk", "noxfile.py", "setup.py", "justfile"), _BUILD),
    **dict.fromkeys((".justfile", "taskfile.y*ml", "tasks.py", "dodo.py", "fabfile.py"), _BUILD),
    **dict.fromkeys(("dockerfile*", "docker-compose*.y*ml", "compose*.y*ml", "hatch_build.py"), _BUILD),
    **dict.fromkeys((".envrc", ".env", ".env.*", "mise.toml", ".mise.toml", "build.rs"), _BUILD),
}
# a chain of folders and a name, from the root
WHOLE: dict[str, str] = {"requirements/*.txt": _DEPENDENCIES, "requirements/*.in": _DEPENDENCIES}


def normal(path: str) -> str:
    """How the most forgiving file system would spell it."""
    folded = unicodedata.normalize("NFC", _IGNORED.sub("", path.replace("\\", "/"))).casefold()
    parts = [part.rstrip(". ") or part for part in unicodedata.normalize("NFC", folded).split("/")]
    kept = [part for part in parts if part not in ("", ".")]
    return "/".join(_SHORT.sub(r".\1", part) for part in kept)


def reason(path: str) -> str | None:
    """Why the path is protected; None where it is not."""
    spelled = normal(path)
    *folders, name = spelled.split("/")
    for folder in (*folders, name):
        if why := _among(folder, FOLDERS):
            return why
    return _among(name, NAMES) or _among(spelled, WHOLE)


def weight(why: str) -> Severity:
    return "critical" if why in CRITICAL else "high"


def _among(word: str, table: dict[str, str]) -> str | None:
    if why := table.get(word):
        return why
    return next(
        (why for pattern, why in table.items() if "*" in pattern and fnmatch.fnmatchcase(word, pattern)), None
    )
