"""What is told to people, line by line and unfolded: the text of a description or an explanation, in Python and for the command to fold."""

from collections.abc import Iterable, Iterator, Sequence

from kg.terms import Citation, Reference


def sources(citations: Iterable[Citation]) -> list[str]:
    """Where each of `citations` stands and in whose voice, each once."""
    voices = ((citation, f" Voice: {', '.join(citation.voices)}." if citation.voices else "") for citation in citations)
    return list(dict.fromkeys(f"{citation}.{voice}" for citation, voice in voices))


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
