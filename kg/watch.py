"""Who is told how something long goes on."""

from typing import Protocol


class Watch(Protocol):
    """Who is told how something long goes on, stage by stage."""

    def stage(self, name: str, total: int | None = None, unit: str = "triples") -> None:
        """A new stage, of `total` units if that is known: bytes, triples or checks."""

    def advance(self, amount: int, triples: float = 0.0) -> None:
        """So many more units of the stage; where these are bytes, about how many triples they held."""


class Nobody:
    """Nobody is told."""

    def stage(self, name: str, total: int | None = None, unit: str = "triples") -> None:
        """Nothing."""

    def advance(self, amount: int, triples: float = 0.0) -> None:
        """Nothing."""


NOBODY = Nobody()
