"""How an entry looks on the disk, and how it is known to be the one that was put: bytes in, bytes out.

Kind and key give a file its name; a keyed digest over version, kind, name and content is digest and signature
in one. The content is checked as it lies there, so nothing unpacks what others wrote.
"""

import os
from _operator import _compare_digest as same

try:
    from _blake2 import blake2b  # hashlib brings OpenSSL along, which takes longer than a whole hit
except ImportError:  # pragma: no cover - an interpreter that was built without it
    from hashlib import blake2b

DEFLATED, APART = 1, 2  # bits of a form; apart: the content is the name of a file with the value
_VERSION = b"eee-ci\x00\x01"
_MAC = 32
_HEAD = len(_VERSION) + 1 + _MAC


class Seal:
    """Names, seals and opens with the secret of one user."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def name(self, kind: str, key: str) -> str:
        """The name of the entry of a key; who lacks the secret cannot guess it."""
        return self._digest(b"name", kind, key.encode("utf-8", "surrogatepass")).hex()

    def value_name(self, kind: str, stored: bytes) -> str:
        """The name of a value that lies apart: also its seal."""
        return self._digest(b"value", kind, stored).hex()

    def closed(self, kind: str, name: str, form: int, stored: bytes) -> bytes:
        """The bytes of an entry."""
        return b"".join((_VERSION, bytes((form,)), self._mac(kind, name, form, stored), stored))

    def opened(self, kind: str, name: str, data: bytes) -> tuple[int, bytes] | None:
        """Form and content of an entry; None when it is not, byte for byte, one that was closed so."""
        if len(data) < _HEAD or not data.startswith(_VERSION):
            return None
        form, mac, stored = data[len(_VERSION)], data[_HEAD - _MAC : _HEAD], data[_HEAD:]
        return (form, stored) if same(mac, self._mac(kind, name, form, stored)) else None

    def _mac(self, kind: str, name: str, form: int, stored: bytes) -> bytes:
        return self._digest(b"entry", kind, _VERSION + bytes((form,)), os.fsencode(name), stored)

    def _digest(self, purpose: bytes, kind: str, *pieces: bytes) -> bytes:
        """A kind has no NUL and what follows it a fixed length or none after it: nothing reads two ways."""
        digest = blake2b(digest_size=_MAC, key=self._secret, person=purpose)
        digest.update(os.fsencode(kind) + b"\0")
        for piece in pieces:
            digest.update(piece)
        return digest.digest()
