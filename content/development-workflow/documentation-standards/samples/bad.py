def share(amount: int, payers: int) -> list[int]:
    """This function shares

    >>> share(1000, 3)
    [333, 333, 333]
    """
    if payers < 1:
        raise ValueError(payers)
    part, rest = divmod(amount, payers)
    return [part + (place < rest) for place in range(payers)]


class Invoice:
    def total(self):
        return 0
