"""What a month of a plan costs, in whole minor units. The code that the example tests are about.

Nothing here reads a clock, a file or a database: all that a price depends on comes in as an argument.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    id: str
    price_minor: int
    included: int  # Calls a month.
    overage_minor: int  # For each further thousand, begun ones too.


# ANCHOR: charge
def charge(plan, calls):
    """The month's price: the plan, and each begun thousand of calls beyond what it includes."""
    if calls < 0:
        raise ValueError("calls can't be negative")
    over = max(0, calls - plan.included)
    return plan.price_minor + -(-over // 1000) * plan.overage_minor


def prorate(amount_minor, days_left, days):
    """The share of an amount for the rest of a period, rounded half up."""
    if not 0 <= days_left <= days or days == 0:
        raise ValueError("the days left must lie within the period")
    return (2 * amount_minor * days_left + days) // (2 * days)


def change(old, new, days_left, days):
    """What a change of plan costs now: the rest of the new one, less the rest of the old one. Negative is a credit."""
    return prorate(new.price_minor, days_left, days) - prorate(old.price_minor, days_left, days)
# ANCHOR_END: charge
