"""What is asked for a new key: which program, as whom, for what, until when."""

from datetime import UTC, date, datetime, time, timedelta

from django import forms
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from core.api.keys import LONGEST_LIFE, people_to_lend
from core.models import User
from core.web.fields import DayField

USUAL_LIFE = timedelta(days=90)


class PersonForm(forms.Form):
    """As whom the program acts: asked first, because the rights to choose from are this person's."""

    def __init__(self, data: QueryDict | None, administrator: User) -> None:
        super().__init__(data)
        rows = people_to_lend(administrator).order_by("username")
        told = "The key can never do more than this person may."
        self.fields["person"] = forms.ModelChoiceField(rows, label="Acts as", help_text=told)


class KeyForm(forms.Form):
    """A key of one person."""

    name = forms.CharField(label="Program", max_length=60, help_text="Which program uses the key")
    expires_on = DayField(label="Last day", help_text="At most two years ahead. The day ends at midnight, UTC.")

    def __init__(self, data: QueryDict | None, person: User) -> None:
        super().__init__(data, initial={"expires_on": (timezone.now() + USUAL_LIFE).date()})
        self.fields["scopes"] = forms.MultipleChoiceField(
            label="Rights",
            choices=rights_of(person),
            widget=forms.CheckboxSelectMultiple,
            help_text="What the program may do, and nothing more",
        )

    def clean_expires_on(self) -> date:
        """Refuse a past day and one too far ahead, as the command does."""
        day: date = self.cleaned_data["expires_on"]
        today = timezone.now().date()
        if not today <= day < today + LONGEST_LIFE:
            raise forms.ValidationError("Choose a day in the future, at most two years ahead")
        return day

    @property
    def expires_at(self) -> datetime:
        """The end of the last day."""
        return datetime.combine(self.cleaned_data["expires_on"] + timedelta(days=1), time(), tzinfo=UTC)


def rights_of(person: User) -> list[tuple[str, str]]:
    """The rights of a person with their names, by room. One query."""
    rows = (
        Permission.objects.filter(Q(group__user=person) | Q(user=person))
        .order_by("content_type__app_label", "codename")
        .distinct()
        .values_list("content_type__app_label", "codename", "name")
    )
    return [(f"{app}.{codename}", name.replace("Can view", "See")) for app, codename, name in rows]
