"""Half of each page of delivery lines stays free, as of order lines: they are assigned, picked, shipped and invoiced."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0003_invariants")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE fulfillment_deliveryline SET (fillfactor = 50)",
            "ALTER TABLE fulfillment_deliveryline RESET (fillfactor)",
        ),
    ]
