"""A console that is none: for lines that are shown later, in colour or not, wide or narrow."""

import io

from eee_ci.console import Console

_COLUMNS = {True: 200, False: 20}


class Paper(Console):
    """Paints and measures like the terminal that the lines are meant for."""

    def __init__(self, *, colour: bool, wide: bool) -> None:
        super().__init__(io.StringIO(), environ={})
        self.colour = colour
        self._columns = _COLUMNS[wide]

    @property
    def width(self) -> int:
        """Columns of that terminal."""
        return self._columns
