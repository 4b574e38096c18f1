"""Every error that this package raises on purpose.

    KgError
    ├── FileError            a file cannot be read or written
    │   ├── ParseError       a file is not what its name says (file:line)
    │   │   └── LinkError    a table of links is wrong, in one line or several
    │   └── AnotherText      a text is no copy of the article
    ├── QueryError           a query cannot be run
    │   ├── HeaderError      the header of a stored query is wrong (file:line)
    │   ├── UnknownQuery     no stored query has this name
    │   ├── ParameterError   a parameter is unknown, missing or of the wrong type
    │   ├── QuerySyntaxError the text is not SPARQL (line)
    │   └── RefusedQuery     the query is too large, too deep, or reaches out of the graph
    ├── NamingError          a name stands for no one thing
    │   ├── UnknownName      nothing is called so                    (exit 1)
    │   └── AmbiguousName    more than one thing is called so
    ├── FormatError          no such format, or not for this content
    ├── ShapeError           a shape is wrong, or says what cannot be compiled to SPARQL
    ├── ConfigError          settings that are unknown or do not go together
    ├── StoreError           a store on disk cannot be built, opened or read
    ├── EndpointError        a SPARQL endpoint does not answer              (exit 1)
    │   ├── NotAnEndpoint    an address is none of a web server          (exit 2)
    │   ├── Unreachable      no network, or nobody there
    │   ├── Overloaded       it has no time for us now
    │   ├── Refused          it does not want this request
    │   ├── Unauthorized     it does not accept who asks
    │   ├── Untrusted        its certificate does not verify
    │   ├── TimedOut         the query takes too long: ask for less
    │   ├── NotResults       the answer is no SPARQL results, or not whole
    │   ├── NotLoaded        it has none of the graphs that are asked
    │   ├── Miscounted       it has not what was sent to it
    │   ├── Occupied         another push to it is under way
    │   └── NotCached        not to be asked, and no answer is kept
    └── DataError            the data are read, and are wrong        (exit 1)
        ├── NotConforming    SHACL violations
        └── Inconsistent     the axioms of the ontology contradict the data

Each message says what is wrong, with which value, where, and what to do. `exit_code` is what the command returns for it:
1 where the answer is no, 2 for wrong usage or input.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

_SHOWN_PROBLEMS = 10
_AS_GOOD = 0.2
"""Words that are so much less alike than the one most alike are not suggested beside it."""
_SUGGESTED = 3
_LONGEST_SHOWN = 80


class KgError(Exception):
    """Base of all errors of this package."""

    exit_code = 2


class FileError(KgError):
    """A file cannot be read or written."""


class ParseError(FileError):
    """A file is not what its name says."""


class LinkError(ParseError):
    """A table of links is wrong, in one line or several."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        more = [f"… and {len(self.problems) - _SHOWN_PROBLEMS} more."] if len(self.problems) > _SHOWN_PROBLEMS else []
        super().__init__("\n".join([*self.problems[:_SHOWN_PROBLEMS], *more]))


class AnotherText(FileError):
    """A text is no copy of the article."""


class QueryError(KgError):
    """A query cannot be run."""


class HeaderError(QueryError):
    """The header of a stored query is wrong."""


class UnknownQuery(QueryError, KeyError):
    """No stored query has this name."""

    def __str__(self) -> str:
        return str(self.args[0])


class ParameterError(QueryError):
    """A parameter is unknown, missing or of the wrong type."""


class QuerySyntaxError(QueryError):
    """The text is not SPARQL."""


class RefusedQuery(QueryError):
    """The query is too large, too deep, or reaches out of the graph."""


class NamingError(KgError):
    """A name stands for no one thing."""


class UnknownName(NamingError):
    """Nothing is called so."""

    exit_code = 1


class AmbiguousName(NamingError):
    """More than one thing is called so."""


class FormatError(KgError):
    """No such format, or not for this content."""


class ConfigError(KgError):
    """Settings are unknown or do not go together."""


class StoreError(KgError):
    """A store on disk cannot be built, opened or read."""


class ShapeError(KgError):
    """A shape is wrong, or says what cannot be compiled to SPARQL."""


class EndpointError(KgError):
    """A SPARQL endpoint does not answer; `status` is the HTTP status if it had one to say so."""

    exit_code = 1

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotAnEndpoint(EndpointError):
    """An address is none of a web server."""

    exit_code = 2


class Unreachable(EndpointError):
    """There is no network, nobody listens, or the connection breaks off."""


class Overloaded(EndpointError):
    """The endpoint has no time for us now."""


class Refused(EndpointError):
    """The endpoint does not want this request."""


class Unauthorized(EndpointError):
    """The endpoint does not accept who asks, or there are no credentials for it."""


