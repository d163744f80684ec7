"""Nodes held against types: values where they fit, a fault in plain words where they do not."""

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_origin

import msgspec

from eee_ci.config.kinds import (
    Field,
    admits_null,
    arms,
    bare,
    bounds_length,
    extras,
    is_noun,
    lengths,
    list_arm,
    map_arm,
    names,
    table,
    want,
)
from eee_ci.config.nodes import Node, Place
from eee_ci.config.words import fault, found, joined, near
from eee_ci.errors import Fault
from eee_ci.text import count, line

Reader = Callable[[Node, str], Any]
NONE = msgspec.UNSET  # stands for a value that is missing or wrong
_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


class Walk:
    """Collects the faults and the origins of one config. `complete` is False when a part of it could not
    be read: then nothing is called missing."""

    def __init__(self, faults: list[Fault], *, complete: bool = True) -> None:
        self.faults = faults
        self.complete = complete
        self.origins: dict[str, Place] = {}
        self.readers: dict[Any, Reader] = {}  # for Nouns whose keys alone do not say what they mean

    def fault(self, place: Place, path: str, message: str) -> None:
        self.faults.append(fault(place, path, message))

    def value(self, node: Node, kind: Any, path: str) -> Any:
        """The value as builtins (a Noun as the map of the keys that are there), or NONE."""
        if any(bare(arm) is Any for arm in arms(kind)):
            self.origins[path] = node.at
            return plain(node)
        if isinstance(node.value, dict) and (arm := map_arm(kind)) is not None:
            if arm in self.readers:
                return self.readers[arm](node, path)
            before = len(self.faults)
            fit = self._map(node, arm, path)
            return self._whole(fit, node, kind, path) if len(self.faults) == before else fit
        if isinstance(node.value, list) and (arm := list_arm(kind)) is not None:
            return self._whole(self._list(node, arm, path), node, kind, path)
        return self._scalar(node, kind, path)

    def _whole(self, fit: Any, node: Node, kind: Any, path: str) -> Any:
        """What only the whole list or Noun can say of its parts, each of which is right."""
        if fit is NONE or not (is_noun(map_arm(kind)) or bounds_length(kind)):
            return fit
        if said := objection(fit, kind):
            self.fault(node.at, path, said)
        return fit

    def members(
        self,
        node: Node,
        known: Mapping[str, Field],
        path: str,
        *,
        others: tuple[Any, Any] | None = None,
        foreign: Callable[[str], str | None] | None = None,
    ) -> dict[Any, Any]:
        """The keys of a map that are there and right. `others`: the kinds of all further keys and their
        values; `foreign`: what to say about a key that is known, but elsewhere."""
        values = {}
        for key, child in node.value.items():
            place = joined(path, key)
            field = known.get(key) or (Field(others[1]) if others else None)
            if field is None:
                hint = (foreign(key) if foreign else None) or f"unknown key{self._meant(key, known)}"
                self.fault(child.key, place, hint)
            elif (name := key if key in known else self._key(child, key, others, path)) is NONE:
                continue
            elif (fit := self._member(child, field.kind, place)) is not NONE:
                values[name] = fit
        self._missing(node, known, path)
        return values

    def _meant(self, key: str, known: Mapping[str, Field]) -> str:
        return near(key, known) or f"; want one of {', '.join(sorted(known))}"

    def _missing(self, node: Node, known: Mapping[str, Field], path: str) -> None:
        for key, field in known.items():
            there = key in node.value and node.value[key].value is not None
            if field.required and not there and self.complete:
                self.fault(node.key, joined(path, key), f"missing; want {want(field.kind)}")

    def _key(self, child: Node, key: str, others: tuple[Any, Any] | None, path: str) -> Any:
        """The key itself; not strict, so that it may be a number where the kind is one."""
        kind = others[0] if others else str
        try:
            return msgspec.convert(key, kind, strict=False)
        except msgspec.ValidationError:
            message = f"this key wants {want(kind)}{near(key, names(kind))}"
            self.fault(child.key, joined(path, key), message)
            return NONE

    def _member(self, child: Node, kind: Any, path: str) -> Any:
        """null takes a key away, or means None where the kind has that. A forgotten value does neither:
        it would silently switch something off."""
        if child.value is not None:
            return self.value(child, kind, path)
        if not child.written:
            self.fault(child.key, path, f"found nothing; want {want(kind)}, or null to remove it")
            return NONE
        if not admits_null(kind):
            return NONE
        self.origins[path] = child.at
        return None

    def _map(self, node: Node, arm: Any, path: str) -> dict[str, Any]:
        if not is_noun(arm):
            key, item = get_args(arm) or (str, Any)
            return self.members(node, {}, path, others=(key, item))
        return self.members(node, table(arm), path)

    def _list(self, node: Node, arm: Any, path: str) -> Any:
        kind = next(iter(get_args(arm)), Any)
        fits = [self.value(item, kind, f"{path}[{index}]") for index, item in enumerate(node.value)]
        for index in range(len(fits)):  # a list wins or loses whole, so its items have no origin
            self.origins.pop(f"{path}[{index}]", None)
        self.origins[path] = node.at
        return NONE if NONE in fits else tuple(fits) if tuple in (arm, get_origin(arm)) else fits

    def _scalar(self, node: Node, kind: Any, path: str) -> Any:
        value = node.value
        if isinstance(value, bool | int | float) and extras(kind, "written"):
            value = node.written
        try:
            fit = msgspec.convert(plain(node) if value is node.value else value, kind)
        except msgspec.ValidationError:
            return self._wrong(node, want(kind) + _advice(node, kind), path)
        for check in extras(kind, "check"):
            if wanted := check(fit):
                return self._wrong(node, wanted, path)
        self.origins[path] = node.at
        return fit

    def _wrong(self, node: Node, wanted: str, path: str) -> Any:
        self.fault(node.at, path, f"found {found(node)}, want {wanted}")
        return NONE


def objection(fit: Any, kind: Any) -> str | None:
    """What msgspec or the Noun itself has against parts that are right one by one, in a sentence."""
    try:
        msgspec.convert(fit, kind, str_keys=True)
    except msgspec.ValidationError as error:
        said, _, where = line(str(error)).partition(" - at `$")
        if said.startswith("Expected `"):  # the parts are right, so it is about how many there are
            return f"found {count(len(fit), 'value')}, want {lengths(kind)}"
        return f"{where.strip('.`')}: {said}" if where.strip("`") else said
    return None


def plain(node: Node) -> Any:
    """The node as maps, lists and scalars."""
    match node.value:
        case dict() as members:
            return {key: plain(child) for key, child in members.items()}
        case list() as items:
            return [plain(item) for item in items]
        case scalar:
            return scalar


def _advice(node: Node, kind: Any) -> str:
    """What probably was meant."""
    inner = {bare(arm) for arm in arms(kind)}
    if isinstance(node.value, bool | int | float) and str in inner and not inner & {int, float}:
        return "; put it in quotes"
    if not isinstance(node.value, str):
        return ""
    if bool in inner and (meant := _BOOLEANS.get(node.value.lower())):
        return f" (did you mean {meant}?)"
    if list_arm(kind) is not None and str not in inner:
        return f", such as [{found(node)}]"
    return " without quotes" if node.value in names(kind) else near(node.value, names(kind))
