"""People and companies: who acts, and for which legal entity."""

from typing import ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser, Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from core.audit.history import row_history
from core.money import CurrencyCodeField


def validate_time_zone(name: str) -> None:
    """Refuse a zone that the IANA database does not have."""
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone of the IANA database.")


@row_history()
class Company(models.Model):
    """A legal entity with its own books. Every document and ledger row carries its company."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    functional_currency = CurrencyCodeField()
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    country = models.CharField(max_length=2)
    fiscal_year_start_month = models.PositiveSmallIntegerField(default=1)
    paper = models.CharField(max_length=6, choices=[("A4", "A4"), ("Letter", "Letter")], default="A4")
    address = models.TextField(blank=True, default="")
    vat_number = models.CharField(max_length=20, blank=True, default="")
    registration_number = models.CharField(max_length=40, blank=True, default="")
    iban = models.CharField(max_length=34, blank=True, default="")
    bic = models.CharField(max_length=11, blank=True, default="")
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "companies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(fiscal_year_start_month__range=(1, 12)), name="company_fiscal_year_starts_in_a_month"
            )
        ]

    def __str__(self) -> str:
        return self.name


@row_history(leave_out=["password", "last_login", "theme", "density"])
class User(AbstractUser):
    """A person or the system itself. Rights come from roles (groups); rows from the companies of the user."""

    class Theme(models.TextChoices):
        AUTO = "auto", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class Density(models.TextChoices):
        COMPACT = "compact", "Compact"
        DEFAULT = "default", "Default"
        COMFORTABLE = "comfortable", "Comfortable"
        WAREHOUSE = "warehouse", "Warehouse"

    theme = models.CharField(max_length=8, choices=Theme, default=Theme.AUTO)
    density = models.CharField(max_length=12, choices=Density, default=Density.DEFAULT)
    is_system = models.BooleanField(default=False)
    companies = models.ManyToManyField(Company, through="CompanyMembership", related_name="members")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = str(self).split()
        return "".join(word[0] for word in words[:2]).upper() or "?"


@row_history()
class CompanyMembership(models.Model):
    """A user may see and act for this company. Its absence makes every document of the company invisible."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "company"], name="membership_once_per_company")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.company}"


@row_history()
class UserRole(User.groups.through):  # type: ignore[name-defined]
    """A person has a role. The row is Django's own; here it gets its history: who could do what, when."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.user_id} has role {self.group_id}"


@row_history()
class RoleRight(Group.permissions.through):  # type: ignore[name-defined]
    """A role holds a right. The row is Django's own; here it gets its history."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"role {self.group_id} holds {self.permission_id}"


class Rights(models.Model):
    """No rows: the carrier of rights that belong to no single document."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions: ClassVar = [
            ("see_cost", "See cost"),
            ("see_margin", "See margin"),
            ("see_credit", "See credit data"),
            ("see_bank", "See bank data"),
            ("backdate", "Enter business dates in the past"),
            ("administer", "Administer the system"),
            ("maintain_people", "Invite people and give them roles and companies"),
            ("see_integrity", "See the integrity page and audit"),
            ("see_jobs", "See all jobs and messages"),
            ("see_cases", "See the exceptions of every role"),
            ("resolve_cases", "Take exceptions of every role off the desk"),
            ("share_views", "Share saved views of lists with others"),
            ("write_note", "Write notes on documents and put files beside them"),
        ]

    def __str__(self) -> str:
        return "rights"
