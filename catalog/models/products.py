"""What is sold: products, their units, what they consist of, and what goes with or replaces them."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from core.audit.history import row_history
from core.money import QuantityField


@row_history()
class UnitOfMeasure(models.Model):
    """A unit in which things are counted, weighed or sold. Whole units have no fractions."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=40)
    is_whole = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "units of measure"

    def __str__(self) -> str:
        return self.code


@row_history()
class Category(models.Model):
    """A node of the product tree."""

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True, blank=True)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


@row_history()
class Product(models.Model):
    """A thing or service that can be sold. Its stock unit does not change after the first move."""

    class Kind(models.TextChoices):
        STOCKED = "stocked", "Stocked"
        SERVICE = "service", "Service"
        KIT = "kit", "Kit"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        PHASE_OUT = "phase_out", "Phase-out"
        DISCONTINUED = "discontinued", "Discontinued"

    sku = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    description = models.TextField(blank=True, default="")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STOCKED)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products", null=True, blank=True)
    stock_unit = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+")
    tax_category = models.CharField(max_length=12, default="standard")
    posting_group = models.CharField(max_length=12, default="goods")
    barcode = models.CharField(max_length=14, blank=True, default="")
    weight_kg = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    minimum_quantity = QuantityField(default=0)
    multiple_quantity = QuantityField(default=0)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, related_name="replaces", null=True, blank=True)
    created_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Upper("sku"),
                name="product_sku_once",
                violation_error_message="There is already a product with this SKU.",
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="product_has_sku"),
            models.UniqueConstraint(
                fields=["barcode"],
                condition=~Q(barcode=""),
                name="product_barcode_once",
                violation_error_message="Another product has this barcode.",
            ),
            models.CheckConstraint(
                condition=Q(minimum_quantity__gte=0) & Q(multiple_quantity__gte=0) & Q(weight_kg__gte=0),
                name="product_amounts_not_negative",
                violation_error_message="Minimum, multiple and weight must not be negative.",
            ),
            models.CheckConstraint(
                condition=~Q(replaced_by=F("id")),
                name="product_does_not_replace_itself",
                violation_error_message="A product cannot replace itself.",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="product_name_trigrams"),
            GinIndex(OpClass(Upper("sku"), name="gin_trgm_ops"), name="product_sku_trigrams"),
        ]
        permissions: ClassVar = [("maintain_product", "Create and change products")]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    @property
    def is_stocked(self) -> bool:
        """Whether it is promised from stock. Kits are promised by their components."""
        return self.kind == self.Kind.STOCKED


@row_history()
class ProductUnit(models.Model):
    """A further unit of a product: one of it is numerator/denominator stock units, exactly."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="units", db_index=False)
    unit = models.ForeignKey(UnitOfMeasure, on_delete=models.PROTECT, related_name="+")
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField(default=1)
    barcode = models.CharField(max_length=14, blank=True, default="")
    is_sales_unit = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "unit"],
                name="product_unit_once",
                violation_error_message="The product already has this unit.",
            ),
            models.UniqueConstraint(
                fields=["product"], condition=Q(is_sales_unit=True), name="product_has_one_sales_unit"
            ),
            models.UniqueConstraint(
                fields=["barcode"],
                condition=~Q(barcode=""),
                name="product_unit_barcode_once",
                violation_error_message="Another unit has this barcode.",
            ),
            models.CheckConstraint(
                condition=Q(numerator__gt=0) & Q(denominator__gt=0),
                name="product_unit_conversion_positive",
                violation_error_message="A unit conversion must be greater than zero.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} = {self.numerator}/{self.denominator}"


@row_history()
class KitComponent(models.Model):
    """One part of a kit: so many stock units of the component in one kit."""

    kit = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="components", db_index=False)
    component = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="kits")
    quantity = QuantityField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kit", "component"], name="kit_component_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="kit_component_quantity_positive"),
            models.CheckConstraint(condition=~Q(kit=F("component")), name="kit_does_not_contain_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.component_id} in {self.kit_id}"


@row_history()
class ProductRelation(models.Model):
    """A product goes with, or stands in for, another: with a reason and a validity (half-open)."""

    class Kind(models.TextChoices):
        COMPLEMENT = "complement", "Goes with"
        SUPPLEMENT = "supplement", "Supplement"
        SUBSTITUTE = "substitute", "Substitute"
        UPSELL = "upsell", "Better alternative"

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="relations", db_index=False)
    related = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="related_from")
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=120, blank=True, default="")
    rank = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["product", "related", "kind", "valid_from"], name="product_relation_once"),
            models.CheckConstraint(condition=~Q(product=F("related")), name="product_not_related_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.kind} {self.related_id}"


@row_history()
class CustomerPartNumber(models.Model):
    """How an account calls one of our products."""

    account = models.ForeignKey(
        "catalog.Account", on_delete=models.CASCADE, related_name="part_numbers", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="part_numbers")
    number = models.CharField(max_length=40)
    description = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("account", Upper("number"), name="customer_part_number_once"),
            models.UniqueConstraint(fields=["account", "product"], name="customer_part_number_per_product"),
        ]

    def __str__(self) -> str:
        return self.number
