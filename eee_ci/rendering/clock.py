"""Seconds for people. Imports nothing: a run may be told before anything heavy is loaded."""

_MINUTE = 60
_LONG = 100  # seconds from which minutes read better


def seconds(value: float | None) -> str:
    """`0.41 s`, `12.3 s`, `2 min 5 s`; `-` where there is none."""
    if value is None or value < 0:
        return "-"
    if value < 10:  # noqa: PLR2004 - two digits that tell something
        return f"{value:.2f} s"
    whole = round(value)
    return f"{value:.1f} s" if whole < _MINUTE else f"{whole // _MINUTE} min {whole % _MINUTE} s"


def short(value: float | None) -> str:
    """`0.4 s`, `2 m 05 s`; `-` where there is none."""
    if value is None:
        return "-"
    return f"{value:.1f} s" if value < _LONG else f"{int(value) // _MINUTE} m {int(value) % _MINUTE:02d} s"
