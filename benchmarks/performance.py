"""The page that both runners write, docs/performance.md: each its own part."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def put(part: str, text: str) -> None:
    """Replace the part of the page between the comments `<!-- PART -->` and `<!-- /PART -->`. Raises `ValueError` if it has none."""
    page = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {part} -->\n).*?(<!-- /{part} -->\n)", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"{PAGE} has no part {part!r}.")
    PAGE.write_text(pattern.sub(lambda found: found[1] + text + found[2], page), encoding="utf-8")
