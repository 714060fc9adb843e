"""Rights to the exceptions of every role: one to see them, one to take them off the desk."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="rights",
            options={
                "default_permissions": (),
                "managed": False,
                "permissions": [
                    ("see_cost", "See cost"),
                    ("see_margin", "See margin"),
                    ("see_credit", "See credit data"),
                    ("see_bank", "See bank data"),
                    ("backdate", "Enter business dates in the past"),
                    ("administer", "Administer the system"),
                    ("see_integrity", "See the integrity page and audit"),
                    ("see_jobs", "See all jobs and messages"),
                    ("see_cases", "See the exceptions of every role"),
                    ("resolve_cases", "Take exceptions of every role off the desk"),
                ],
            },
        ),
    ]
