"""Which bin a picker is sent to: a pure choice over what lies where and is not promised to another pick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True)
class BinContent:
    """What lies in one bin and no other open pick was sent for. Used up while choosing."""

    bin_id: int
    path: int
    free: Decimal


@dataclass(frozen=True, slots=True)
class Want:
    """A quantity of a product to be picked for one delivery line."""

    line_id: int
    product_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Take:
    """So much of it from this bin; without one nobody knows where it lies, and the picker looks in the default bin."""

    bin_id: int | None
    quantity: Decimal


def choose_bins(wants: Sequence[Want], contents: Mapping[int, Sequence[BinContent]]) -> dict[int, list[Take]]:
    """Send each pick to the first bin on the walk that holds all of it, otherwise along the walk until it is complete.

    One stop is worth more than an emptied bin. ``contents`` is by product; wants are served in the order given.
    """
    chosen: dict[int, list[Take]] = {}
    for want in wants:
        walk = sorted(contents.get(want.product_id, ()), key=lambda content: (content.path, content.bin_id))
        whole = next((content for content in walk if content.free >= want.quantity), None)
        left, takes = want.quantity, []
        for content in [whole] if whole else walk:
            taken = min(left, max(content.free, ZERO))
            if taken:
                content.free -= taken
                left -= taken
                takes.append(Take(content.bin_id, taken))
        if left:
            takes.append(Take(None, left))
        chosen[want.line_id] = takes
    return chosen
