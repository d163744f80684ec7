"""What agents' programs say: streams of every format, whole, cut, damaged, and any bytes at all."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eee_ci.agent import Todo, Tokens, Told
from eee_ci.errors import UsageError
from eee_ci.model import Outcome, Ran
from eee_ci.readers import streams
from eee_ci.readers.streams import lines

DATA = Path(__file__).parent.parent / "data" / "backends"
ROOT = "/home/project"
READERS = {
    "claude": "claude-stream-json", "codex": "codex-jsonl", "gemini": "gemini-stream-json",
    "opencode": "opencode-jsonl", "eee": "eee", "mini": "mini-traj", "aider": "text",
}  # fmt: skip  # read in rows


def ended(code: int | None = 0, *, problem: str | None = None, stderr: bytes = b"") -> Outcome:
    return Outcome(steps=(Ran(argv=("agent",), exit=code, stderr=stderr),), problem=problem)


def said(name: str) -> bytes:
    return (DATA / name).read_bytes()


def read(name: str, outcome: Outcome | None = None, *, data: bytes | None = None) -> Told:
    kind = name.partition("/")[0]
    return streams.read(READERS[kind], said(name) if data is None else data, outcome, ROOT)


@pytest.mark.parametrize("kind", ["claude", "codex", "gemini", "opencode", "eee", "mini"])
def test_a_whole_stream_with_exit_0_is_ok(kind: str) -> None:
    told = read(f"{kind}/success.json" + "l" * (kind != "mini"), ended())
    assert (told.status, told.reason, told.transient, told.damaged, told.unknown) == ("ok", None, False, 0, 0)


@pytest.mark.parametrize("kind", ["claude", "codex", "gemini", "opencode", "eee", "mini"])
@pytest.mark.parametrize("code", [1, 2, 143, None])
def test_no_other_exit_is_ok_whatever_was_said(kind: str, code: int | None) -> None:
    assert read(f"{kind}/success.json" + "l" * (kind != "mini"), ended(code)).status in ("error", "crashed")


@pytest.mark.parametrize(
    ("problem", "status", "transient"),
    [
        ("timed out after 5 s (TERM)", "timeout", False),
        ("cancelled (KILL)", "cancelled", False),
        ("killed: its standard output went over 64 MiB", "budget", False),
        ("crashed (SIGSEGV)", "crashed", False),
        ("cannot start claude: No such file or directory (ENOENT); install it", "crashed", False),
        ("cannot start claude: Resource temporarily unavailable (EAGAIN); use fewer jobs", "crashed", True),
        ("cannot run in /work: Too many open files (EMFILE)", "crashed", True),
    ],
)
def test_one_that_was_cut_short_is_never_ok(problem: str, status: str, transient: bool) -> None:
    told = read("claude/success.jsonl", ended(0, problem=problem))
    assert (told.status, told.reason, told.transient) == (status, problem, transient)


def test_one_that_was_not_started_crashed() -> None:
    assert read("claude/success.jsonl", Outcome()).status == "crashed"
    assert read("claude/success.jsonl", Outcome(problem="cannot prepare its folder: x")).status == "crashed"


@pytest.mark.parametrize(
    ("name", "code", "status", "reason", "transient"),
    [
        ("claude/is_error.jsonl", 0, "error", "529", True),
        ("claude/login.jsonl", 0, "error", "Invalid API key", False),
        ("claude/api_status.jsonl", 0, "error", "API status 429", True),
        ("claude/stopped.jsonl", 0, "error", "success", False),
        ("claude/max_turns.jsonl", 1, "budget", "error_max_turns", False),
        ("claude/max_budget.jsonl", 1, "budget", "error_max_budget_usd", False),
        ("claude/during_execution.jsonl", 1, "error", "connection reset", True),
        ("claude/two_results.jsonl", 0, "error", "2 results, want one", False),
        ("claude/interrupted.jsonl", 0, "crashed", "exit 0 without a result", False),
        ("claude/interrupted.jsonl", 143, "crashed", "exit 143 without a result", False),
        ("claude/truncated.jsonl", 0, "crashed", "without a result", False),
        ("codex/two_turns.jsonl", 0, "ok", None, False),
        ("codex/failed.jsonl", 1, "error", "429 Too Many Requests", True),
        ("codex/refused.jsonl", 0, "error", "401 Unauthorized", False),
        ("codex/failed_then_completed.jsonl", 0, "error", "x", False),
        ("codex/interrupted.jsonl", 0, "crashed", "without the end of its turn", False),
        ("codex/second_turn_cut.jsonl", 0, "crashed", "without the end of its turn", False),
        ("codex/truncated.jsonl", 0, "crashed", "without the end of its turn", False),
        ("gemini/error.jsonl", 1, "error", "503", True),
        ("gemini/loop.jsonl", 0, "error", "Loop detected", False),
        ("gemini/loop.jsonl", 53, "budget", "limit of turns", False),
        ("gemini/two_results.jsonl", 0, "error", "2 results, want one", False),
        ("gemini/interrupted.jsonl", 41, "error", "could not log in", False),
        ("gemini/interrupted.jsonl", 0, "crashed", "without a result", False),
        ("gemini/truncated.jsonl", 143, "crashed", "without a result", False),
        ("opencode/error.jsonl", 0, "error", "APIError: Rate limit exceeded", True),
        ("opencode/error_and_finish.jsonl", 0, "error", "APIError", True),
        ("opencode/wrong_model.jsonl", 1, "error", "ProviderModelNotFoundError", False),
        ("opencode/interrupted.jsonl", 0, "crashed", "without the end of its step", False),
        ("opencode/nothing.jsonl", 0, "crashed", "without the end of its step", False),
        ("opencode/truncated.jsonl", 0, "crashed", "without the end of its step", False),
        ("eee/budget.jsonl", 1, "budget", "20 turns", False),
        ("eee/busy.jsonl", 1, "error", "503", True),
        ("eee/transient.jsonl", 1, "error", "try later", True),
        ("eee/error.jsonl", 1, "error", "it cannot be done", False),
        ("eee/error.jsonl", 3, "crashed", "exit 3 after `finished`", False),
        ("eee/inner_failed.jsonl", 0, "error", "rc 2", False),
        ("eee/odd_status.jsonl", 0, "error", "in version 1", False),
        ("eee/version_2.jsonl", 0, "error", "in version 1", False),
        ("eee/two_results.jsonl", 0, "error", "came 2 times", False),
        ("eee/interrupted.jsonl", 0, "crashed", "without `finished`", False),
        ("eee/truncated.jsonl", 143, "crashed", "without `finished`", False),
        ("mini/limits.json", 0, "budget", "limit of steps or cost", False),
        ("mini/time.json", 0, "timeout", "limit of time", False),
        ("mini/format.json", 0, "error", "RepeatedFormatError after 2 calls", False),
        ("mini/rate.json", 1, "error", "RateLimitError", True),
        ("mini/key.json", 1, "error", "AuthenticationError", False),
        ("mini/running.json", 0, "crashed", "without the end of its trajectory", False),
        ("mini/truncated.json", 0, "crashed", "without a readable trajectory", False),
        ("aider/success.txt", 0, "ok", None, False),
        ("aider/success.txt", 1, "crashed", "exit 1 without success", False),
    ],
)  # fmt: skip  # read in rows
def test_each_other_end_has_its_status_and_reason(
    name: str, code: int, status: str, reason: str | None, transient: bool
) -> None:
    told = read(name, ended(code))
    assert (told.status, told.transient) == (status, transient)
    assert told.reason == reason or (reason and told.reason and reason in told.reason)


@pytest.mark.parametrize("kind", ["claude", "codex", "gemini", "opencode", "eee"])
def test_garbage_between_the_lines_is_counted_and_does_no_harm(kind: str) -> None:
    told = read(f"{kind}/garbage.jsonl", ended())
    clean = read(f"{kind}/success.jsonl", ended())
    assert told.status == "ok"
    assert told.damaged == {"claude": 4, "codex": 2, "gemini": 2, "opencode": 2, "eee": 2}[kind]
    assert told.events == clean.events


@pytest.mark.parametrize(
    ("kind", "unknown"), [("claude", 3), ("codex", 1), ("gemini", 1), ("opencode", 1), ("eee", 1)]
)
def test_events_of_no_known_kind_are_counted_and_do_no_harm(kind: str, unknown: int) -> None:
    told = read(f"{kind}/unknown.jsonl", ended())
    assert (told.status, told.unknown, told.damaged) == ("ok", unknown, 0)


@pytest.mark.parametrize("kind", ["claude", "codex", "gemini", "opencode", "eee", "mini"])
def test_while_it_runs_there_is_no_status_at_any_byte(kind: str) -> None:
    data = said(f"{kind}/success.json" + "l" * (kind != "mini"))
    for size in range(0, len(data), 7):
        told = read(f"{kind}/", data=data[:size])
        assert (told.status, told.damaged) == (None, 0)


def test_a_last_line_that_is_cut_counts_as_damaged_once_it_has_ended() -> None:
    assert read("claude/truncated.jsonl").damaged == 0
    assert read("claude/truncated.jsonl", ended()).damaged == 1


@pytest.mark.parametrize("kind", ["claude", "codex", "gemini", "opencode", "eee"])
def test_a_line_of_50_megabytes_is_damaged_and_the_rest_is_read(kind: str) -> None:
    huge = b'{"type":"message","text":"' + b"x" * 50_000_000 + b'"}\n'
    told = read(f"{kind}/", ended(), data=huge + said(f"{kind}/success.jsonl"))
    assert (told.status, told.damaged) == ("ok", 1)


def test_a_result_in_a_line_that_is_too_long_is_none() -> None:
    result = json.loads(said("claude/success.jsonl").splitlines()[-1])
    data = json.dumps({**result, "result": "x" * lines.LONGEST}).encode()
    assert read("claude/", ended(), data=data).status == "crashed"


def test_more_lines_than_any_agent_says_are_not_all_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MOST", 3)
    told = read("eee/", ended(), data=b"1\n" * 10)
    assert (told.damaged, told.events) == (4, 0)


def test_claude_tells_what_it_did_and_what_it_took() -> None:
    told = read("claude/success.jsonl", ended())
    assert (told.turns, told.usd, told.files) == (2, 0.0116, ("a.py",))
    assert told.tokens == Tokens(input=131, output=92, cache=1005)
    assert (told.message, told.last) == ("The import is gone.", "The import is gone.")


def test_claude_is_counted_by_message_while_it_runs() -> None:
    told = read("claude/interrupted.jsonl")
    assert (told.turns, told.usd, told.tokens) == (1, None, Tokens(input=100, output=75))
    assert told.last == "Edit /home/project/a.py"


def test_what_its_service_does_not_tell_stays_unknown() -> None:
    told = read("claude/login.jsonl", ended())
    assert told.tokens == Tokens()
    assert read("gemini/success.jsonl", ended()).usd is None
    assert read("codex/success.jsonl", ended()).usd is None
    assert read("eee/success.jsonl", ended()).usd is None


def test_retries_of_its_own_are_counted() -> None:
    assert read("claude/is_error.jsonl", ended()).retries == 2
    assert read("codex/failed.jsonl", ended(1)).retries == 1
    assert read("eee/success.jsonl", ended()).retries == 1


def test_codex_tells_what_it_did_and_what_it_took() -> None:
    told = read("codex/success.jsonl", ended())
    assert (told.turns, told.files, told.message) == (1, ("a.py", "b.py"), "Mended.")
    assert told.tokens == Tokens(input=900, output=60, cache=400)
    assert read("codex/two_turns.jsonl", ended()).tokens == Tokens(input=1800, output=120, cache=800)


def test_codex_changed_no_file_where_its_change_failed() -> None:
    told = read("codex/unknown.jsonl", ended())
    assert (told.files, told.warnings, told.last) == ((), ("careful",), "file_change no.py")


def test_gemini_tells_what_it_did_and_what_it_took() -> None:
    told = read("gemini/success.jsonl", ended())
    assert (told.turns, told.files, told.message) == (None, ("a.py",), "All mended.")
    assert told.tokens == Tokens(input=20, output=10, cache=5)
    assert read("gemini/error.jsonl", ended(1)).warnings == ("quota",)


def test_opencode_tells_what_it_did_and_what_it_took() -> None:
    told = read("opencode/success.jsonl", ended())
    assert (told.turns, told.usd, told.files, told.message) == (2, 0.02, ("a.py",), "Mended.")
    assert told.tokens == Tokens(input=20, output=14, cache=8)


def test_our_own_protocol_tells_what_it_did_and_what_it_took() -> None:
    told = read("eee/success.jsonl", ended())
    assert (told.turns, told.files, told.message) == (4, ("a.py", "b.py"), "I look.")
    assert told.tokens == Tokens(input=11, output=7)
    assert told.warnings == ("the service was busy", "a.py is long")


def test_mini_tells_what_it_did_and_what_it_took() -> None:
    told = read("mini/success.json", ended())
    assert (told.turns, told.message, told.events) == (2, "All mended.", 6)
    assert told.tokens == Tokens(input=22, output=14)


def test_a_price_that_mini_does_not_know_is_unknown() -> None:
    assert read("mini/success.json", ended()).usd is None
    assert read("mini/priced.json", ended()).usd == 0.25


def test_plain_text_has_its_last_words() -> None:
    told = read("aider/refused.txt", ended())
    assert (told.last, told.events) == ("Retrying in 0.5 seconds...", 6)
    assert told.message.startswith("Aider v0.86.1\n")


def test_a_silent_end_gives_the_last_error_line_and_whether_it_was_for_the_moment() -> None:
    told = read("claude/interrupted.jsonl", ended(1, stderr=b"one\nError: 503 Service Unavailable\n\n"))
    assert told.reason == "exit 1 without a result: Error: 503 Service Unavailable"
    assert told.transient


TWO = (Todo(content="Look", status="completed"), Todo(content="Mend", status="in_progress"))


@pytest.mark.parametrize(
    ("name", "todos"),
    [
        (
            "claude/todo_write.jsonl",
            (
                Todo(content="Look", status="completed", active_form="Looking"),
                Todo(content="Mend", status="in_progress", active_form="Mending"),
            ),
        ),
        (
            "claude/tasks.jsonl",
            (
                Todo(content="Look", status="completed", active_form="Looking"),
                Todo(content="Mend a.py", status="in_progress", active_form="Mending"),
            ),
        ),
        ("codex/success.jsonl", (Todo(content="Look", status="completed"), Todo(content="Mend"))),
        ("gemini/todos.jsonl", TWO),
        ("opencode/todos.jsonl", TWO),
        (
            "eee/success.jsonl",
            (Todo(content="Look", status="completed", active_form="Looking"), Todo(content="Mend")),
        ),
        ("claude/success.jsonl", None),
    ],
)
def test_its_list_of_todos_is_mirrored(name: str, todos: tuple[Todo, ...] | None) -> None:
    assert read(name).todos == todos


def test_a_list_that_is_none_changes_nothing() -> None:
    rows = [{"type": "todo", "todos": [{"content": "Look"}]}, {"type": "todo", "todos": "all done"}]
    assert read("eee/", data=b"\n\n  \n".join(json.dumps(row).encode() for row in rows)).todos == (
        Todo(content="Look"),
    )


def test_a_tool_of_claude_without_words_is_a_tool_still() -> None:
    block = {"type": "tool_use", "id": "t", "name": "TodoWrite", "input": "all"}
    data = json.dumps({"type": "assistant", "message": {"content": [block, {"type": "thinking"}]}}).encode()
    told = read("claude/", data=data)
    assert (told.last, told.turns, told.todos) == ("TodoWrite", None, ())


def test_nothing_it_says_reaches_a_terminal_as_a_control() -> None:
    event = {"type": "message", "text": "\x1b]0;evil\x07\x1b[2Jred\u202e\n::error::x"}
    tool = {"type": "tool", "name": "x\ny\x1b[1m", "files": ["a\n\x1b[2J.py"]}
    data = b"\n".join(json.dumps(one).encode() for one in (event, tool))
    told = read("eee/", data=data)
    assert (told.message, told.last, told.files) == ("red<U+202E>\n::error::x", "x y", ("a .py",))


def test_what_is_kept_of_endless_words_is_bounded() -> None:
    rows: list[dict[str, Any]] = [{"type": "message", "text": "x" * 10_000}]
    rows += [{"type": "warning", "text": f"{n} {'y' * 5000}"} for n in range(100)]
    rows += [{"type": "tool", "name": "t", "files": [f"{n}.py" for n in range(5000)]}]
    rows += [{"type": "todo", "todos": [{"content": "z" * 900}] * 500}]
    told = read("eee/", data=b"\n".join(json.dumps(row).encode() for row in rows))
    assert len(told.message) <= 4000
    assert (len(told.warnings), len(told.files), len(told.todos or ())) == (20, 1000, 200)
    assert max(map(len, told.warnings)) <= 600


def test_a_format_that_nobody_knows_is_an_error_of_the_config() -> None:
    with pytest.raises(UsageError, match="found 'xml', want one of eee, claude-stream-json"):
        streams.read("xml", b"", None)


def test_letters_that_are_no_unicode_do_no_harm() -> None:
    data = b'{"type":"message","text":"a\\ud83d"}\n{"type":"message","text":"b\xff"}\n'
    told = read("eee/", data=data)
    assert (told.events, told.damaged, told.message) == (2, 0, "b\ufffd")


# -- any bytes at all


def _events(data: bytes) -> Iterator[dict[str, Any]]:
    for row in data.split(b"\n"):
        try:
            found = json.loads(row.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and row.lstrip().startswith(b"{"):
            yield found


def _claude(data: bytes) -> bool:
    results = [one for one in _events(data) if one.get("type") == "result"]
    return (
        len(results) == 1
        and results[0].get("is_error") is False
        and results[0].get("subtype") == "success"
        and results[0].get("terminal_reason") in (None, "completed")
        and results[0].get("api_error_status") is None
    )


def _codex(data: bytes) -> bool:
    turns = [one["type"] for one in _events(data) if str(one.get("type")).startswith("turn.")]
    known = [kind for kind in turns if kind in ("turn.started", "turn.completed", "turn.failed")]
    return known[-1:] == ["turn.completed"] and "turn.failed" not in known


def _gemini(data: bytes) -> bool:
    return [one.get("status") for one in _events(data) if one.get("type") == "result"] == ["success"]


def _opencode(data: bytes) -> bool:
    kinds = [one.get("type") for one in _events(data)]
    return "step_finish" in kinds and "error" not in kinds


def _eee(data: bytes) -> bool:
    finished = [one for one in _events(data) if one.get("type") == "finished"]
    return len(finished) == 1 and finished[0].get("status") == "ok" and finished[0].get("v") == 1


def _mini(data: bytes) -> bool:
    try:
        info = json.loads(data.decode("utf-8", "replace"))["info"]
        return bool(info["exit_status"] == "Submitted")
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


RULES: dict[str, Callable[[bytes], bool]] = {
    "claude": _claude, "codex": _codex, "gemini": _gemini, "opencode": _opencode, "eee": _eee,
    "mini": _mini, "aider": lambda _: True,
}  # fmt: skip  # read in rows
KEYS = (
    "type",
    "subtype",
    "status",
    "is_error",
    "message",
    "content",
    "info",
    "item",
    "part",
    "input",
    "todos",
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["result", "success", "error", "finished", "ok", "turn.completed"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip  # read in rows
KEPT = {
    kind: [row for file in sorted((DATA / kind).glob("*.jsonl")) for row in file.read_bytes().split(b"\n")]
    for kind in READERS
}
WHOLE = [file.read_bytes() for file in sorted((DATA / "mini").glob("*.json"))]


@st.composite
def mutated(draw: st.DrawFn, row: bytes) -> bytes:
    """A recorded line with one value of it replaced by anything."""
    try:
        event = json.loads(row)
    except ValueError:
        return row
    at, key = event, None
    while isinstance(at, dict) and at and (key is None or draw(st.booleans())):
        holder, key = at, draw(st.sampled_from(sorted(at)))
        at = holder[key]
    if key is not None:
        holder[key] = draw(VALUES)
    return json.dumps(event).encode("utf-8", "surrogatepass")


@st.composite
def streams_of(draw: st.DrawFn, kind: str) -> bytes:
    if kind in ("mini", "aider"):
        whole = draw(st.sampled_from(WHOLE))
        return draw(
            st.just(whole) | mutated(whole) | st.binary() | st.just(whole[: draw(st.integers(0, 2000))])
        )
    row = st.sampled_from(KEPT[kind])
    one = (
        row
        | row.flatmap(mutated)
        | VALUES.map(lambda value: json.dumps(value).encode())
        | st.binary(max_size=60)
    )
    data = b"\n".join(draw(st.lists(one, max_size=12)))
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_bytes_are_read_and_only_a_success_is_ok(kind: str, data: st.DataObject) -> None:
    stream = data.draw(streams_of(kind))
    code = data.draw(st.sampled_from([0, 0, 0, 1, 2, 53, 143, None]))
    problem = data.draw(st.sampled_from([None, None, None, "timed out after 1 s (TERM)"]))
    assert read(f"{kind}/", data=stream).status is None
    told = read(f"{kind}/", ended(code, problem=problem), data=stream)
    assert told.status is not None
    assert told.status != "ok" or (code == 0 and problem is None and RULES[kind](stream))
