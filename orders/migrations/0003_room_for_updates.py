"""Half of each page of lines stays free: a line is written once and moved on some five times, all of an order at once.

The next version of a line then finds room beside the old one, and no index has to learn of it.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_number_sequences")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE orders_orderline SET (fillfactor = 50)", "ALTER TABLE orders_orderline RESET (fillfactor)"
        ),
        migrations.RunSQL(
            "ALTER TABLE orders_scheduleline SET (fillfactor = 50)",
            "ALTER TABLE orders_scheduleline RESET (fillfactor)",
        ),
    ]
