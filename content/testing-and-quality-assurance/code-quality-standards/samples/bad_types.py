"""A sample that must fail under mypy: four faults, no more."""


def vat(net, rate: float) -> float:
    return net * rate


def label(paid: bool) -> str:
    if paid:
        text: str = "paid"
    return text


TOTAL: int = "100"
