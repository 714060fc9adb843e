import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RollUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.company')),
                ('rolled_until', models.DateField()),
                ('rolled_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SalesDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.company')),
                ('day', models.DateField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.account')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product')),
                ('salesperson', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('booked_list', models.DecimalField(decimal_places=4, max_digits=19)),
                ('booked_net', models.DecimalField(decimal_places=4, max_digits=19)),
                ('booked_cost', models.DecimalField(decimal_places=4, max_digits=19)),
                ('billed_net', models.DecimalField(decimal_places=4, max_digits=19)),
                ('billed_cost', models.DecimalField(decimal_places=4, max_digits=19)),
                ('rebate_accrued', models.DecimalField(decimal_places=4, max_digits=19)),
                ('lines_shipped', models.PositiveIntegerField()),
                ('lines_on_time', models.PositiveIntegerField()),
            ],
            options={
                'permissions': [('see_performance', 'See sales performance'), ('set_targets', 'Set sales targets')],
                'indexes': [models.Index(fields=['company', 'day'], name='sales_day_by_company')],
            },
        ),
    ]
