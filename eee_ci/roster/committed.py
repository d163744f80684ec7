"""The agent files of a commit, by git alone: what lies in the work tree says nothing."""

from collections.abc import Iterator
from typing import NamedTuple

from eee_ci import git, text
from eee_ci.git import answers
from eee_ci.git.answers import Entry
from eee_ci.model import Finding
from eee_ci.roster import rules
from eee_ci.roster.documents import LARGEST

FOLDER = ".claude/agents"
ABOVE = FOLDER.partition("/")[0]
MOST = 2000  # files; the largest public collections have some hundreds
_REGULAR = ("100644", "100755")


class Found(NamedTuple):
    """The contents of files by path, and findings on those that are none."""

    files: dict[str, bytes]
    findings: tuple[Finding, ...]


def files(repo: git.Repository, base: str) -> Found:
    """All `.claude/agents/**/*.md` of a commit; a GitError where there is no such commit."""
    listed = git.ask(repo, "ls-tree", "-r", "-l", "-z", "--end-of-options", base, ABOVE)
    wanted = sorted(filter(_is_wanted, answers.entries(listed)))
    findings = list(_refused(wanted))
    kept = [entry for entry in wanted if entry.mode in _REGULAR and entry.size <= LARGEST]
    kept = [entry for entry in kept if entry.path.endswith(".md")][:MOST]
    contents = _contents(repo, [entry.object for entry in kept])
    found = {entry.path: contents[entry.object] for entry in kept if entry.object in contents}
    findings += [
        rules.finding("no-object", entry.path, "git does not have its content; it is skipped")
        for entry in kept
        if entry.object not in contents
    ]
    return Found(found, tuple(findings))


def _is_wanted(entry: Entry) -> bool:
    """Agent files, and whatever stands in the place of their folder."""
    below = entry.path.startswith(f"{FOLDER}/") and entry.path.endswith(".md")
    return below or entry.path in (ABOVE, FOLDER)


def _refused(entries: list[Entry]) -> Iterator[Finding]:
    for entry in entries:
        if entry.mode not in _REGULAR:
            yield rules.finding("no-file", entry.path, "is a link or a submodule; it is skipped")
        elif entry.size > LARGEST:
            yield rules.finding("too-large", entry.path, f"is over {LARGEST >> 20} MiB; it is skipped")
    if len(entries) > MOST:
        more = text.count(len(entries) - MOST, "file")
        yield rules.finding("too-many", entries[MOST].path, f"with it {more} beyond {MOST} are skipped")


def _contents(repo: git.Repository, names: list[str]) -> dict[str, bytes]:
    """Contents by object id; what is missing is absent."""
    feed = "".join(f"{name}\n" for name in names).encode()
    return answers.contents(names, git.ask(repo, "cat-file", "--batch", feed=feed)) if names else {}
