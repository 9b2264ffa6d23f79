"""A sample that passes: `ruff check`, `ruff format --check` and `mypy` find nothing."""

from datetime import UTC, datetime
from decimal import Decimal


def due(issued: datetime, days: int = 30) -> bool:
    """Whether an invoice that was issued then is due now."""
    return (datetime.now(UTC) - issued).days >= days


def net(prices: list[Decimal], discount: Decimal | None = None) -> Decimal:
    """The sum of the prices less a share from 0 to 1."""
    return sum(prices, Decimal(0)) * (1 - (discount or Decimal(0)))
