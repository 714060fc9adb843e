import core.append_only
import core.audit.history
import core.money
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('billing', '0001_initial'),
        ('catalog', '0001_initial'),
        ('core', '0001_initial'),
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SimulatedPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=80, unique=True)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('refunded', 'Refunded')], default='pending', max_length=9)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=19)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.account')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('invoice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.invoice')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='simulated_payment_amount_positive')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('number', models.CharField(max_length=24, null=True)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('business_date', models.DateField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('received', 'Received'), ('failed', 'Failed'), ('reversed', 'Reversed')], default='pending', max_length=8)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='catalog.account')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='orders.order')),
                ('invoice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='billing.invoice')),
                ('method', models.CharField(choices=[('bank', 'Bank transfer'), ('card', 'Card'), ('cash', 'Cash')], default='bank', max_length=4)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=19)),
                ('fx_rate', models.DecimalField(decimal_places=12, default=1, max_digits=24)),
                ('fx_date', models.DateField(null=True)),
                ('reference', models.CharField(blank=True, default='', max_length=60)),
                ('provider', models.CharField(blank=True, default='', max_length=16)),
                ('provider_reference', models.CharField(blank=True, max_length=80, null=True)),
                ('import_key', models.CharField(blank=True, max_length=80, null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('received_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('receive_payment', 'Enter and apply payments'), ('reverse_payment', 'Reverse payments'), ('see_payments', 'See payments')],
                'indexes': [models.Index(fields=['company', '-id'], name='payment_newest'), models.Index(fields=['account', '-id'], name='payment_by_account')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='payment_number_once'), models.UniqueConstraint(fields=('provider', 'provider_reference'), name='payment_provider_reference_once', violation_error_message='This payment of the provider was booked before. Nothing was booked twice.'), models.UniqueConstraint(fields=('company', 'import_key'), name='payment_import_key_once', violation_error_message='A payment with this import key was booked before. Nothing was booked twice.'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_amount_positive', violation_error_message='A payment must be greater than zero.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'received'), _negated=True), ('received_at__isnull', False), _connector='OR'), name='payment_received_has_time')],
            },
        ),
        migrations.CreateModel(
            name='ProviderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('provider', models.CharField(max_length=16)),
                ('event_id', models.CharField(max_length=80)),
                ('kind', models.CharField(max_length=40)),
                ('payload', models.JSONField()),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='payments_pr_txid_e56803_brin')],
                'constraints': [models.UniqueConstraint(fields=('provider', 'event_id'), name='provider_event_once')],
            },
        ),
        migrations.CreateModel(
            name='SimulatedCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='payments.simulatedpayment')),
                ('event_id', models.CharField(max_length=80, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('delivered_count', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='PaymentHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='payments.payment')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('number', models.CharField(max_length=24, null=True)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('business_date', models.DateField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('received', 'Received'), ('failed', 'Failed'), ('reversed', 'Reversed')], default='pending', max_length=8)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.account')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orders.order')),
                ('invoice', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.invoice')),
                ('method', models.CharField(choices=[('bank', 'Bank transfer'), ('card', 'Card'), ('cash', 'Cash')], default='bank', max_length=4)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=19)),
                ('fx_rate', models.DecimalField(decimal_places=12, default=1, max_digits=24)),
                ('fx_date', models.DateField(null=True)),
                ('reference', models.CharField(blank=True, default='', max_length=60)),
                ('provider', models.CharField(blank=True, default='', max_length=16)),
                ('provider_reference', models.CharField(blank=True, max_length=80, null=True)),
                ('import_key', models.CharField(blank=True, max_length=80, null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('received_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'history of payment',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='payments_pa_txid_93a525_brin')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='providerevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='47b7a3329d6e3cb029b986e727d6b14ede8cca9a', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_92f80', table='payments_providerevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='legal_status', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{failed:received,pending:failed,pending:received,received:reversed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='b8fadb716696a6a2d79878f95a12e89147ec2b57', operation='UPDATE', pgid='pgtrigger_legal_status_ec35d', table='payments_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."status" = \'received\') AND ((OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."business_date" IS DISTINCT FROM (NEW."business_date") OR OLD."company_id" IS DISTINCT FROM (NEW."company_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."fx_date" IS DISTINCT FROM (NEW."fx_date") OR OLD."fx_rate" IS DISTINCT FROM (NEW."fx_rate") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_key" IS DISTINCT FROM (NEW."import_key") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."method" IS DISTINCT FROM (NEW."method") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."provider" IS DISTINCT FROM (NEW."provider") OR OLD."provider_reference" IS DISTINCT FROM (NEW."provider_reference") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."received_by_id" IS DISTINCT FROM (NEW."received_by_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference"))))', func="RAISE EXCEPTION '% is posted and does not change; write a new document', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'frozen_kept_rule';", hash='d33a705577619c1e8affd5d0e276181a3f0159d3', operation='UPDATE', pgid='pgtrigger_frozen_d1f35', table='payments_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is posted and cannot be deleted; reverse it', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'never_deleted_kept_rule';", hash='59d6db50fbefa4d6db0bef5d3a7c7deb9f58eba7', operation='DELETE', pgid='pgtrigger_never_deleted_075ea', table='payments_payment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "payments_paymenthistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "account_id", "order_id", "invoice_id", "method", "amount", "fx_rate", "fx_date", "reference", "provider", "provider_reference", "import_key", "received_at", "received_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."number", new_values."currency", new_values."business_date", new_values."created_at", new_values."created_by_id", new_values."status", new_values."account_id", new_values."order_id", new_values."invoice_id", new_values."method", new_values."amount", new_values."fx_rate", new_values."fx_date", new_values."reference", new_values."provider", new_values."provider_reference", new_values."import_key", new_values."received_at", new_values."received_by_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."account_id" IS DISTINCT FROM (new_values."account_id") OR old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."business_date" IS DISTINCT FROM (new_values."business_date") OR old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."fx_date" IS DISTINCT FROM (new_values."fx_date") OR old_values."fx_rate" IS DISTINCT FROM (new_values."fx_rate") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."import_key" IS DISTINCT FROM (new_values."import_key") OR old_values."invoice_id" IS DISTINCT FROM (new_values."invoice_id") OR old_values."method" IS DISTINCT FROM (new_values."method") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."provider" IS DISTINCT FROM (new_values."provider") OR old_values."provider_reference" IS DISTINCT FROM (new_values."provider_reference") OR old_values."received_at" IS DISTINCT FROM (new_values."received_at") OR old_values."received_by_id" IS DISTINCT FROM (new_values."received_by_id") OR old_values."reference" IS DISTINCT FROM (new_values."reference") OR old_values."status" IS DISTINCT FROM (new_values."status")); RETURN NULL;', hash='636c18b24c58823dd3f15ee31dc10d46879e8e99', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_3b185', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='payments_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "payments_paymenthistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "account_id", "order_id", "invoice_id", "method", "amount", "fx_rate", "fx_date", "reference", "provider", "provider_reference", "import_key", "received_at", "received_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."number", old_values."currency", old_values."business_date", old_values."created_at", old_values."created_by_id", old_values."status", old_values."account_id", old_values."order_id", old_values."invoice_id", old_values."method", old_values."amount", old_values."fx_rate", old_values."fx_date", old_values."reference", old_values."provider", old_values."provider_reference", old_values."import_key", old_values."received_at", old_values."received_by_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='e437fabb203bf01661620990c9942ec297c4b2f1', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_05cbe', referencing='REFERENCING OLD TABLE AS old_values ', table='payments_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "payments_paymenthistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "account_id", "order_id", "invoice_id", "method", "amount", "fx_rate", "fx_date", "reference", "provider", "provider_reference", "import_key", "received_at", "received_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."number", new_values."currency", new_values."business_date", new_values."created_at", new_values."created_by_id", new_values."status", new_values."account_id", new_values."order_id", new_values."invoice_id", new_values."method", new_values."amount", new_values."fx_rate", new_values."fx_date", new_values."reference", new_values."provider", new_values."provider_reference", new_values."import_key", new_values."received_at", new_values."received_by_id", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='ab9fb850f03410ef11061bb94cd4993aaf85ed2e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_4b202', referencing='REFERENCING NEW TABLE AS new_values ', table='payments_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymenthistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='46f9b4ddb1865287edb812bce2b73b8253fbc0ae', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_1c8dc', table='payments_paymenthistory', when='BEFORE')),
        ),
    ]
