"""A tool that misbehaves on request: `python ft.py --out-bytes 1G --kill-self SEGV`. Standard library only.

What is asked for is done in a fixed order, whatever the order of the words: prepare (ignore, on-term),
leave processes behind, say that it is ready, speak, take memory, sleep, die or exit."""

import argparse
import os
import signal
import sys
from pathlib import Path


def words() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ignore", default="", help="signals, with commas: TERM,INT")
    parser.add_argument("--on-term", default="", help="exit:N, or say:FIFO and stay")
    parser.add_argument("--daemonise", type=int, default=0, help="processes in sessions of their own")
    parser.add_argument("--clean-env", action="store_true", help="the daemons hide whose they are")
    parser.add_argument("--leak-stdout", type=float, default=0, help="seconds a child holds the pipe")
    parser.add_argument("--ready-file", default="", help="a FIFO or file that gets `ready PID ...`")
    parser.add_argument("--read-stdin", action="store_true")
    parser.add_argument("--out-bytes", default="0")
    parser.add_argument("--err-bytes", default="0")
    parser.add_argument("--bytes-hex", default="")
    parser.add_argument("--say", default="")
    parser.add_argument("--json", default="", choices=("", "good", "truncated", "bomb", "huge", "wrong-type"))
    parser.add_argument("--output", default="", help="where the report goes; else standard output")
    parser.add_argument("--alloc", default="0", help="bytes of memory to touch")
    parser.add_argument(
        "--children", type=int, default=0, help="so many children do the same with the memory"
    )
    parser.add_argument("--touch", action="append", default=[])
    parser.add_argument("--show-env", action="store_true")
    parser.add_argument("--fail-every", type=int, default=0)
    parser.add_argument("--state", default="")
    parser.add_argument("--sleep", type=float, default=0)
    parser.add_argument("--kill-self", default="")
    parser.add_argument("--exit", type=int, default=0)
    return parser.parse_args()


def size(text: str) -> int:
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text[:-1]) * units[text[-1]] if text[-1:] in units else int(text)


def number(name: str) -> int:
    return int(signal.Signals["SIG" + name])


def prepare(args: argparse.Namespace) -> None:
    for name in filter(None, args.ignore.split(",")):
        signal.signal(number(name), signal.SIG_IGN)
    verb, _, what = args.on_term.partition(":")
    if verb == "exit":
        signal.signal(signal.SIGTERM, lambda *_: os._exit(int(what)))
    if verb == "say":
        signal.signal(signal.SIGTERM, lambda *_: tell(what, [os.getpid()]))


def leave_behind(args: argparse.Namespace) -> list[int]:
    left = [daemon(clean=args.clean_env) for _ in range(args.daemonise)]
    if args.leak_stdout:
        child = os.fork()
        if not child:
            wait(args.leak_stdout)
            os._exit(0)
        left.append(child)
    return left


def daemon(*, clean: bool) -> int:
    """The pid of a process that forked twice and has a session of its own."""
    reader, writer = os.pipe()
    if not os.fork():
        os.setsid()
        grandchild = os.fork()
        if grandchild:
            os._exit(0)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        env = {} if clean else dict(os.environ)
        os.write(writer, str(os.getpid()).encode())
        os.execve("/bin/sleep", ["sleep", "300"], env)  # noqa: S606 - this tool is to misbehave
    os.close(writer)
    os.wait()
    return int(os.read(reader, 20))


def wait(seconds: float) -> None:
    if seconds < 1e6:
        signal.sigtimedwait([], seconds)
    while seconds >= 1e6:
        signal.pause()


def ready(args: argparse.Namespace, left: list[int]) -> None:
    if args.ready_file:
        tell(args.ready_file, [os.getpid(), *left])


def tell(fifo: str, pids: list[int]) -> None:
    with Path(fifo).open("w", encoding="ascii") as file:
        file.write(" ".join(["ready", *map(str, pids)]) + "\n")


def speak(args: argparse.Namespace) -> None:
    if args.read_stdin:
        sys.stdout.write(f"stdin: {len(sys.stdin.buffer.read())}\n")
    if args.show_env:
        sys.stdout.writelines(sorted(f"{key}={value}\n" for key, value in os.environ.items()))
    sys.stdout.write(args.say)
    sys.stdout.flush()
    os.write(1, bytes.fromhex(args.bytes_hex))
    pour(1, size(args.out_bytes))
    pour(2, size(args.err_bytes))
    for path in args.touch:
        with Path(path).open("a", encoding="ascii") as file:
            file.write("x")
    if args.json:
        report(args)


def pour(stream: int, left: int) -> None:
    block = b"0123456789abcdef" * 65536
    while left:
        left -= os.write(stream, block[:left])


def report(args: argparse.Namespace) -> None:
    good = '{"findings": [{"rule": "F1", "path": "a.py", "line": 1}]}'
    texts = {
        "good": good,
        "truncated": good[:-9],
        "bomb": "[" * 100_000,
        "huge": '{"findings": [' + ",".join(['"x"'] * 1_000_000) + "]}",
        "wrong-type": '{"findings": null}',
    }
    if args.output:
        Path(args.output).write_text(texts[args.json], encoding="utf-8")
    else:
        sys.stdout.write(texts[args.json])


def take_memory(args: argparse.Namespace) -> None:
    readers = []
    for _ in range(args.children):
        reader, writer = os.pipe()
        readers.append(reader)
        if not os.fork():
            block = bytearray(size(args.alloc))
            os.write(writer, b"r")
            wait(args.sleep)
            os._exit(len(block) and 0)
    for reader in readers:
        os.read(reader, 1)
    if not args.children:
        bytearray(size(args.alloc))


def fails_this_time(args: argparse.Namespace) -> bool:
    if not args.fail_every:
        return False
    state = Path(args.state)
    runs = int(state.read_text(encoding="ascii")) + 1 if state.exists() else 1
    state.write_text(str(runs), encoding="ascii")
    return runs % int(args.fail_every) == 0


def main() -> int:
    args = words()
    prepare(args)
    left = leave_behind(args)
    take_memory(args)
    ready(args, left)
    speak(args)
    wait(args.sleep)
    if args.kill_self:
        os.kill(os.getpid(), number(args.kill_self))
    return 1 if fails_this_time(args) else args.exit


if __name__ == "__main__":
    sys.exit(main())
