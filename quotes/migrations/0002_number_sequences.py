"""Sequences of document numbers in which gaps are allowed (core.numbering)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quotes", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE number_q CACHE 1", "DROP SEQUENCE number_q"),
        migrations.RunSQL("CREATE SEQUENCE number_ct CACHE 1", "DROP SEQUENCE number_ct"),
    ]
