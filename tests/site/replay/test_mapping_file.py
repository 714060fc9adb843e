"""Loading a mapping: the one that ships is sound, and each fault of another is named before anything is read by it."""

from decimal import Decimal
from pathlib import Path

import pytest

from orders_site.replay.errors import MappingError
from orders_site.replay.mapping import Identity
from orders_site.replay.mapping_file import DEFAULT_MAPPING, load_mapping

TEXT = DEFAULT_MAPPING.read_text()


def load(folder: Path, old: str, new: str) -> None:
    assert old in TEXT
    path = folder / "mapping.toml"
    path.write_text(TEXT.replace(old, new))
    load_mapping(path)


def test_the_shipped_mapping_is_sound_and_every_assumption_is_a_sentence() -> None:
    mapping = load_mapping()

    assert mapping.codes.identity is Identity.FOLDED
    assert mapping.supply.cost_share == Decimal("0.55")
    assert len(mapping.digest) == 64
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in mapping.assumptions.values())


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('currency = "GBP"', "", "required field missing @ mapping.currency"),
        ('currency = "GBP"', 'currency = "XXX"', "'XXX' is not a currency"),
        ('currency = "GBP"', "currency = 7", "expected str @ mapping.currency"),
        ('period = "month"', 'period = "moon"', "expected SupplyPeriod @ mapping.supply.period"),
        ("documents = 100", 'documents = "100"', "expected int @ mapping.sets.documents"),
        ("documents = 100", "documents = true", "expected int @ mapping.sets.documents"),
        ("documents = 100", "documents = 0", "sets.documents is less than 1"),
        ("documents = 100", "documents = 100\ncolour = 1", r"extra fields found \(colour\) @ mapping.sets"),
        ("cost_share = 0.55", "cost_share = inf", "@ mapping.supply.cost_share"),
        ("cost_share = 0.55", "cost_share = -0.1", "supply.cost_share is less than 0"),
        ("cost_places = 2", "cost_places = 7", "supply.cost_places is not between 0 and 6"),
        ('pattern = "[0-9]+"', 'pattern = "[0-9"', "'\\[0-9' is not a pattern"),
        ('default = "goods"', 'default = "things"', "the default code class 'things' is not declared"),
        ('name = "freight"', 'name = "goods"', "code class 'goods' is declared twice"),
        ('code = "stock_code"', 'code = "invoice"', "column 'invoice' is mapped twice"),
        ('"Austria" = "AT"', '"Austria" = "AU"', "country code 'AU' stands for two countries"),
        ('"Austria" = "AT"', '"Austria" = "Aut"', "country code 'Aut' is not two capitals"),
        ('code = "{customer}"', 'code = "ONE"', "accounts.code would be the same for all"),
        ('code = "{customer}"', 'code = "{who}"', "accounts.code has a place other than {customer}"),
        ("earliest = 2000-01-01", "earliest = 2031-01-01", "dates.earliest is after dates.latest"),
        ("[columns]", "[columns", "is not valid TOML"),
        ('currency = "GBP"', 'currency = "GBP"\ndigest = "0"', "may not name its own digest"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(MappingError, match=fault):
        load(tmp_path, old, new)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"sets.lines is less than 1.*cost_places is not between"):
        load(
            tmp_path,
            TEXT,
            TEXT.replace("lines = 1_000\n\n# ISO", "lines = 0\n\n# ISO").replace("cost_places = 2", "cost_places = 9"),
        )


def test_an_absent_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"The mapping none.toml cannot be read: No such file"):
        load_mapping(tmp_path / "none.toml")
