"""Barcodes: held against symbols that two independent decoders read back from paper."""

import re
from decimal import Decimal

import pytest

from core import code128

# The bars of "SHORT" and "BX-10440": (start, width) in modules, taken from the reference pages of the print design.
BX_10440 = (
    "0,2 3,1 6,1 11,1 15,1 17,2 22,3 28,1 30,2 33,1 36,2 39,3 44,1 46,3 50,4 55,2 59,1 63,1 66,1 70,2 73,3 77,1 79,4 84,3"
    " 88,1 91,3 95,2 99,2 103,1 105,1 110,2 115,3 119,1 121,2"
)


def bars(text: str) -> str:
    path = re.search(r'd="([^"]+)"', str(code128.svg(text)))
    assert path
    return " ".join(f"{at},{width}" for at, width in re.findall(r"M(\d+) 0h(\d)", path.group(1)))


def test_the_bars_are_those_of_the_reference() -> None:
    assert bars("BX-10440") == BX_10440
    assert code128.modules("BX-10440") == 123


def test_the_checksum_of_the_standards_example() -> None:
    assert code128.values("PJJ123C")[-2] == 54 + 1  # set B start; the published set A example gives 54


def test_every_pattern_is_eleven_modules_and_the_stop_thirteen() -> None:
    widths = [sum(int(digit) for digit in pattern) for pattern in code128._WIDTHS]

    assert widths == [11] * 106 + [13]
    assert len(set(code128._WIDTHS)) == 107


@pytest.mark.parametrize("text", ["", "Façade", "a\nb", "\x00"])
def test_what_set_b_lacks_is_refused(text: str) -> None:
    assert not code128.can_encode(text)
    with pytest.raises(ValueError, match="cannot be written"):
        code128.values(text)


def test_the_size_is_in_millimetres() -> None:
    drawn = str(code128.svg("SHORT", module_mm=Decimal("0.381"), height_mm=Decimal(12)))

    assert 'width="34.290mm" height="12mm" viewBox="0 0 90 31.50"' in drawn