class Untrusted(EndpointError):
    """The certificate of the endpoint does not verify."""


class TimedOut(EndpointError):
    """The query takes longer than the endpoint allows, or than was waited: ask for less."""


class NotResults(EndpointError):
    """The answer is no SPARQL results, or not whole."""


class NotLoaded(EndpointError):
    """The endpoint has none of the graphs that are asked, or does not heed which are."""


class Miscounted(EndpointError):
    """The endpoint has not as many triples as were sent to it."""


class Occupied(EndpointError):
    """Another push to the endpoint is under way, or has taken the place of this one."""


class NotCached(EndpointError):
    """The endpoint is not to be asked, and no answer of it is kept."""


class DataError(KgError):
    """The data are read, and are wrong."""

    exit_code = 1


class NotConforming(DataError):
    """The data do not conform to the shapes: `what` they are, each violation, and the command that shows all."""

    def __init__(self, what: str, violations: Iterable[str], command: str) -> None:
        self.violations = tuple(violations)
        shown = self.violations[:_SHOWN_PROBLEMS]
        more = [f"… and {len(self.violations) - len(shown):,} more: {command}"] if len(self.violations) > len(shown) else []
        super().__init__(f"{what} do not conform to the shapes:\n" + "\n".join(f"  {line}" for line in (*shown, *more)))


class Clash(NamedTuple):
    """One contradiction: in words, by which OWL 2 RL rule, the statements that clash as IRIs, and the lines of a proof of them.

    owlrl tells the words only.
    """

    sentence: str
    rule: str = ""
    statements: tuple[tuple[str, str, str], ...] = ()
    proof: tuple[str, ...] = ()

    def __str__(self) -> str:
        rule = f" ({self.rule})" if self.rule else ""
        return "\n".join([self.sentence + rule, *(f"  {line}" for line in self.proof)])


class Inconsistent(DataError):
    """The axioms of the ontology contradict the data, in one clash or several."""

    def __init__(self, clashes: Iterable[Clash]) -> None:
        self.clashes = tuple(clashes)
        super().__init__("The data contradict the ontology:\n" + "\n".join(indent(str(clash), "  ") for clash in self.clashes))


def text_of(value: object, what: str) -> str:
    """`value`, which is to be text. Raises `ParameterError`, with `what` it is, for anything else, and for what UTF-8 cannot write.

    >>> text_of(3, "The name of a thing")
    Traceback (most recent call last):
    kg.errors.ParameterError: The name of a thing is text, not 3.
    """
    text = _str_of(value, what)
    try:
        text.encode()
    except UnicodeEncodeError as error:  # Python keeps bytes of the command line that are not UTF-8 as lone surrogates
        line = text.count("\n", 0, error.start) + 1
        raise ParameterError(f"{what} has bytes that are not UTF-8 (line {line}): {_shown(ascii(text))}; write it in UTF-8.") from error
    return text


def path_of(value: object, what: str) -> Path | None:
    """`value`, which is to be a path, its text, or None, as a path. Raises `ParameterError`, with `what` it is, for anything else."""
    return value if value is None or isinstance(value, Path) else Path(_str_of(value, what))


def _str_of(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise ParameterError(f"{what} is text, not {_shown(repr(value))}.")
    return value


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def counted(number: int, what: str) -> str:
    """So many of `what`, in words.

    >>> counted(1, "triple"), counted(2048, "triple")
    ('1 triple', '2,048 triples')
    """
    return f"{number:,} {what}{'s' * (number != 1)}"


def did_you_mean(alike: Sequence[str]) -> str:
    """A hint that ends an error message: the first few of the words `alike`, the most likely first, or nothing.

    >>> did_you_mean(["visitor", "visit"])
    ' Did you mean visitor or visit?'
    """
    return f" Did you mean {' or '.join(alike[:_SUGGESTED])}?" if alike else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that ends an error message: the known word most like `word`, or all if they are few, or nothing.

    >>> nearest("visitr", ["visitor", "since"])
    ' Did you mean visitor?'
    >>> nearest("zzz", ["visitor", "since"])
    ' Known: since, visitor.'
    """
    from difflib import SequenceMatcher, get_close_matches

    names = sorted(known)
    folded = {name.casefold(): name for name in names}
    matches = get_close_matches(word.casefold(), folded, n=_SUGGESTED, cutoff=0.6)
    if matches:
        best = SequenceMatcher(None, word.casefold(), matches[0]).ratio()
        matches = get_close_matches(word.casefold(), matches, n=_SUGGESTED, cutoff=best - _AS_GOOD)
        return did_you_mean([folded[match] for match in matches])
    return f" Known: {', '.join(names)}." if 0 < len(names) <= 8 else ""
