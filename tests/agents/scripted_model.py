"""A model without a model: a server on loopback that speaks `POST /v1/chat/completions` from a script.

    with scripted_model.serve(steps) as model:
        ...  # a program that asks `model.url`
    assert model.faults == []

Each step is a command of bash for the program to run, or a `Trouble`. A request is held against the step
before: it has to bring the output of that command, so that nobody passes who only pretends to run it.
"""

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

DONE = "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
TOKENS = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}  # of each answer


class Step(NamedTuple):
    """A command, and what its output has to hold when the next request comes."""

    command: str
    shows: str = ""


class Trouble(NamedTuple):
    """What comes in the place of an answer: an HTTP status, bytes that are no JSON, or silence."""

    status: int = 200
    body: bytes = b'{"error": {"message": "scripted", "type": "scripted"}}'
    hang: bool = False


TOO_MANY, BROKEN = Trouble(429), Trouble(500)
GARBAGE, HANG = Trouble(200, b"\x00<html>no JSON"), Trouble(hang=True)


class Model:
    """The script, how far it got, and what was wrong with the requests."""

    def __init__(self, script: Sequence[Step | Trouble]) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.url = ""
        self.over = threading.Event()
        self._expected = ""
        self._lock = threading.Lock()

    def answer(self, request: dict[str, Any]) -> Step | Trouble:
        """The next step; a request that lacks the output of the one before is noted."""
        with self._lock:
            self.requests.append(request)
            words = self._said(request)
            if self._expected and self._expected not in words:
                self.faults.append(f"request {len(self.requests)} lacks {self._expected!r}: {words[-300:]!r}")
            if not any(tool["function"]["name"] == "bash" for tool in request.get("tools", ())):
                self.faults.append(f"request {len(self.requests)} offers no bash")
            if not self.script:
                self.faults.append("the script is at its end")
                return Trouble(500)
            step = self.script.pop(0)
            if isinstance(step, Step):
                self._expected = step.shows
            return step

    @staticmethod
    def _said(request: dict[str, Any]) -> str:
        """The words of the last message, in which the program tells what its command said."""
        content = request["messages"][-1]["content"]
        return content if isinstance(content, str) else json.dumps(content)


@contextlib.contextmanager
def serve(script: Sequence[Step | Trouble]) -> Iterator[Model]:
    """The server while it is needed; whoever hangs is let go at the end."""
    model = Model(script)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(model))
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(model: Model) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path != "/v1/chat/completions":
                model.faults.append(f"asked for {self.path}")
                self._send(404, b"{}")
                return
            size = int(self.headers.get("Content-Length", 0))
            step = model.answer(json.loads(self.rfile.read(size)))
            if isinstance(step, Step):
                self._send(200, json.dumps(completion(step, len(model.requests))).encode())
            elif step.hang:
                model.over.wait()
            else:
                self._send(step.status, step.body)

        def do_GET(self) -> None:
            model.faults.append(f"asked for {self.path}")
            self._send(404, b"{}")

        def _send(self, status: int, body: bytes) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it did not wait
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler


def completion(step: Step, number: int) -> dict[str, Any]:
    """The answer of a model that calls bash once."""
    call = {
        "id": f"call_{number}",
        "type": "function",
        "function": {"name": "bash", "arguments": json.dumps({"command": step.command})},
    }
    message = {"role": "assistant", "content": f"Step {number}.", "tool_calls": [call]}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        "usage": TOKENS,
    }
