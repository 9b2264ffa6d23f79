"""Shares an amount among people, so that no cent is lost.

Used by invoices that several payers share. Money is whole minor units here as everywhere.
"""


class NothingToShare(ValueError):
    """There is nobody to share among."""


def share(amount_minor: int, payers: int) -> list[int]:
    """The parts of an amount, as equal as whole minor units allow; the first ones are the larger ones.

    `payers` is how many there are. Raises `NothingToShare` if there is none.

    >>> share(1000, 3)
    [334, 333, 333]
    """
    if payers < 1:
        raise NothingToShare(payers)
    part, rest = divmod(amount_minor, payers)
    # The first payer is the one who ordered, and may carry the odd cent.
    return [part + (place < rest) for place in range(payers)]
