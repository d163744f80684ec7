"""Looks an XML file over before a tree of it is built: no doctype, no entities, bounded depth and size."""

from collections import Counter
from xml.parsers import expat  # the doctype handler below refuses what makes it unsafe

from eee_ci.errors import ReportError
from eee_ci.reading import LARGEST_REPORT

DEEPEST = 64
MOST_ELEMENTS = 1_000_000
LONGEST_TAG = 1 << 20
_PIECE = 1 << 16


def survey(data: bytes, what: str) -> Counter[str]:
    """How often each element occurs, by local name; a ReportError for what no test runner writes."""
    if len(data) > LARGEST_REPORT:
        raise ReportError(f"{what} is over {LARGEST_REPORT >> 20} MiB")
    counts: Counter[str] = Counter()
    parser = _parser(counts, what)
    try:
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            parser.Parse(piece, False)
            if start + len(piece) - parser.CurrentByteIndex > LONGEST_TAG:
                raise ReportError(f"{what} holds a tag of over {LONGEST_TAG >> 20} MiB")
        parser.Parse(b"", True)
    except (
        expat.ExpatError,
        LookupError,
        ValueError,
    ) as error:  # the last two: an encoding that nobody knows
        raise ReportError(f"{what} is not readable XML: {error}") from None
    return counts


def _parser(counts: Counter[str], what: str) -> expat.XMLParserType:
    depth = 0

    def opened(name: str, _: object) -> None:
        nonlocal depth
        depth += 1
        counts[name.rpartition(":")[2]] += 1
        if depth > DEEPEST or counts.total() > MOST_ELEMENTS:
            raise ReportError(f"{what} is deeper than {DEEPEST} or has over {MOST_ELEMENTS:,} elements")

    def closed(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refused(*_: object) -> None:
        raise ReportError(f"{what} has a document type declaration, which no test report needs")

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    return parser
