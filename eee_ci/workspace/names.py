"""Names that no patch may bring in: git's own folder in any spelling, and what does not show as it is."""

import unicodedata

_CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")  # surrogates stand for bytes that are not UTF-8


def gitlike(part: str) -> bool:
    """Would some file system take this name for `.git`? Case, composed letters, invisible characters, the
    endings that Windows drops and its short names count."""
    if part.isascii() and "git" not in part.lower():  # nearly all names, of which there are many
        return False
    shown = "".join(sign for sign in unicodedata.normalize("NFC", part) if _kind(sign) != "Cf")
    spelled = shown.casefold()
    return any(
        piece.partition(":")[0].rstrip(" .") == ".git" or _short(piece) for piece in spelled.split("\\")
    )


def trouble(path: str) -> str | None:
    """What is wrong with a path as the name of a new or changed file; None when nothing is."""
    parts = path.split("/")
    if any(gitlike(part) for part in parts):
        return "is named like git's own folder"
    if any(part in ("", ".", "..") for part in parts):
        return "leads out of the project"
    if any(_kind(sign) == "Cs" for sign in path):
        return "has a name that is not UTF-8"
    if any(_kind(sign) in _CONTROL for sign in path):
        return "has invisible or control characters in its name"
    return "has a backslash in its name" if "\\" in path else None


def folded(path: str) -> str:
    """The same for all names that one of the usual file systems cannot tell apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _kind(sign: str) -> str:
    return unicodedata.category(sign)


def _short(piece: str) -> bool:
    """`git~1` and its like, which Windows makes up for `.git`."""
    return piece.startswith("git~") and piece[4:].rstrip(" .").isdigit()
