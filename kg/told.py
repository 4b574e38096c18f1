"""What is told to people, line by line and unfolded: the text of a description or an explanation, in Python and for the command to fold."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from kg.citation import Citation, Reference

ATTRIBUTED = "Said by others, not as the article's own statement"
"""The heading above binary facts whose plain triple the data do not state, each in the voice that it names."""


class Told(ABC):
    """What has a text for people: it is printed, shown by notebooks, and told by the command, which folds it."""

    __slots__ = ()

    @abstractmethod
    def to_text(self) -> str:
        """The text."""

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return preformatted(self.to_text())


def sources(citations: Iterable[Citation]) -> list[str]:
    """Where each of `citations` stands, in whose voice and with which qualifying words, each once."""
    return list(dict.fromkeys(f"{citation}.{voiced(citation)}" for citation in citations))


def voiced(citation: Citation) -> str:
    """In whose voice a citation is, and the words that qualify it, as sentences behind it; empty if neither is told."""
    return "".join(f" {line}" for line in (*[f"Voice: {', '.join(citation.voices)}."] * bool(citation.voices), *qualified(citation)))


def qualified(citation: Citation) -> list[str]:
    """The words that qualify what a citation says, as a sentence; none if there are none."""
    return [f"Qualifying words: {', '.join(citation.hedges)}."] if citation.hedges else []


def listed(references: Sequence[Reference]) -> Iterator[str]:
    """The list of `references`, if there are any, below an empty line."""
    if references:
        yield from ("", "References")
    yield from (f"  {reference}" for reference in references)


def text_of_lines(lines: Iterable[str]) -> str:
    """The lines as one text; what is one line stays so."""
    return "\n".join(" ".join(line.splitlines()) for line in lines)


def preformatted(text: str) -> str:
    """`text` as HTML that keeps its lines."""
    from html import escape

    return f'<pre style="white-space: pre-wrap">{escape(text)}</pre>'
