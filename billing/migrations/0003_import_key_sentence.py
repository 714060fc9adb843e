"""Say in words that an import key was used before; the constraint itself stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """State only."""

    dependencies = [("billing", "0002_row_history")]

    operations = [
        migrations.AlterConstraint(
            model_name="invoice",
            name="invoice_import_key_once",
            constraint=models.UniqueConstraint(
                fields=("company", "import_key"),
                name="invoice_import_key_once",
                violation_error_message="A document with this import key was posted before. Nothing was changed.",
            ),
        ),
    ]
