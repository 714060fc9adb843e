"""The sample form of the design pages: one field of each kind."""

from django import forms


class SampleForm(forms.Form):
    """A customer, as far as it shows every kind of control."""

    name = forms.CharField(max_length=60)
    vat_number = forms.RegexField(
        r"\A[A-Z]{2} ?\d{9}\Z",
        label="VAT number",
        help_text="GB and 9 digits",
        error_messages={"invalid": "Enter a VAT number with two letters and 9 digits"},
    )
    email = forms.EmailField(label="E-mail for invoices", error_messages={"invalid": "Enter an e-mail address"})
    terms = forms.ChoiceField(
        label="Payment terms",
        choices=[("30", "30 days net"), ("60", "60 days net")],
        help_text="Counted from invoice date",
    )
    credit_limit = forms.DecimalField(
        label="Credit limit, GBP",
        required=False,
        min_value=0,
        help_text="Empty means no limit",
        error_messages={"invalid": "Credit limit must be a number, like 5000.00"},
    )
    first_delivery_on = forms.DateField(
        label="First delivery", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    delivery = forms.ChoiceField(choices=[("parts", "In parts"), ("whole", "Complete only")], widget=forms.RadioSelect)
    note = forms.CharField(label="Delivery note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_taxable = forms.BooleanField(label="Charge VAT", required=False)
