"""Serial numbers of packages, held against the numbers on the reference papers."""

import pytest

from fulfillment.sscc import grouped, sscc


@pytest.mark.parametrize(
    ("serial", "number"),
    [(4171, "395212340000041710"), (4172, "395212340000041727"), (1_000_004_171, "395212340000041710")],
)
def test_the_check_digit_is_that_of_the_reference(serial: int, number: str) -> None:
    assert sscc("9521234", serial, extension=3) == number


def test_people_read_it_in_groups() -> None:
    assert grouped("395212340000041710") == "3 9521234 000004171 0"


@pytest.mark.parametrize("prefix", ["", "952", "1234567890123", "95A1234"])
def test_a_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="GS1 company prefix"):
        sscc(prefix, 1)
