"""Input shapes of imports: the upload, and the mapping of columns."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.models import Company, User
from orders_site.imports import files, texts
from orders_site.imports.errors import FileRefused
from orders_site.imports.files import Table
from orders_site.imports.kinds import Kind
from orders_site.imports.models import ImportRun
from orders_site.imports.selectors import companies_of, kinds_for

SEPARATORS = [("", "Found by itself"), *((sign, words.capitalize()) for sign, words in texts.SEPARATORS.items())]


class UploadForm(forms.Form):
    """A file, and what is in it."""

    kind = forms.ChoiceField(label="What is in it", choices=[])
    company = forms.ModelChoiceField(queryset=Company.objects.none(), empty_label=None)
    file = forms.FileField(
        label="File",
        help_text="CSV or Excel (.xlsx), at most 20 MB and 100,000 rows. The first row names the columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        allow_empty_file=True,  # told by its own sentence
        error_messages={"required": "Choose a file", "missing": "Choose a file"},
    )
    separator = forms.ChoiceField(
        label="Columns are divided by", choices=SEPARATORS, required=False, help_text="Only for CSV"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in kinds_for(user)]  # type: ignore[attr-defined]
        self.fields["company"].queryset = companies_of(user)  # type: ignore[attr-defined]
        self.table: Table | None = None
        self.data_bytes = b""

    def clean(self) -> dict[str, Any]:
        """Read the file: what cannot be read is told at its field."""
        entered = super().clean() or {}
        upload: UploadedFile | None = entered.get("file")
        if upload is None or self.errors:
            return entered
        if upload.size and upload.size > files.MOST_BYTES:
            self.add_error("file", "This file is larger than 20 MB. Split it.")
            return entered
        self.data_bytes = upload.read()
        try:
            self.table = files.recognise(self.data_bytes, separator=entered["separator"])
        except FileRefused as refusal:
            self.add_error("file", refusal.sentence)
        return entered


class MappingForm(forms.Form):
    """For every field of the kind its column, or one value for all rows; and what cannot be seen in the file."""

    decimal_sign = forms.ChoiceField(
        label="Decimals are divided by",
        choices=ImportRun.DecimalSign.choices,
        required=False,
        help_text="1.234 is two numbers until this is said",
    )
    date_order = forms.ChoiceField(
        label="Dates are written",
        choices=ImportRun.DateOrder.choices,
        required=False,
        help_text="2026-12-31 is always understood",
    )
    save_as = forms.CharField(
        label="Save this mapping as", max_length=60, required=False, help_text="A file with the same headers takes it"
    )

    def __init__(self, *args: Any, run: ImportRun, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        columns = [("", "—"), *((header, header) for header in run.headers)]
        said: dict[str, Any] = self.initial.get("columns", {})
        for field in kind.fields:
            words = said.get(field.name, {})
            self.fields[f"column-{field.name}"] = forms.ChoiceField(
                label=f"Column of {field.label}",
                choices=columns,
                required=False,
                initial=words.get("column", ""),
            )
            self.fields[f"constant-{field.name}"] = forms.CharField(
                label=f"{field.label} of all rows",
                max_length=200,
                required=False,
                initial=words.get("constant", ""),
                widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Same for all rows"}),
            )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Each field of the kind with its two controls, as the page draws them."""
        return [(field, self[f"column-{field.name}"], self[f"constant-{field.name}"]) for field in self.kind.fields]

    @property
    def said(self) -> list[Any]:
        """The controls below the columns."""
        return [self["decimal_sign"], self["date_order"], self["save_as"]]

    def columns(self) -> dict[str, dict[str, str]]:
        """What was chosen: a column wins over a value for all rows."""
        found = {}
        for field in self.kind.fields:
            column = self.cleaned_data[f"column-{field.name}"]
            constant = self.cleaned_data[f"constant-{field.name}"].strip()
            if column or constant:
                found[field.name] = {"column": column} if column else {"constant": constant}
        return found

    def show(self, sentences: dict[str, str]) -> None:
        """Put the sentences of a refusal at their columns."""
        for name, sentence in sentences.items():
            self.add_error(f"column-{name}", sentence)
