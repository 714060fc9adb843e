"""The serial number of a package (SSCC-18), with its check digit. Source: GS1 General Specifications, 7.9."""

from stdnum import ean

LENGTH = 18


def sscc(company_prefix: str, serial: int, *, extension: int = 0) -> str:
    """Compose extension digit, GS1 company prefix and serial to 17 digits and add the check digit; the serial wraps."""
    if not company_prefix.isdecimal() or not 4 <= len(company_prefix) <= 12:
        raise ValueError(f"{company_prefix!r} is not a GS1 company prefix of 4 to 12 digits")
    places = LENGTH - 2 - len(company_prefix)
    body = f"{extension}{company_prefix}{serial % 10**places:0{places}d}"
    return body + ean.calc_check_digit(body)


def grouped(number: str) -> str:
    """As people read it: ``3 9521234 000004171 0`` in groups of the company prefix of seven digits."""
    return f"{number[0]} {number[1:8]} {number[8:17]} {number[17]}"
