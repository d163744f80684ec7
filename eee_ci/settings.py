"""Config files of tools, parsed. A room of its own: the parsers take long to load, and few runs need them."""

import configparser
import functools
import tomllib
from collections.abc import Mapping
from typing import Any


@functools.lru_cache(maxsize=64)  # several gates ask for the same file, and the parser is slow
def parsed(suffix: str, words: str) -> Mapping[str, Any]:
    """A table of tables; a ValueError where it is none."""
    if suffix == ".toml":
        return tomllib.loads(words)
    try:
        (parser := configparser.RawConfigParser()).read_string(words)
        return {section: dict(parser.items(section)) for section in parser.sections()}
    except configparser.Error as error:
        raise ValueError(str(error)) from None
