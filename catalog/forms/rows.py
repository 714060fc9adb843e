"""Forms with rows that work without script: spare rows to fill, emptied rows are removed, refusals at their field."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import HttpRequest, QueryDict

from core.errors import DomainError

SPARE_ROWS = 3
MOST_ROWS = 200


class RowForm(forms.Form):
    """One row. It counts as empty when nothing but hidden fields was filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = str(self.prefix or "").rpartition("-")[2]
        row = f", row {int(number) + 1}" if number.isdigit() else ""
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}{row}"

    def has_changed(self) -> bool:
        """Whether the row says anything."""
        return any(not self.fields[name].widget.is_hidden for name in self.changed_data)


class Rows(BaseFormSet):
    """A set of rows in which every row may be empty, those that were filled before too."""

    def __init__(
        self, data: QueryDict | None = None, *, initial: Sequence[Mapping[str, Any]] = (), **given: Any
    ) -> None:
        # What was sent is compared with an empty row: compared with what there was, an unchanged row would look empty.
        super().__init__(data=data, initial=list(initial) if data is None else None, **given)

    def initial_form_count(self) -> int:
        """No row is demanded."""
        return 0

    def total_form_count(self) -> int:
        """What was sent, or what there is and some spare rows."""
        return super().total_form_count() if self.is_bound else len(self.initial or ()) + self.extra

    @property
    def filled(self) -> list[forms.Form]:
        """The rows that say something, in order."""
        return [form for form in self.forms if form.has_changed()]

    @property
    def heads(self) -> list[str]:
        """The column heads."""
        return [str(bound.label) for bound in self.empty_form.visible_fields()]


def rows_of(form: type[RowForm], *, spare: int = SPARE_ROWS) -> type[Rows]:
    """A class of rows of this form."""
    made = formset_factory(
        form, formset=Rows, extra=spare, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
    )
    return cast("type[Rows]", made)


class EditPage:
    """A main form with named sets of rows, checked together, and the refusal of a command shown at its fields."""

    def __init__(self, main: forms.Form, **parts: Rows) -> None:
        self.main = main
        self.parts = parts
        self.refusal = ""
        self.status = 200

    def is_valid(self) -> bool:
        """Whether everything that was sent can be read. Checks all, so that all is said at once."""
        checked = [self.main.is_valid(), *(part.is_valid() for part in self.parts.values())]
        self.status = 200 if all(checked) else 422
        return all(checked)

    @property
    def forms(self) -> Iterator[forms.BaseForm]:
        """Every form, for the summary of what is wrong."""
        yield self.main
        for part in self.parts.values():
            yield from part.forms

    @property
    def has_errors(self) -> bool:
        """Whether the page says that something is wrong."""
        return bool(self.refusal or self.part_errors) or any(form.is_bound and form.errors for form in self.forms)

    @property
    def part_errors(self) -> list[str]:
        """What is wrong with a set of rows as a whole."""
        return [str(text) for part in self.parts.values() if part.is_bound for text in part.non_form_errors()]

    def show(self, refusal: DomainError) -> None:
        """Put a refusal's sentences at their fields; what has no field here stands on top."""
        self.status = refusal.status
        placed = [self._place(name, sentence) for name, sentence in refusal.fields.items()]
        if not placed or not all(placed):
            self.refusal = refusal.sentence

    def _place(self, name: str, sentence: str) -> bool:
        if name in self.main.fields:
            self.main.add_error(name, sentence)
            return True
        part, _, rest = name.partition("-")
        number, _, field = rest.partition("-")
        rows: Sequence[forms.Form] = self.parts[part].filled if part in self.parts else ()
        if not number.isdigit() or int(number) >= len(rows) or field not in rows[int(number)].fields:
            return False
        rows[int(number)].add_error(field, sentence)
        return True


def sent(request: HttpRequest) -> QueryDict | None:
    """The posted fields, or nothing: an empty POST is still a POST."""
    return request.POST if request.method == "POST" else None


def last_day(until: date | None) -> date | None:
    """How people see the end of a half-open validity: its last day."""
    return until - timedelta(days=1) if until and until > date.min else until


def first_day_after(last: date | None) -> date | None:
    """The first day on which it does not hold any more; the end of the calendar is no end."""
    return last + timedelta(days=1) if last and last < date.max else None


def typed(value: Decimal | None) -> str:
    """A number as somebody would type it: no idle zeros, nothing for none at all."""
    return f"{value.normalize():f}" if value else ""
