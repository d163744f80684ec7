"""What `contextlib.suppress` does: that module brings others along, which the guardian would wait for longer
than for all else that it loads."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class suppress:  # noqa: N801 - named like what it stands for
    """A context in which these exceptions end the block and nothing else."""

    def __init__(self, *kinds: type[BaseException]) -> None:
        self._kinds = kinds

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        _error: "BaseException | None",
        _trace: "TracebackType | None",
    ) -> bool:
        return kind is not None and issubclass(kind, self._kinds)
