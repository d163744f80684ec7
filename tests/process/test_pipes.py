"""Bounded capture and messages."""

import os
import threading

import pytest

from eee_ci.process import frames, pipes
from eee_ci.process.pipes import HEAD, TAIL, Capture


def captured(*pieces: bytes) -> Capture:
    capture = Capture()
    buffer = bytearray(pipes.SIZE)
    for piece in pieces:
        os.write(capture.writer, piece)
        capture.read(buffer)
    os.close(capture.writer)
    capture.drain(buffer)
    capture.close()
    return capture


def test_what_fits_into_head_and_tail_is_whole() -> None:
    data = bytes(range(256)) * ((HEAD + TAIL) // 256)
    capture = captured(data[:100_000], data[100_000:])
    assert capture.data() == data
    assert capture.omitted == 0


def test_one_byte_more_leaves_one_out() -> None:
    capture = captured(b"h" * HEAD + b"-" + b"t" * TAIL)
    assert capture.omitted == 1
    assert capture.data() == b"h" * HEAD + b"\n[eee-ci left out 1 bytes here]\n" + b"t" * TAIL


def test_many_small_pieces_keep_the_last_ones() -> None:
    pieces = [b"%07d " % number for number in range(150_000)]
    capture = captured(*(b"".join(pieces[at : at + 1000]) for at in range(0, len(pieces), 1000)))
    assert capture.data().endswith(b"0149999 ")
    assert capture.data().startswith(b"0000000 0000001 ")
    assert capture.omitted == 150_000 * 8 - HEAD - TAIL


def test_nothing_is_waited_for_while_the_other_end_is_open() -> None:
    capture = Capture()
    os.write(capture.writer, b"so far")
    capture.drain(bytearray(pipes.SIZE))
    assert capture.data() == b"so far"
    os.close(capture.writer)
    capture.close()


def test_a_pipe_keeps_its_usual_size_when_the_share_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: int) -> int:
        raise PermissionError

    monkeypatch.setattr("fcntl.fcntl", refuse)
    for end in pipes.pair(pipes.SIZE):
        os.close(end)


def test_messages_cross_a_pipe_in_pieces() -> None:
    reader, writer = os.pipe()
    inbox = frames.Inbox(reader)
    message = {"a": [1, None, b"\x00", "ü", 2.5, True, (3,)]}
    data = frames.pack(message) + frames.pack("next")
    os.write(writer, data[:5])
    assert list(inbox.read()) == []
    os.write(writer, data[5:-1])
    assert list(inbox.read()) == [message]
    os.write(writer, data[-1:])
    assert list(inbox.read()) == ["next"]
    os.close(writer)
    assert inbox.open
    assert list(inbox.read()) == []
    assert not inbox.open
    os.close(reader)


def test_a_message_larger_than_the_pipe_does_not_hold_its_sender() -> None:
    reader, writer = os.pipe()
    outbox = frames.Outbox(writer)
    message = b"x" * 3_000_000
    assert outbox.send(message) is False
    inbox = frames.Inbox(reader)
    got: list[object] = []
    while not got:
        got = list(inbox.read())
        outbox.flush()
    assert got == [message]
    assert outbox.flush() is True
    os.close(reader)
    os.close(writer)


def test_a_reader_of_messages_wakes_with_the_first_piece() -> None:
    reader, writer = os.pipe()
    thread = threading.Thread(target=os.write, args=(writer, frames.pack("late")))
    thread.start()
    inbox = frames.Inbox(reader)
    got: list[object] = []
    while not got:
        got = list(inbox.read())
    thread.join()
    assert got == ["late"]
    os.close(reader)
    os.close(writer)
