"""What gates said before: the reading of a complete outcome, found again by all that it depended on.

A reading has no limits in it, so a changed limit is judged anew at no cost. Only readings of complete
outcomes are kept: never a broken one, a flaky one, or one of files that changed meanwhile.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from eee_ci.memory import manifest as manifests
from eee_ci.memory.manifest import Manifest as Manifest  # the noun of this door
from eee_ci.model import Cost, Finding, Noun, Reading, TestCase
from eee_ci.ports import Store

T = TypeVar("T")
READINGS, MANIFESTS, LISTINGS = "reading", "manifest", "listing"
ROOT = "\x00root\x00"  # stands for the project's folder, in texts that hold its path


class Remembered(Noun, frozen=True, kw_only=True):
    """A reading, what it cost to get, the words of the commands, the last lines they said, and when (UTC)."""

    reading: Reading
    cost: Cost = Cost()
    command: tuple[tuple[str, ...], ...] = ()
    log: str = ""
    when: str = ""


def recall(store: Store, manifest: Manifest, root: str) -> Remembered | None:
    """What the gate said on exactly these inputs."""
    return known(store, manifest.key, root)


def known(store: Store, key: str, root: str) -> Remembered | None:
    """What was kept under a manifest's key."""
    found = _load(store, READINGS, key, Remembered)
    return moved(found, ROOT, root) if found else None


def keep(
    store: Store, manifest: Manifest, files: Mapping[str, str], *, scope: str, found: Remembered, root: str
) -> None:
    """Keep a reading with all that it depended on. `files` are those of the manifest's listing."""
    if store.put(READINGS, manifest.key, msgspec.msgpack.encode(moved(found, root, ROOT))):
        store.put(LISTINGS, manifest.listing, msgspec.msgpack.encode(dict(files)))
        store.put(MANIFESTS, manifest.key, msgspec.msgpack.encode(manifest))
        store.note(MANIFESTS, scope, manifest.key)


def why(store: Store, manifest: Manifest, files: Mapping[str, str], scope: str) -> tuple[str, ...]:
    """Why nothing is remembered: the differences to the nearest of the gate's last runs."""
    told = [
        differences(store, found, manifest, files)
        for key in store.latest(MANIFESTS, scope)
        if (found := _load(store, MANIFESTS, key, Manifest))
    ]
    if not told:
        return ("nothing is remembered of it yet",)
    return min(told, key=len) or ("what was remembered is gone",)


def differences(store: Store, old: Manifest, new: Manifest, files: Mapping[str, str]) -> tuple[str, ...]:
    """What is different from an earlier run, a few words each."""
    changed = list(manifests.facts(old.facts, new.facts))
    if old.listing != new.listing:
        before = _load(store, LISTINGS, old.listing, dict[str, str])
        changed += manifests.files(before, files) if before is not None else ["its files changed"]
    return tuple(changed)


def _load(store: Store, kind: str, key: str, shape: type[T]) -> T | None:
    data = store.get(kind, key)
    try:
        return None if data is None else msgspec.msgpack.decode(data, type=shape)
    except msgspec.DecodeError:  # of another version of eee-ci
        return None


def moved(found: Remembered, old: str, new: str) -> Remembered:
    """The same for a project that lies elsewhere: its path stands in messages and traces of tests."""
    reading = found.reading
    cases = tuple(_moved_case(case, old, new) for case in reading.cases)
    findings = tuple(_moved_finding(finding, old, new) for finding in reading.findings)
    notes = tuple(note.replace(old, new) for note in reading.notes)
    return msgspec.structs.replace(
        found,
        reading=msgspec.structs.replace(reading, cases=cases, findings=findings, notes=notes),
        log=found.log.replace(old, new),
        command=tuple(tuple(word.replace(old, new) for word in words) for words in found.command),
    )


def _moved_case(case: TestCase, old: str, new: str) -> TestCase:
    if old in case.message or old in case.text:
        return msgspec.structs.replace(
            case, message=case.message.replace(old, new), text=case.text.replace(old, new)
        )
    return case


def _moved_finding(finding: Finding, old: str, new: str) -> Finding:
    if old in finding.message:
        return msgspec.structs.replace(finding, message=finding.message.replace(old, new))
    return finding


def scope(place: str, gate: str) -> str:
    """Where earlier runs of a gate are looked for: the repository, whatever the checkout."""
    return f"{place}\0{gate}"


def listing(files: Mapping[str, str], modes: Mapping[str, str]) -> dict[str, str]:
    """Paths to mode and content id, as manifests have them."""
    return {path: f"{modes[path]} {found}" if path in modes else found for path, found in files.items()}
