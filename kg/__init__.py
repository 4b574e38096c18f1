"""Bilateral relations as a knowledge graph: facts with their sentences, stored queries, reasoning."""

from kg.version import __version__

TYPE_CHECKING = False  # as type checkers read it: typing itself would take half the time before the command hears an interrupt
if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph

__all__ = ["KnowledgeGraph", "__version__"]


def __getattr__(name: str) -> object:
    """Hand on `KnowledgeGraph` when it is first asked for, so that `import kg` costs little."""
    if name == "KnowledgeGraph":
        from kg.graph import KnowledgeGraph

        return KnowledgeGraph
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
