"""eee-ci: one command, one verdict."""

__version__ = "0.1.0"
