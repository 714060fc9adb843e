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
        ('catalog', '0001_initial'),
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RebateAgreement',
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
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('settled', 'Settled')], default='draft', max_length=8)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rebate_agreements', to='catalog.account')),
                ('name', models.CharField(max_length=120)),
                ('method', models.CharField(choices=[('cumulative', 'Reached rate on the whole'), ('stepped', 'Each slice at its own rate')], default='cumulative', max_length=12)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.category')),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField()),
                ('expected_percent', models.DecimalField(decimal_places=4, max_digits=7)),
                ('activated_at', models.DateTimeField(null=True)),
                ('activated_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('maintain_agreement', 'Create and change rebate agreements'), ('settle_agreement', 'Settle rebates'), ('see_rebates', 'See rebates')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='rebate_agreement_number_once'), models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('valid_from'))), name='rebate_agreement_ends_after_it_starts', violation_error_message='An agreement must end after it starts.'), models.CheckConstraint(condition=models.Q(('expected_percent__range', (0, 100))), name='rebate_expected_is_a_percentage')],
            },
        ),
        migrations.CreateModel(
            name='RebateAgreementHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rebates.rebateagreement')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('number', models.CharField(max_length=24, null=True)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('business_date', models.DateField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('settled', 'Settled')], default='draft', max_length=8)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.account')),
                ('name', models.CharField(max_length=120)),
                ('method', models.CharField(choices=[('cumulative', 'Reached rate on the whole'), ('stepped', 'Each slice at its own rate')], default='cumulative', max_length=12)),
                ('category', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.category')),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField()),
                ('expected_percent', models.DecimalField(decimal_places=4, max_digits=7)),
                ('activated_at', models.DateTimeField(null=True)),
                ('activated_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'history of rebate agreement',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='rebates_reb_txid_f0292e_brin')],
            },
        ),
        migrations.CreateModel(
            name='RebateSettlement',
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
                ('status', models.CharField(choices=[('draft', 'Draft'), ('posted', 'Posted')], default='draft', max_length=8)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='rebates.rebateagreement')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rebate_settlements', to='catalog.account')),
                ('earned', models.DecimalField(decimal_places=4, max_digits=19)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=19)),
                ('is_final', models.BooleanField(default=False)),
                ('trace', models.JSONField(default=list)),
                ('posted_at', models.DateTimeField(null=True)),
                ('posted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='rebate_settlement_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('status', 'draft')), models.Q(('number__isnull', False), ('status', 'posted')), _connector='OR'), name='rebate_settlement_posted_has_number')],
            },
        ),
        migrations.CreateModel(
            name='RebateTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tiers', to='rebates.rebateagreement')),
                ('starts_at', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('percent', models.DecimalField(decimal_places=4, max_digits=7)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agreement', 'starts_at'), name='rebate_tier_once'), models.CheckConstraint(condition=models.Q(('percent__range', (0, 100)), ('starts_at__gte', 0)), name='rebate_tier_sane')],
            },
        ),
        migrations.CreateModel(
            name='RebateTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='totals', to='rebates.rebateagreement')),
                ('base', models.DecimalField(db_default=0, decimal_places=4, max_digits=19)),
                ('accrued', models.DecimalField(db_default=0, decimal_places=4, max_digits=19)),
                ('settled', models.DecimalField(db_default=0, decimal_places=4, max_digits=19)),
                ('liability', models.DecimalField(db_default=0, decimal_places=4, max_digits=19)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'agreement'), name='rebate_total_once'), models.CheckConstraint(condition=models.Q(('settled__lte', models.F('accrued'))), name='rebate_total_settled_within_accrued'), models.CheckConstraint(condition=models.Q(models.Q(('settled', models.F('accrued')), _negated=True), ('liability', 0), _connector='OR'), name='rebate_total_owes_nothing_when_settled')],
            },
        ),
        migrations.CreateModel(
            name='RebateSettlementHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rebates.rebatesettlement')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('number', models.CharField(max_length=24, null=True)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('business_date', models.DateField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('posted', 'Posted')], default='draft', max_length=8)),
                ('agreement', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rebates.rebateagreement')),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.account')),
                ('earned', models.DecimalField(decimal_places=4, max_digits=19)),
                ('amount', models.DecimalField(decimal_places=4, max_digits=19)),
                ('is_final', models.BooleanField(default=False)),
                ('posted_at', models.DateTimeField(null=True)),
                ('posted_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'history of rebate settlement',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='rebates_reb_txid_311bd4_brin')],
            },
        ),
        migrations.CreateModel(
            name='RebateTierHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rebates.rebatetier')),
                ('id', models.BigIntegerField()),
                ('agreement', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='rebates.rebateagreement')),
                ('starts_at', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('percent', models.DecimalField(decimal_places=4, max_digits=7)),
            ],
            options={
                'verbose_name': 'history of rebate tier',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='rebates_reb_txid_ea46ee_brin')],
            },
        ),
        migrations.CreateModel(
            name='RebateMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('source_type', models.CharField(max_length=32)),
                ('source_id', models.BigIntegerField()),
                ('purpose', models.CharField(max_length=32)),
                ('business_date', models.DateField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('command_uid', models.UUIDField()),
                ('total', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='rebates.rebatetotal')),
                ('base', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('accrued', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('settled', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('liability', core.money.LedgerAmountField(decimal_places=4, default=0, max_digits=19)),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='rebates_reb_txid_d70b68_brin')],
                'constraints': [models.UniqueConstraint(fields=('source_type', 'source_id', 'purpose', 'total'), name='rebate_movement_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebateagreement',
            trigger=pgtrigger.compiler.Trigger(name='legal_status', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{active:settled,draft:active}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='fe9a6b44a2fd23fc08fb761ab741c0204ef68209', operation='UPDATE', pgid='pgtrigger_legal_status_b962a', table='rebates_rebateagreement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebateagreement',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."status" = \'draft\'))', func="RAISE EXCEPTION '% is posted and cannot be deleted; reverse it', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'never_deleted_kept_rule';", hash='06216477c8aabf548ed09d31ef10efeaddd8ae33', operation='DELETE', pgid='pgtrigger_never_deleted_67571', table='rebates_rebateagreement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebateagreement',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebateagreementhistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "account_id", "name", "method", "category_id", "valid_from", "valid_until", "expected_percent", "activated_at", "activated_by_id", "settled_at", "settled_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."number", new_values."currency", new_values."business_date", new_values."created_at", new_values."created_by_id", new_values."status", new_values."account_id", new_values."name", new_values."method", new_values."category_id", new_values."valid_from", new_values."valid_until", new_values."expected_percent", new_values."activated_at", new_values."activated_by_id", new_values."settled_at", new_values."settled_by_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."account_id" IS DISTINCT FROM (new_values."account_id") OR old_values."activated_at" IS DISTINCT FROM (new_values."activated_at") OR old_values."activated_by_id" IS DISTINCT FROM (new_values."activated_by_id") OR old_values."business_date" IS DISTINCT FROM (new_values."business_date") OR old_values."category_id" IS DISTINCT FROM (new_values."category_id") OR old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."expected_percent" IS DISTINCT FROM (new_values."expected_percent") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."method" IS DISTINCT FROM (new_values."method") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."settled_at" IS DISTINCT FROM (new_values."settled_at") OR old_values."settled_by_id" IS DISTINCT FROM (new_values."settled_by_id") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."valid_from" IS DISTINCT FROM (new_values."valid_from") OR old_values."valid_until" IS DISTINCT FROM (new_values."valid_until")); RETURN NULL;', hash='ee67f13ce85a54b310ca5ce005a9c9a8d6444122', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_bedad', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='rebates_rebateagreement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebateagreement',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebateagreementhistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "account_id", "name", "method", "category_id", "valid_from", "valid_until", "expected_percent", "activated_at", "activated_by_id", "settled_at", "settled_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."number", old_values."currency", old_values."business_date", old_values."created_at", old_values."created_by_id", old_values."status", old_values."account_id", old_values."name", old_values."method", old_values."category_id", old_values."valid_from", old_values."valid_until", old_values."expected_percent", old_values."activated_at", old_values."activated_by_id", old_values."settled_at", old_values."settled_by_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='ba008b5dfc828290f3a6629015c0acb5b783cdc8', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_9ead8', referencing='REFERENCING OLD TABLE AS old_values ', table='rebates_rebateagreement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebateagreement',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebateagreementhistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "account_id", "name", "method", "category_id", "valid_from", "valid_until", "expected_percent", "activated_at", "activated_by_id", "settled_at", "settled_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."number", new_values."currency", new_values."business_date", new_values."created_at", new_values."created_by_id", new_values."status", new_values."account_id", new_values."name", new_values."method", new_values."category_id", new_values."valid_from", new_values."valid_until", new_values."expected_percent", new_values."activated_at", new_values."activated_by_id", new_values."settled_at", new_values."settled_by_id", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='79cb2ec83bb6a831ba448ce430e9d4bc1984db4a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_f9b45', referencing='REFERENCING NEW TABLE AS new_values ', table='rebates_rebateagreement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebateagreementhistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='c0652cc74e57634081973094d9ebfd8b2814eb0f', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_d1bf3', table='rebates_rebateagreementhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatesettlement',
            trigger=pgtrigger.compiler.Trigger(name='legal_status', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:posted}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='5d783012e8ba4091e6defd098e0b0f68cf7404be', operation='UPDATE', pgid='pgtrigger_legal_status_28585', table='rebates_rebatesettlement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatesettlement',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."status" = \'posted\') AND (OLD.* IS DISTINCT FROM NEW.*))', func="RAISE EXCEPTION '% is posted and does not change; write a new document', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'frozen_kept_rule';", hash='0685534cd788f612332637e6f6f58d725bd328a3', operation='UPDATE', pgid='pgtrigger_frozen_49103', table='rebates_rebatesettlement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatesettlement',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" = \'posted\')', func="RAISE EXCEPTION '% is posted and cannot be deleted; reverse it', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'never_deleted_kept_rule';", hash='359823c845ec324d579ce0a6f05a45d74236568b', operation='DELETE', pgid='pgtrigger_never_deleted_e468a', table='rebates_rebatesettlement', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatesettlement',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebatesettlementhistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "agreement_id", "account_id", "earned", "amount", "is_final", "posted_at", "posted_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."number", new_values."currency", new_values."business_date", new_values."created_at", new_values."created_by_id", new_values."status", new_values."agreement_id", new_values."account_id", new_values."earned", new_values."amount", new_values."is_final", new_values."posted_at", new_values."posted_by_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."account_id" IS DISTINCT FROM (new_values."account_id") OR old_values."agreement_id" IS DISTINCT FROM (new_values."agreement_id") OR old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."business_date" IS DISTINCT FROM (new_values."business_date") OR old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."earned" IS DISTINCT FROM (new_values."earned") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_final" IS DISTINCT FROM (new_values."is_final") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."posted_at" IS DISTINCT FROM (new_values."posted_at") OR old_values."posted_by_id" IS DISTINCT FROM (new_values."posted_by_id") OR old_values."status" IS DISTINCT FROM (new_values."status")); RETURN NULL;', hash='7964cf71a5f534a1f2e0a29d5f042c028543090d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_e52d2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='rebates_rebatesettlement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatesettlement',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebatesettlementhistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "agreement_id", "account_id", "earned", "amount", "is_final", "posted_at", "posted_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."number", old_values."currency", old_values."business_date", old_values."created_at", old_values."created_by_id", old_values."status", old_values."agreement_id", old_values."account_id", old_values."earned", old_values."amount", old_values."is_final", old_values."posted_at", old_values."posted_by_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='4fcbaa7b2468984ce481a0fa72ec682427e66612', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_11da5', referencing='REFERENCING OLD TABLE AS old_values ', table='rebates_rebatesettlement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatesettlementhistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='7f36485505db59168b1ef61926898268be34d791', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_76a6d', table='rebates_rebatesettlementhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatetier',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebatetierhistory" ("id", "agreement_id", "starts_at", "percent", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."agreement_id", new_values."starts_at", new_values."percent", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='3d9e22ee0272e06cec510e41904a59bbb1957d2d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_f2670', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='rebates_rebatetier', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatetier',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebatetierhistory" ("id", "agreement_id", "starts_at", "percent", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."agreement_id", old_values."starts_at", old_values."percent", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='9d46703ef7d7eb02eb1b6f0e6d8a2ce6f9c9f9cb', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_cc63f', referencing='REFERENCING OLD TABLE AS old_values ', table='rebates_rebatetier', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatetier',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "rebates_rebatetierhistory" ("id", "agreement_id", "starts_at", "percent", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."agreement_id", new_values."starts_at", new_values."percent", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='f189a4de0b821c43fe57e7a7821fc41557201a9b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_c59ed', referencing='REFERENCING NEW TABLE AS new_values ', table='rebates_rebatetier', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatetierhistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='957e6e26810a88410c9b2c57fd9e9aaba99f2aa1', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_0fcf1', table='rebates_rebatetierhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rebatemovement',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='9b9d92d59ea6d44e29c9eb22acd6d45342f177eb', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_e7497', table='rebates_rebatemovement', when='BEFORE')),
        ),
    ]
