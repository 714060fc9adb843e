import core.append_only
import core.audit.history
import core.models.access
import core.money
import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rights',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'permissions': [('see_cost', 'See cost'), ('see_margin', 'See margin'), ('see_credit', 'See credit data'), ('see_bank', 'See bank data'), ('backdate', 'Enter business dates in the past'), ('administer', 'Administer the system'), ('see_integrity', 'See the integrity page and audit'), ('see_jobs', 'See all jobs and messages')],
                'managed': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='DocumentLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('earlier_kind', models.CharField(max_length=24)),
                ('earlier_id', models.BigIntegerField()),
                ('later_kind', models.CharField(max_length=24)),
                ('later_id', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_docume_txid_15e14f_brin'), models.Index(fields=['earlier_kind', 'earlier_id'], name='document_link_by_earlier')],
                'constraints': [models.UniqueConstraint(fields=('later_kind', 'later_id', 'earlier_kind', 'earlier_id'), name='document_link_once')],
            },
        ),
        migrations.CreateModel(
            name='FxRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_currency', core.money.CurrencyCodeField(max_length=3)),
                ('to_currency', core.money.CurrencyCodeField(max_length=3)),
                ('rate_type', models.CharField(default='spot', max_length=12)),
                ('valid_from', models.DateField()),
                ('rate', models.DecimalField(decimal_places=12, max_digits=24)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('from_currency', 'to_currency', 'rate_type', 'valid_from'), name='fx_rate_once_per_day', violation_error_message='There is already a rate for this pair of currencies and day.'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='fx_rate_positive'), models.CheckConstraint(condition=models.Q(('from_currency', models.F('to_currency')), _negated=True), name='fx_rate_between_two_currencies')],
            },
        ),
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.CharField(max_length=120)),
                ('payload', models.JSONField()),
                ('queue', models.CharField(max_length=16)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('dead', 'Dead letter')], default='waiting', max_length=8)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.TextField(blank=True, default='')),
                ('run_after', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('done_at', models.DateTimeField(null=True)),
                ('command_uid', models.UUIDField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['run_after', 'id'], name='outbox_waiting'), models.Index(condition=models.Q(('state', 'dead')), fields=['-id'], name='outbox_dead')],
            },
        ),
        migrations.CreateModel(
            name='SealedBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('number', models.PositiveBigIntegerField(unique=True)),
                ('from_txid', models.BigIntegerField()),
                ('until_txid', models.BigIntegerField(unique=True)),
                ('row_count', models.PositiveIntegerField()),
                ('previous_digest', models.BinaryField()),
                ('digest', models.BinaryField()),
                ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_sealed_txid_c12fbd_brin')],
            },
        ),
        migrations.CreateModel(
            name='RoleRight',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('auth.group_permissions',),
        ),
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('functional_currency', core.money.CurrencyCodeField(max_length=3)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[core.models.access.validate_time_zone])),
                ('country', models.CharField(max_length=2)),
                ('fiscal_year_start_month', models.PositiveSmallIntegerField(default=1)),
                ('paper', models.CharField(choices=[('A4', 'A4'), ('Letter', 'Letter')], default='A4', max_length=6)),
                ('address', models.TextField(blank=True, default='')),
                ('vat_number', models.CharField(blank=True, default='', max_length=20)),
                ('registration_number', models.CharField(blank=True, default='', max_length=40)),
                ('iban', models.CharField(blank=True, default='', max_length=34)),
                ('bic', models.CharField(blank=True, default='', max_length=11)),
                ('is_demo', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name_plural': 'companies',
                'constraints': [models.CheckConstraint(condition=models.Q(('fiscal_year_start_month__range', (1, 12))), name='company_fiscal_year_starts_in_a_month')],
            },
        ),
        migrations.CreateModel(
            name='CompanyHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=12)),
                ('name', models.CharField(max_length=120)),
                ('functional_currency', core.money.CurrencyCodeField(max_length=3)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[core.models.access.validate_time_zone])),
                ('country', models.CharField(max_length=2)),
                ('fiscal_year_start_month', models.PositiveSmallIntegerField(default=1)),
                ('paper', models.CharField(choices=[('A4', 'A4'), ('Letter', 'Letter')], default='A4', max_length=6)),
                ('address', models.TextField(blank=True, default='')),
                ('vat_number', models.CharField(blank=True, default='', max_length=20)),
                ('registration_number', models.CharField(blank=True, default='', max_length=40)),
                ('iban', models.CharField(blank=True, default='', max_length=34)),
                ('bic', models.CharField(blank=True, default='', max_length=11)),
                ('is_demo', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'history of company',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_compan_txid_6daf58_brin')],
            },
        ),
        migrations.CreateModel(
            name='FxRateHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.fxrate')),
                ('id', models.BigIntegerField()),
                ('from_currency', core.money.CurrencyCodeField(max_length=3)),
                ('to_currency', core.money.CurrencyCodeField(max_length=3)),
                ('rate_type', models.CharField(default='spot', max_length=12)),
                ('valid_from', models.DateField()),
                ('rate', models.DecimalField(decimal_places=12, max_digits=24)),
            ],
            options={
                'verbose_name': 'history of fx rate',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_fxrate_txid_899a18_brin')],
            },
        ),
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('prefix', models.CharField(max_length=8)),
                ('fiscal_year', models.PositiveSmallIntegerField()),
                ('branch', models.CharField(default='', max_length=8)),
                ('last_number', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'number series',
                'constraints': [models.UniqueConstraint(fields=('company', 'prefix', 'fiscal_year', 'branch'), name='number_series_once')],
            },
        ),
        migrations.CreateModel(
            name='RoleRightHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.roleright')),
                ('id', models.IntegerField()),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.group')),
                ('permission', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.permission')),
            ],
            options={
                'verbose_name': 'history of role right',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_roleri_txid_6ebe69_brin')],
            },
        ),
        migrations.CreateModel(
            name='SealedSegment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('block', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='segments', to='core.sealedblock')),
                ('table', models.CharField(max_length=63)),
                ('columns', models.JSONField()),
                ('row_count', models.PositiveIntegerField()),
                ('digest', models.BinaryField()),
                ('marks', models.BinaryField()),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_sealed_txid_c8a4e8_brin')],
                'constraints': [models.UniqueConstraint(fields=('block', 'table'), name='sealed_segment_once_per_table')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('theme', models.CharField(choices=[('auto', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=8)),
                ('density', models.CharField(choices=[('compact', 'Compact'), ('default', 'Default'), ('comfortable', 'Comfortable'), ('warehouse', 'Warehouse')], default='default', max_length=12)),
                ('is_system', models.BooleanField(default=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='UserRole',
            fields=[
            ],
            options={
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('core.user_groups',),
        ),
        migrations.CreateModel(
            name='CompanyMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='core.company')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'company'), name='membership_once_per_company')],
            },
        ),
        migrations.AddField(
            model_name='User',
            name='companies',
            field=models.ManyToManyField(related_name='members', through='core.CompanyMembership', to='core.company'),
        ),
        migrations.CreateModel(
            name='DocumentEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('document_kind', models.CharField(max_length=24)),
                ('document_id', models.BigIntegerField()),
                ('verb', models.CharField(max_length=40)),
                ('from_status', models.CharField(default='', max_length=24)),
                ('to_status', models.CharField(default='', max_length=24)),
                ('text', models.TextField(default='')),
                ('reason', models.CharField(default='', max_length=500)),
                ('data', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('via', models.CharField(max_length=8)),
                ('command_uid', models.UUIDField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_docume_txid_e0e80e_brin'), models.Index(fields=['document_kind', 'document_id', '-id'], name='document_event_timeline')],
            },
        ),
        migrations.CreateModel(
            name='ExceptionCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('kind', models.CharField(max_length=32)),
                ('role', models.CharField(max_length=24)),
                ('document_kind', models.CharField(max_length=24)),
                ('document_id', models.BigIntegerField()),
                ('sentence', models.CharField(max_length=500)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('value_at_risk', models.DecimalField(decimal_places=4, max_digits=19, null=True)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('resolved_at', models.DateTimeField(null=True)),
                ('resolved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolution', models.CharField(blank=True, default='', max_length=500)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['company', 'role', '-id'], name='exception_case_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at__isnull', True)), fields=('kind', 'document_kind', 'document_id'), name='exception_case_open_once')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('principal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('route', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=120)),
                ('request_hash', models.CharField(max_length=64)),
                ('answer', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='idempotency_key_by_age')],
                'constraints': [models.UniqueConstraint(fields=('principal', 'route', 'key'), name='idempotency_key_once')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=160)),
                ('arguments', models.JSONField()),
                ('queue', models.CharField(max_length=16)),
                ('company', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=8)),
                ('done_count', models.PositiveIntegerField(default=0)),
                ('total_count', models.PositiveIntegerField(null=True)),
                ('result', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True, default='')),
                ('checkpoint', models.JSONField(default=dict)),
                ('requested_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['requested_by', '-id'], name='job_by_person')],
            },
        ),
        migrations.CreateModel(
            name='UserHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('id', models.BigIntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('is_system', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': 'history of user',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_userhi_txid_7a7da5_brin')],
            },
        ),
        migrations.CreateModel(
            name='UserRoleHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.userrole')),
                ('id', models.BigIntegerField()),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.group')),
            ],
            options={
                'verbose_name': 'history of user role',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_userro_txid_e4b176_brin')],
            },
        ),
        migrations.CreateModel(
            name='CommandLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('uid', models.UUIDField(unique=True)),
                ('name', models.CharField(max_length=80)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('via', models.CharField(max_length=8)),
                ('request_id', models.CharField(max_length=36)),
                ('reason', models.CharField(max_length=500)),
                ('arguments', models.JSONField()),
                ('steps', models.JSONField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_comman_txid_3d138a_brin'), models.Index(fields=['name', '-id'], name='command_log_by_name')],
            },
        ),
        migrations.CreateModel(
            name='CompanyMembershipHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.companymembership')),
                ('id', models.BigIntegerField()),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
            ],
            options={
                'verbose_name': 'history of company membership',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='core_compan_txid_a6c395_brin')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='company',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_companyhistory" ("id", "code", "name", "functional_currency", "time_zone", "country", "fiscal_year_start_month", "paper", "address", "vat_number", "registration_number", "iban", "bic", "is_demo", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."code", new_values."name", new_values."functional_currency", new_values."time_zone", new_values."country", new_values."fiscal_year_start_month", new_values."paper", new_values."address", new_values."vat_number", new_values."registration_number", new_values."iban", new_values."bic", new_values."is_demo", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='0efea74dcabfcd6d1c5b147dc62367f8317343bd', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_b8470', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='core_company', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='company',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_companyhistory" ("id", "code", "name", "functional_currency", "time_zone", "country", "fiscal_year_start_month", "paper", "address", "vat_number", "registration_number", "iban", "bic", "is_demo", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."code", old_values."name", old_values."functional_currency", old_values."time_zone", old_values."country", old_values."fiscal_year_start_month", old_values."paper", old_values."address", old_values."vat_number", old_values."registration_number", old_values."iban", old_values."bic", old_values."is_demo", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='0945218d298b69b709f325917c3b7fad1e4acf70', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_e6518', referencing='REFERENCING OLD TABLE AS old_values ', table='core_company', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='company',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_companyhistory" ("id", "code", "name", "functional_currency", "time_zone", "country", "fiscal_year_start_month", "paper", "address", "vat_number", "registration_number", "iban", "bic", "is_demo", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."code", new_values."name", new_values."functional_currency", new_values."time_zone", new_values."country", new_values."fiscal_year_start_month", new_values."paper", new_values."address", new_values."vat_number", new_values."registration_number", new_values."iban", new_values."bic", new_values."is_demo", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='99dc304f0ce9a0b687e5fd801ab0cdfa3e3d06d8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_aa73f', referencing='REFERENCING NEW TABLE AS new_values ', table='core_company', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentlink',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='9974e1adf8ef8f9ce19b92e9528fc297972994f9', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_31727', table='core_documentlink', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fxrate',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_fxratehistory" ("id", "from_currency", "to_currency", "rate_type", "valid_from", "rate", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."from_currency", new_values."to_currency", new_values."rate_type", new_values."valid_from", new_values."rate", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='ddb6f3119959bb54c4dac33230689b2d850fc95d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_d43fe', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='core_fxrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fxrate',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_fxratehistory" ("id", "from_currency", "to_currency", "rate_type", "valid_from", "rate", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."from_currency", old_values."to_currency", old_values."rate_type", old_values."valid_from", old_values."rate", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='4b2f6b068c79032d98ae4aa9d531fe500b1b2ea1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_c7f85', referencing='REFERENCING OLD TABLE AS old_values ', table='core_fxrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fxrate',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_fxratehistory" ("id", "from_currency", "to_currency", "rate_type", "valid_from", "rate", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."from_currency", new_values."to_currency", new_values."rate_type", new_values."valid_from", new_values."rate", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='8225db12ef30bd41c43020a6623dd782a270f2b9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_906f9', referencing='REFERENCING NEW TABLE AS new_values ', table='core_fxrate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sealedblock',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='5d1babb1f89b5488869db472fc10921d99f9920a', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_fbaa5', table='core_sealedblock', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='roleright',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_rolerighthistory" ("id", "group_id", "permission_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."group_id", new_values."permission_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='51082bb1cfd2eba42928e39596069aadb03591a4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_57df6', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='roleright',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_rolerighthistory" ("id", "group_id", "permission_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."group_id", old_values."permission_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='177417a208c8db99492ed4d1614c260ec82b5a1e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_e42de', referencing='REFERENCING OLD TABLE AS old_values ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='roleright',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_rolerighthistory" ("id", "group_id", "permission_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."group_id", new_values."permission_id", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='dc439c3aaa489267973fe113650c43382a52ac05', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_01dd7', referencing='REFERENCING NEW TABLE AS new_values ', table='auth_group_permissions', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandlog',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='f233fddac650c318c5dd624c997ae349e7d53b97', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_4a53e', table='core_commandlog', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companyhistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='84391f384b0e1be09d714bc21fe9e08efebf8301', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_e3f67', table='core_companyhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companymembership',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_companymembershiphistory" ("id", "user_id", "company_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."user_id", new_values."company_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='589619a2d7728096e92d9ba873b0572424c73dd9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_8f888', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='core_companymembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companymembership',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_companymembershiphistory" ("id", "user_id", "company_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."user_id", old_values."company_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='b621b25192106f40c96e0a90bd9cb4ee20b0c67b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_8b23b', referencing='REFERENCING OLD TABLE AS old_values ', table='core_companymembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companymembership',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_companymembershiphistory" ("id", "user_id", "company_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."user_id", new_values."company_id", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='efb2081807a20d4f26ab33c90fc5b372cfed3dca', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_0086d', referencing='REFERENCING NEW TABLE AS new_values ', table='core_companymembership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_userhistory" ("id", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active", "date_joined", "is_system", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."is_superuser", new_values."username", new_values."first_name", new_values."last_name", new_values."email", new_values."is_staff", new_values."is_active", new_values."date_joined", new_values."is_system", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."date_joined" IS DISTINCT FROM (new_values."date_joined") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."is_staff" IS DISTINCT FROM (new_values."is_staff") OR old_values."is_superuser" IS DISTINCT FROM (new_values."is_superuser") OR old_values."is_system" IS DISTINCT FROM (new_values."is_system") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."username" IS DISTINCT FROM (new_values."username")); RETURN NULL;', hash='1cc32326b871e81084263be34946ca5043df4312', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_43b04', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='core_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_userhistory" ("id", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active", "date_joined", "is_system", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."is_superuser", old_values."username", old_values."first_name", old_values."last_name", old_values."email", old_values."is_staff", old_values."is_active", old_values."date_joined", old_values."is_system", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='4975005aeddb18207804d301cb04d5ce48419130', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_20d8e', referencing='REFERENCING OLD TABLE AS old_values ', table='core_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_userhistory" ("id", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active", "date_joined", "is_system", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."is_superuser", new_values."username", new_values."first_name", new_values."last_name", new_values."email", new_values."is_staff", new_values."is_active", new_values."date_joined", new_values."is_system", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='35719cd8237323cf5bc2bb2ecf706b5204165283', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_7a487', referencing='REFERENCING NEW TABLE AS new_values ', table='core_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='companymembershiphistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='753b9428a8ecdfad8d9de05c0be1fc7ebf8336c5', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_73fa1', table='core_companymembershiphistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='e9af45e39f4d7eb141acd3409eef1a917fc9ec54', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_68db4', table='core_documentevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fxratehistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='629221c99e0512d9cdbffc0e6427838ff5cd635a', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_32dc4', table='core_fxratehistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sealedsegment',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='0e8c2571eebc5b4f9edfa7e28379d22dd5d7d5f4', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_c7ef6', table='core_sealedsegment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userhistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='360a033eaf3d2744c18d18ba8661ae9a6f723134', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_d60d0', table='core_userhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rolerighthistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='640150f7625447b9c9392389863c985c7f6a1779', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_6e9b8', table='core_rolerighthistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userrole',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_userrolehistory" ("id", "user_id", "group_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."user_id", new_values."group_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='da61b3f442d0df18370daedd081ab2e3d232ec8e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_e1174', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='core_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userrole',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_userrolehistory" ("id", "user_id", "group_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."user_id", old_values."group_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='4f1ce12b72e6710adad3d49ba0298dfcc33e7f94', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_0c5c5', referencing='REFERENCING OLD TABLE AS old_values ', table='core_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userrole',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "core_userrolehistory" ("id", "user_id", "group_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."user_id", new_values."group_id", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='a580b256a54badf9a954bb618332a3a743a0d20a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_ca167', referencing='REFERENCING NEW TABLE AS new_values ', table='core_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userrolehistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='e2aea0fd463624c86ce22cdd9755ddfff9c2f11a', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_79337', table='core_userrolehistory', when='BEFORE')),
        ),
    ]
