import core.money
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReplayRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run_key', models.CharField(max_length=64)),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='replay_runs', to='core.company')),
                ('file_name', models.CharField(max_length=200)),
                ('mapping_name', models.CharField(max_length=200)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'run_key'), name='replay_run_once')],
            },
        ),
        migrations.CreateModel(
            name='ReplayLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders_site.replayrun')),
                ('row', models.PositiveIntegerField()),
                ('document', models.CharField(blank=True, default='', max_length=40)),
                ('number', models.PositiveIntegerField(default=0)),
                ('code', models.CharField(blank=True, default='', max_length=40)),
                ('customer', models.CharField(blank=True, default='', max_length=40)),
                ('country', models.CharField(blank=True, default='', max_length=2)),
                ('on', models.DateField(null=True)),
                ('trade_class', models.CharField(blank=True, default='', max_length=40)),
                ('quantity', core.money.QuantityField(decimal_places=6, default=0, max_digits=18)),
                ('became', models.CharField(choices=[('order_line', 'Order line'), ('return_line', 'Return line'), ('invoice_line', 'Line of a value credit or charge'), ('adjustment_line', 'Stock adjustment line'), ('journal_entry', 'Journal entry'), ('nothing', 'Listed in the report')], max_length=15)),
                ('became_id', models.BigIntegerField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('excerpt', models.CharField(blank=True, default='', max_length=160)),
            ],
            options={
                'indexes': [models.Index(fields=['run', 'document', 'number'], name='replay_line_by_document')],
                'constraints': [models.UniqueConstraint(fields=('run', 'row'), name='replay_line_once', violation_error_message='This line of the file was taken in before.')],
            },
        ),
        migrations.CreateModel(
            name='ReplayStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='orders_site.replayrun')),
                ('batch', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=20)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'batch', 'name'), name='replay_step_once', violation_error_message='This step of the replay was carried out before, by another process.')],
            },
        ),
    ]
