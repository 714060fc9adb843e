"""Sequences of document numbers in which gaps are allowed (core.numbering)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_po CACHE 1", "DROP SEQUENCE number_po"),
        migrations.RunSQL("CREATE SEQUENCE number_gr CACHE 1", "DROP SEQUENCE number_gr"),
        migrations.RunSQL("CREATE SEQUENCE number_sa CACHE 1", "DROP SEQUENCE number_sa"),
    ]
