"""The running number inside the serial numbers of packages (SSCC)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0003_row_history")]

    operations = [migrations.RunSQL("CREATE SEQUENCE number_sscc CACHE 1", "DROP SEQUENCE number_sscc")]
