"""Django's forms as the pages draw them: label, hint, error, control, and a summary that says the same words on top.

The server is the only validator; browser attributes merely assist. Typed values are always kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString
from markupsafe import Markup

from core.web.parts import Text


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field, ready to be drawn. ``kind`` is "plain", "check" (one box) or "group" (a set of boxes)."""

    id: str
    label: Text
    hint: Text
    errors: Sequence[str]
    control: SafeString
    kind: str
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; ``target`` is the id it leads to, empty for what concerns the whole form."""

    text: str
    target: str


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    return "check" if isinstance(widget, forms.CheckboxInput) else "plain"


def _input_mode(field: forms.Field) -> dict[str, str]:
    if isinstance(field, forms.DecimalField):
        return {"inputmode": "decimal"}
    return {"inputmode": "numeric"} if isinstance(field, forms.IntegerField) else {}


def _in_sentence(label: str) -> str:
    """A label inside a sentence: “Payment terms” becomes “payment terms”, “VAT number” stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _errors(bound: BoundField) -> list[str]:
    """The field's errors. An empty required field is told what to do instead of what it is."""
    verb = "Select" if isinstance(bound.field, forms.ChoiceField) else "Enter"
    plain = str(forms.Field.default_error_messages["required"])
    return [f"{verb} {_in_sentence(str(bound.label))}" if str(error) == plain else str(error) for error in bound.errors]


def field_view(bound: BoundField) -> FieldView:
    """Prepare a bound field: classes, hint and error references. Not ``required``: the 422 page explains better."""
    field, widget = bound.field, bound.field.widget
    kind = _kind(widget)
    described = " ".join(
        ([f"{bound.auto_id}-hint"] if bound.help_text else []) + ([f"{bound.auto_id}-error"] if bound.errors else [])
    )
    attrs: dict[str, Any] = {"required": False}
    if kind == "plain":
        attrs["class"] = " ".join(word for word in ("in", widget.attrs.get("class", "")) if word)
        attrs |= _input_mode(field) if not isinstance(widget, forms.Select) else {}
        if isinstance(widget, forms.NumberInput):
            widget.input_type = "text"  # a wheel must not change an amount, and what was typed must come back
    if isinstance(field, forms.ModelChoiceField) and field.empty_label == "---------":
        field.empty_label = "Choose one" if field.required else "None"
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = described
    return FieldView(
        id=str(bound.id_for_label or bound.auto_id),
        label=str(bound.label),
        hint=bound.help_text if isinstance(bound.help_text, Markup) else str(bound.help_text),
        errors=_errors(bound),
        control=bound.as_widget(attrs=attrs),
        kind=kind,
        is_optional=not field.required and kind != "check",
    )


def problems(checked: Iterable[forms.BaseForm]) -> list[Problem]:
    """Everything that is wrong with these forms, in the order of the fields, in the fields' own words."""
    found = []
    for form in checked:
        if not form.is_bound:
            continue
        found += [Problem(str(text), "") for text in form.non_field_errors()]
        found += [Problem(text, bound.id_for_label or bound.auto_id) for bound in form for text in _errors(bound)]
    return found
