"""What a gate's result depends on, as names and values: its digest is the key, a difference is the reason."""

from collections.abc import Iterable, Mapping

from eee_ci import digests, text
from eee_ci.model import Noun

SCHEMA = "2"  # of what is kept under a key: another one finds nothing of before
_NAMED = 3  # as many of a kind a sentence names


class Manifest(Noun, frozen=True, kw_only=True):
    """`facts` are names and values (`tool ruff`, `env CI`, `dist attrs`, `arguments`); `listing` is the
    digest of the files' paths, modes and content ids."""

    gate: str
    facts: dict[str, str]
    listing: str

    @property
    def key(self) -> str:
        """SHA-256 of the canonical form; equal keys mean equal inputs."""
        return digest([SCHEMA, self.facts, self.listing])

    @property
    def base(self) -> str:
        """The same without the files."""
        return digest([SCHEMA, self.facts])


def digest(value: object) -> str:
    """SHA-256 of plain values in one canonical form."""
    import json  # only here: not each run has anything to remember

    words = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return digests.sha256(words.encode("ascii")).hexdigest()


def placed(words: str, places: Mapping[str, str]) -> str:
    """Words with the folders of this checkout and this eee-ci replaced by names, the longest path first."""
    for path, name in sorted(places.items(), key=lambda item: -len(item[0])):
        if path:
            words = words.replace(path, name)
    return words


def facts(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[str]:
    """What is different among the facts, a few words each: why a gate runs again."""
    names = sorted(old.keys() | new.keys())
    changed = [name for name in names if old.get(name) != new.get(name)]
    for name in changed:
        kind, _, rest = name.partition(" ")
        yield _SENTENCES.get(kind, _other)(
            name if kind == "Python" else rest or name, old.get(name), new.get(name)
        )


def _env(name: str, old: str | None, new: str | None) -> str:
    how = "is new" if old is None else "is gone" if new is None else "changed"
    return f"variable {text.line(name)} {how}"


def _versioned(name: str, old: str | None, new: str | None) -> str:
    """`ruff 0.17.5 -> 0.17.6`; of one version, that its files are others."""
    was, now = (text.line((value or "").split(" ")[0]) for value in (old, new))
    if old is None:
        return f"{name} {now} is new"
    if new is None:
        return f"{name} {was} is gone"
    return f"{name} {was} -> {now}" if was != now else f"{name} {now} has other files"


def _installed(name: str, old: str | None, new: str | None) -> str:
    return f"installed: {_versioned(text.line(name), old, new)}"


def _outside(name: str, old: str | None, new: str | None) -> str:
    how = "is new" if old is None else "is gone" if new is None else "changed"
    return f"{text.line(name)}, outside of the project, {how}"


def _site(name: str, old: str | None, new: str | None) -> str:
    how = "is new" if old is None else "is gone" if new is None else "changed"
    return f"{text.line(name)} among the installed packages {how}"


def _other(name: str, _old: str | None, _new: str | None) -> str:
    return f"{name} changed"


_SENTENCES = {
    "env": _env,
    "tool": _versioned,
    "Python": _versioned,
    "dist": _installed,
    "site": _site,
    "outside": _outside,
}


def files(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[str]:
    """The same among the files."""
    kinds = {
        "{} changed": [path for path in new if path in old and old[path] != new[path]],
        "new file {}": [path for path in new if path not in old],
        "{} is gone": [path for path in old if path not in new],
    }
    for sentence, paths in kinds.items():
        for path in sorted(paths)[:_NAMED]:
            yield sentence.format(text.path(path))
        if len(paths) > _NAMED:
            yield sentence.format(f"{len(paths) - _NAMED} more")
