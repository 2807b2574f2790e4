"""A publication that a report asks its readers to cite."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Reference"]


@dataclass(frozen=True)
class Reference:
    """A publication that a report asks its readers to cite.

    Attributes
    ----------
    authors, title, journal
        As they are printed; ``journal`` also holds volume, year and page.
    arxiv, doi
        Bare identifiers: '2504.05174', '10.1103/PhysRevD.106.055008'; '' if there is none.

    Examples
    --------
    >>> Reference("V. Sanz", "Learning symmetries in datasets", "2025", arxiv="2504.05174").links
    (('arXiv:2504.05174', 'https://arxiv.org/abs/2504.05174'),)
    """

    authors: str
    title: str
    journal: str = ""
    arxiv: str = ""
    doi: str = ""

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a text and an address, arXiv first, then the DOI."""
        arxiv = ((f"arXiv:{self.arxiv}", f"https://arxiv.org/abs/{self.arxiv}"),) if self.arxiv else ()
        doi = ((f"doi:{self.doi}", f"https://doi.org/{self.doi}"),) if self.doi else ()
        return arxiv + doi
