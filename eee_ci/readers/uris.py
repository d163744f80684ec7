"""Turns the addresses of files in foreign reports into paths; what could leave the project is no path."""

import re
from urllib.parse import unquote

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DRIVE = re.compile(r"[A-Za-z]:")


def path(uri: str, base: str = "") -> str | None:
    """The path that an address names, decoded once, still to be held against the root; None for what cannot
    be a local file: another scheme or host, a drive, a backslash, a NUL."""
    if base and not _SCHEME.match(uri) and not uri.startswith("/"):
        uri = base.rstrip("/") + "/" + uri
    if uri.lower().startswith("file:"):
        uri = uri[5:]
        if uri.startswith("//"):
            host, slash, rest = uri[2:].partition("/")
            if host not in ("", "localhost"):
                return None
            uri = slash + rest
    elif _SCHEME.match(uri) or uri.startswith("//"):
        return None
    decoded = unquote(uri, errors="surrogateescape")
    bad = not decoded or "\x00" in decoded or "\\" in decoded or _DRIVE.match(decoded.lstrip("/"))
    return None if bad else decoded
