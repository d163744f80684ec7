"""The module level or one function while its syntax is walked."""

from eee_ci.selection.spines import Spine

_BUILDING = ("__init__", "__new__", "__post_init__", "__setstate__", "__set_name__")
_OF_CLASS = frozenset(("cls", "mcs", "mcls", "klass", "type"))


class Unit:
    """The module level or one function while it is walked."""

    def __init__(self, name: str, outer: "Unit | None" = None) -> None:
        self.name = name
        self.outer = outer
        self.words: list[str] = []
        self.lines: list[int] = []
        self.at = 0
        self.names: set[str] = set()
        self.bound: set[str] = set()
        self.lasting: set[str] = set()  # parameters whose default value is mutable
        self.named: set[str] = set()  # those whose default value has a name
        self.decorators: set[str] = set()
        self.aliases: dict[str, set[str]] = {}
        self.writes: list[Spine] = []
        self.calls: list[Spine] = []
        self.given: list[Spine] = []  # to other functions, which may change it
        self.touched: set[str] = set()
        self.remembers = False
        self.keeps = False

    def settle(self) -> None:
        """Once all names of the function are known: what is changed that outlives the call?"""
        for spine in self.writes:
            self._settle(spine, writes=True)
        for spine in self.calls:
            self._settle(spine, writes=False)

        for base, parts in self.given:
            if base not in self.bound:
                self.touched.update(parts, (base,))

    def _settle(self, spine: Spine, *, writes: bool) -> None:
        base, parts = spine
        if base in self.lasting or (writes and (base in _OF_CLASS or "__class__" in parts)):
            self.remembers = True
        elif base == "self":
            self.keeps |= self.name.rpartition(".")[2] not in _BUILDING
            self.touched.update(parts)
        elif base in self.bound:
            self.remembers |= writes and base in self.named
            self.touched.update(parts, self.aliases.get(base, ()))
        elif self._is_free(base):
            self.keeps = True
        else:
            self.remembers |= writes and bool(base)
            self.touched.update(parts, (base,))

    def _is_free(self, base: str) -> bool:
        outer = self.outer
        while outer is not None and outer.name:
            if base in outer.bound:
                return True
            outer = outer.outer
        return False
