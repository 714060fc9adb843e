"""Sequences of document numbers in which gaps are allowed (core.numbering)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rebates", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_rb CACHE 1", "DROP SEQUENCE number_rb"),
    ]
