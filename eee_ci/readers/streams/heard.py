"""What was gathered of a stream so far."""

from collections.abc import Callable, Mapping

from eee_ci import text
from eee_ci.agent import Tokens, Told
from eee_ci.model import Outcome
from eee_ci.readers.streams import ends, lines
from eee_ci.readers.streams.todos import Board

ACTIVITY, WORDS, REASON = 200, 4000, 600  # bytes kept
_RAW = 4 * WORDS  # characters kept before cleaning
MOST_FILES, MOST_WARNINGS = 1000, 20


class Heard:
    """It grows event by event. `marks` are the events that decide on the end, in their order."""

    def __init__(self, root: str = "") -> None:
        self.marks: list[lines.Event] = []
        self.turns: int | None = None
        self.usd: float | None = None
        self.tokens = Tokens()
        self.messages: dict[str, Tokens] = {}  # what each took: a later word on one replaces the earlier
        self.retries = self.events = self.unknown = self.damaged = 0
        self._board: Board | None = None
        self._below = f"{root.rstrip('/')}/" if root else ""
        self._said = ""
        self._activity: tuple[str, ...] = ()  # a tool; none: it spoke last
        self._files: dict[str, None] = {}
        self._warnings: dict[str, None] = {}

    @property
    def board(self) -> Board:
        """Its todos; asking for them means that it has some."""
        self._board = self._board or Board()
        return self._board

    def say(self, words: object, *, more: bool = False) -> None:
        """Words of its own; `more` of what it said before. They are cleaned once, at the end."""
        new = lines.string(words)
        if new.strip() or more:
            self._said = ((self._said if more else "") + new)[-_RAW:]
            self._activity = ()

    def use(self, tool: object, target: object = "") -> None:
        self._activity = (lines.string(tool) or "a tool", lines.string(target)[:_RAW])

    def touch(self, path: object) -> None:
        """A file that it says it changed, relative to its folder."""
        name = text.line(lines.string(path).removeprefix(self._below))
        if name and len(self._files) < MOST_FILES:
            self._files[text.clip(name, WORDS)] = None

    def warn(self, words: object) -> None:
        if (said := text.line(lines.string(words))) and len(self._warnings) < MOST_WARNINGS:
            self._warnings[text.clip(said, REASON)] = None

    def step(self) -> None:
        self.turns = (self.turns or 0) + 1

    def spend(self, usd: float | None) -> None:
        if usd is not None:
            self.usd = (self.usd or 0.0) + usd

    def count(self, tokens: Tokens) -> None:
        """Add to what was counted."""
        mine = self.tokens
        self.tokens = Tokens(
            input=lines.added(mine.input, tokens.input),
            output=lines.added(mine.output, tokens.output),
            cache=lines.added(mine.cache, tokens.cache),
        )

    def told(self, outcome: Outcome | None, judge: "Judge") -> Told:
        """The noun. With no outcome it goes on; one that was cut short is not judged by its words."""
        end = None if outcome is None else ends.cut(outcome) or judge(self, outcome)
        reason = end.reason if end else None
        message = text.tail(text.clean(self._said).strip(), WORDS)
        return Told(
            status=end.status if end else None,
            reason=text.clip(text.line(reason), REASON) if reason else None,
            transient=bool(end and end.transient),
            turns=self.turns,
            usd=self.usd,
            tokens=self.tokens,
            todos=self._board.all() if self._board else None,
            last=text.clip(text.line(" ".join(self._activity) or message), ACTIVITY) or None,
            message=message,
            files=tuple(self._files),
            retries=self.retries,
            events=self.events,
            unknown=self.unknown,
            damaged=self.damaged,
            warnings=tuple(self._warnings),
        )


Judge = Callable[[Heard, Outcome], ends.End]
Kinds = Mapping[str, Callable[[Heard, lines.Event], None]]


def hear(said: bytes, outcome: Outcome | None, root: str, kinds: Kinds) -> Heard:
    """All events of a stream, each by what its `type` says."""
    heard = Heard(root)
    for event in lines.events(said, ended=outcome is not None):
        if event is None:
            heard.damaged += 1
            continue
        heard.events += 1
        kind = kinds.get(lines.string(event.get("type")))
        if kind is None:
            heard.unknown += 1
        else:
            kind(heard, event)
    return heard


def nothing(_heard: Heard, _event: lines.Event) -> None:
    """A known event that tells nothing that is kept."""
