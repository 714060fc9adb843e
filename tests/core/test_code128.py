"""Barcodes: held against symbols that two independent decoders read back from paper."""

import re
from decimal import Decimal

import pytest

from core import code128

# The bars of "SHORT": (start, width) in modules, from the reference page of the print design.
SHORT = (
    "0,2 3,1 6,1 11,2 14,3 18,1 22,2 27,1 29,1 33,1 37,3 41,2 44,"
    "2 49,1 51,3 55,2 58,3 64,1 66,1 68,2 72,3 77,2 82,3 86,1 88,2"
)


def bars(text: str) -> str:
    path = re.search(r'd="([^"]+)"', str(code128.svg(text)))
    assert path
    return " ".join(f"{at},{width}" for at, width in re.findall(r"M(\d+) 0h(\d)", path.group(1)))


def test_the_bars_are_those_of_the_reference() -> None:
    assert bars("SHORT") == SHORT
    assert code128.modules("SHORT") == 90


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
