"""What a payment probably pays: by number, by amount, by age, each with its reason."""

from decimal import Decimal

from payments.matching import OpenClaim, suggest

CLAIMS = [
    OpenClaim(1, "INV-2026-000001", Decimal("100.00")),
    OpenClaim(2, "INV-2026-000002", Decimal("60.00")),
    OpenClaim(3, "INV-2026-000003", Decimal("60.00")),
]


def test_a_number_in_the_reference_is_found_however_it_is_written() -> None:
    for text in ("INV-2026-000002", "pay inv 2026 000002 thanks", "inv.2026.000002"):
        found = suggest(text, Decimal(60), CLAIMS)

        assert found is not None
        assert (found.amounts, found.confidence) == ({2: Decimal(60)}, "sure")


def test_named_numbers_with_another_amount_are_likely_only() -> None:
    found = suggest("INV-2026-000003 INV-2026-000001", Decimal(130), CLAIMS)

    assert found is not None
    assert (found.amounts, found.confidence) == ({1: Decimal(100), 3: Decimal(30)}, "likely")
    assert found.reason == "The reference names INV-2026-000001 and INV-2026-000003."


def test_an_amount_that_only_one_claim_has_is_likely_that_one() -> None:
    found = suggest("thanks", Decimal(100), CLAIMS)

    assert found is not None
    assert (found.amounts, found.reason) == ({1: Decimal(100)}, "Only INV-2026-000001 is open over this amount.")


def test_an_amount_that_two_have_is_a_guess_at_the_oldest() -> None:
    found = suggest("", Decimal(60), CLAIMS)

    assert found is not None
    assert (found.amounts, found.confidence) == ({1: Decimal(60)}, "guess")


def test_everything_that_is_open_is_recognised() -> None:
    found = suggest("", Decimal(220), CLAIMS)

    assert found is not None
    assert (sum(found.amounts.values()), found.confidence) == (220, "likely")


def test_a_claim_without_a_number_is_not_found_in_every_text() -> None:
    found = suggest("thanks", Decimal(5), [OpenClaim(1, "", Decimal(9))])

    assert found is not None
    assert found.confidence == "guess"


def test_without_money_or_claims_nothing_is_suggested() -> None:
    assert suggest("x", Decimal(0), CLAIMS) is None
    assert suggest("x", Decimal(5), []) is None
