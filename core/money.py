"""The money fence: django-money's type at the boundary, plain numerics in the store, and no way around the currency.

Why a fence: docs/money.md lists what is refused here and what a bare ``MoneyField`` lets through.
``tests/core/test_money_fence.py`` holds each trap. Rounding is never done by saving; it happens at named places through
``round_money``.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import QuerySet, Sum
from djmoney.models.fields import MoneyField, MoneyFieldProxy
from moneyed import Money

from core.rounding import round_amount

AMOUNT_DIGITS = 19
AMOUNT_PLACES = 4  # the most any ISO currency needs (CLF, UYW); amounts are rounded to their own currency's places
PRICE_PLACES = 6


class FencedMoneyError(TypeError):
    """Money of another currency, or not rounded to its own, was put where it does not belong: a programmer error."""


class CurrencyCodeField(models.CharField):
    """An ISO 4217 code of three capital letters. One per row; every amount of the row is in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        kwargs.setdefault(
            "validators", [RegexValidator(r"\A[A-Z]{3}\Z", "Enter a currency code of three capital letters.")]
        )
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep migrations free of the validator's details."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)
        return name, path, args, kwargs

    def db_check(self, connection: Any) -> str:
        """The database holds the form, so that no import or script can break it."""
        return f"\"{self.column}\" ~ '^[A-Z]{{3}}$'"


class StoredAmount(Decimal):
    """A Decimal as it came from the database: the only bare number that a money field accepts."""

    __slots__ = ()


def require_fits(value: Money, currency: str | None, name: str) -> None:
    """Check that ``value`` is in the row's currency and rounded to it. Raises FencedMoneyError."""
    if currency is not None and value.currency.code != currency:
        raise FencedMoneyError(f"{name} is in {currency}; {value.currency.code} was given")
    if value.amount != round_amount(value.amount, value.currency.code):
        raise FencedMoneyError(f"{name} must be rounded to {value.currency.code} first: {value.amount}")


class _FencedMoney(MoneyFieldProxy):
    """The attribute of a ``DocumentMoneyField``: Money in the row's currency, rounded to it, or None."""

    field: "DocumentMoneyField"

    def __init__(self, field: "DocumentMoneyField") -> None:
        self.field = field
        self.currency_field_name = field.currency_field_name

    def __get__(self, instance: models.Model | None, owner: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            # Not refresh_from_db: it would ask for the currency by a second query.
            rows = type(instance)._base_manager.using(instance._state.db).filter(pk=instance.pk)
            instance.__dict__[self.field.attname] = rows.values_list(self.field.attname, flat=True).get()
        value = instance.__dict__[self.field.attname]
        if isinstance(value, StoredAmount):
            value = Money(Decimal(value), getattr(instance, self.currency_field_name))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        if isinstance(value, Money):
            require_fits(value, instance.__dict__.get(self.currency_field_name), self.field.name)
        elif value is not None and not isinstance(value, StoredAmount):
            raise FencedMoneyError(f"{self.field.name} takes Money, not {type(value).__name__}")
        instance.__dict__[self.field.attname] = value


class DocumentMoneyField(MoneyField):
    """An amount in the currency of its row. Reads as Money; refuses other currencies, unrounded amounts and bare
    numbers.

    Unlike its parent it shares the row's one ``currency`` column, patches no manager and guesses no default currency.
    """

    if TYPE_CHECKING:  # what django-stubs reads: the attribute is Money, not its parent's Decimal
        _pyi_private_set_type: Money  # type: ignore[assignment]
        _pyi_private_get_type: Money  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", AMOUNT_DIGITS)
        kwargs.setdefault("decimal_places", AMOUNT_PLACES)
        kwargs.setdefault("currency_field_name", "currency")
        kwargs.setdefault("money_descriptor_class", _FencedMoney)
        kwargs["default_currency"] = None
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Become a plain decimal column with the fence as its attribute."""
        models.DecimalField.contribute_to_class(
            self, cls, name
        )  # not MoneyField's: it would add its own currency column
        setattr(cls, self.name, _FencedMoney(self))

    def deconstruct(self) -> Any:
        """A decimal in the migrations: history does not depend on the fence."""
        name, _, _, kwargs = models.DecimalField.deconstruct(self)
        kwargs.pop("default", None)
        return name, "django.db.models.DecimalField", [], kwargs

    def from_db_value(self, value: Decimal | None, expression: Any, connection: Any) -> StoredAmount | None:
        """Mark what the database itself gave."""
        return None if value is None else StoredAmount(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Hold the fence once more: the row's currency may have been set after the amount."""
        value = getattr(model_instance, self.attname)
        if isinstance(value, Money):
            require_fits(value, getattr(model_instance, self.currency_field_name), self.name)
        return value

    def get_prep_value(self, value: Any) -> Any:
        """Refuse bare numbers in filters and updates: they have no currency."""
        if isinstance(value, Money):
            return value.amount
        if value is None or isinstance(value, StoredAmount) or hasattr(value, "resolve_expression"):
            return value
        raise FencedMoneyError(f"{self.name} is compared with Money, not {type(value).__name__}")

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Write the amount."""
        if hasattr(value, "as_sql"):
            return value
        return connection.ops.adapt_decimalfield_value(self.get_prep_value(value), self.max_digits, self.decimal_places)


class UnitPriceField(models.DecimalField):
    """A price per price unit, in the row's currency: six places, never rounded to the currency (docs/money.md)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", AMOUNT_DIGITS)
        kwargs.setdefault("decimal_places", PRICE_PLACES)
        super().__init__(*args, **kwargs)


class QuantityField(models.DecimalField):
    """A quantity in the product's stock unit: numeric(18,6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)


class LedgerAmountField(models.DecimalField):
    """A plain numeric of the ledgers: a Decimal in a currency that its row names. Not Money: sums are made in SQL."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", AMOUNT_DIGITS)
        kwargs.setdefault("decimal_places", AMOUNT_PLACES)
        super().__init__(*args, **kwargs)


def round_money(money: Money) -> Money:
    """Round once, by name: HALF_UP to the ISO exponent of that currency (JPY 0, KWD 3); see docs/money.md."""
    return Money(round_amount(money.amount, money.currency.code), money.currency)


def zero(currency: str) -> Money:
    """The right start of every sum: ``sum([])`` is the int 0."""
    return Money(Decimal(0), currency)


def totals_by_currency(rows: QuerySet[Any], amount: str, *, currency: str = "currency") -> dict[str, Money]:
    """Sum a money column per currency, never across. One query; currencies without rows are absent."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for code, total in rows.order_by().values_list(currency).annotate(kept_total=Sum(amount)):
        sums[code] += Decimal(total or 0)
    return {code: Money(total, code) for code, total in sorted(sums.items())}


def add_up(amounts: Iterable[Money], currency: str) -> Money:
    """Sum Money of one currency. Raises FencedMoneyError for another one."""
    total = Decimal(0)
    for money in amounts:
        if money.currency.code != currency:
            raise FencedMoneyError(f"cannot add {money.currency.code} to {currency}")
        total += money.amount
    return Money(total, currency)
