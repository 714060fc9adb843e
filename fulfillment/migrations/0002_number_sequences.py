"""Sequences of document numbers in which gaps are allowed (core.numbering)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fulfillment", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_d CACHE 1", "DROP SEQUENCE number_d"),
        migrations.RunSQL("CREATE SEQUENCE number_rma CACHE 1", "DROP SEQUENCE number_rma"),
        # the running number inside the serial numbers of packages (SSCC)
        migrations.RunSQL("CREATE SEQUENCE number_sscc CACHE 1", "DROP SEQUENCE number_sscc"),
    ]
