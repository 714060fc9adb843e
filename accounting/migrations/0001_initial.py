import core.append_only
import core.audit.history
import core.money
import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
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
            name='JournalEntry',
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
                ('source_type', models.CharField(max_length=32)),
                ('source_id', models.BigIntegerField()),
                ('purpose', models.CharField(max_length=32)),
                ('description', models.CharField(max_length=200)),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='accounting.journalentry')),
                ('posted_at', models.DateTimeField(null=True)),
                ('posted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'journal entries',
                'permissions': [('post_entry', 'Post manual journal entries'), ('reverse_entry', 'Reverse journal entries'), ('view_ledger', 'See the ledger and its reports')],
                'indexes': [models.Index(fields=['company', 'business_date', 'id'], name='entry_by_date')],
                'constraints': [models.UniqueConstraint(fields=('source_type', 'source_id', 'purpose'), name='entry_source_once', violation_error_message='This was posted to the ledger before. Nothing was posted twice.'), models.UniqueConstraint(fields=('company', 'number'), name='entry_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('status', 'draft')), models.Q(('number__isnull', False), ('status', 'posted')), _connector='OR'), name='entry_posted_has_number')],
            },
        ),
        migrations.CreateModel(
            name='LedgerAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ledger_accounts', to='core.company')),
                ('code', models.CharField(max_length=12)),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('asset', 'Asset'), ('liability', 'Liability'), ('equity', 'Equity'), ('income', 'Income'), ('expense', 'Expense')], max_length=9)),
                ('control', models.CharField(blank=True, choices=[('', '—'), ('receivable', 'Receivables'), ('unapplied', 'Unapplied payments'), ('stock', 'Stock'), ('grni', 'Goods received, not invoiced'), ('tax', 'Tax'), ('rebate', 'Rebate accruals')], default='', max_length=12)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'permissions': [('maintain_chart', 'Maintain the chart of accounts and posting rules')],
                'constraints': [models.UniqueConstraint(fields=('company', 'code'), name='ledger_account_code_once', violation_error_message='There is already an account with this code in this company.')],
            },
        ),
        migrations.CreateModel(
            name='OpenItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='catalog.account')),
                ('source_type', models.CharField(max_length=32)),
                ('source_id', models.BigIntegerField()),
                ('instalment', models.PositiveSmallIntegerField(default=1)),
                ('reference', models.CharField(blank=True, default='', max_length=40)),
                ('control', models.CharField(default='receivable', max_length=12)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('amount', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('open_amount', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('functional_amount', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('functional_open', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('issued_on', models.DateField()),
                ('due_on', models.DateField()),
                ('discount_until', models.DateField(null=True)),
                ('discount_percent', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ('settled_on', models.DateField(null=True)),
                ('is_disputed', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('open_amount', 0), _negated=True), fields=['company', 'account', 'due_on'], name='open_item_still_open'), models.Index(fields=['account', 'issued_on'], name='open_item_by_account')],
                'constraints': [models.UniqueConstraint(fields=('source_type', 'source_id', 'instalment'), name='open_item_source_once', violation_error_message='This document has its open item already. Nothing was changed.'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('open_amount__gte', 0), ('open_amount__lte', models.F('amount'))), models.Q(('amount__lt', 0), ('open_amount__gte', models.F('amount')), ('open_amount__lte', 0)), models.Q(('amount', 0), ('open_amount', 0)), _connector='OR'), name='open_item_between_zero_and_amount', violation_error_message='More was applied than is open.'), models.CheckConstraint(condition=models.Q(models.Q(('open_amount', 0), ('settled_on__isnull', False)), models.Q(models.Q(('open_amount', 0), _negated=True), ('settled_on__isnull', True)), _connector='OR'), name='open_item_settled_when_zero'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gte', 0), ('functional_open__gte', 0), ('functional_open__lte', models.F('functional_amount'))), models.Q(('amount__lte', 0), ('functional_open__gte', models.F('functional_amount')), ('functional_open__lte', 0)), _connector='OR'), name='open_item_functional_between_zero_and_amount'), models.CheckConstraint(condition=models.Q(models.Q(('open_amount', 0), _negated=True), ('functional_open', 0), _connector='OR'), name='open_item_zero_in_both_currencies'), models.CheckConstraint(condition=models.Q(('control__in', ['receivable', 'unapplied'])), name='open_item_of_a_subledger')],
            },
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='core.company')),
                ('name', models.CharField(max_length=12)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('is_locked', models.BooleanField(default=False)),
                ('locked_at', models.DateTimeField(null=True)),
                ('locked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('lock_period', 'Lock periods'), ('reopen_period', 'Reopen locked periods')],
                'constraints': [models.UniqueConstraint(fields=('company', 'name'), name='period_name_once'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='period_ends_after_it_starts'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('company', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='daterange'), '&&')], name='period_does_not_overlap', violation_error_message='This period overlaps another one.')],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('debit_item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='accounting.openitem')),
                ('credit_item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applied_to', to='accounting.openitem')),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('amount', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('debit_functional', core.money.LedgerAmountField(decimal_places=4, default=0, max_digits=19)),
                ('credit_functional', core.money.LedgerAmountField(decimal_places=4, default=0, max_digits=19)),
                ('fx_difference', core.money.LedgerAmountField(decimal_places=4, default=0, max_digits=19)),
                ('business_date', models.DateField()),
                ('source_type', models.CharField(max_length=32)),
                ('source_id', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('command_uid', models.UUIDField()),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='accounting__txid_1f4199_brin'), models.Index(fields=['debit_item'], name='application_by_claim'), models.Index(fields=['credit_item'], name='application_by_counter_claim')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='application_is_not_zero'), models.CheckConstraint(condition=models.Q(('fx_difference', django.db.models.expressions.CombinedExpression(models.F('credit_functional'), '-', models.F('debit_functional')))), name='application_difference_is_between_its_sides')],
            },
        ),
        migrations.CreateModel(
            name='JournalEntryHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounting.journalentry')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('number', models.CharField(max_length=24, null=True)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('business_date', models.DateField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('posted', 'Posted')], default='draft', max_length=8)),
                ('source_type', models.CharField(max_length=32)),
                ('source_id', models.BigIntegerField()),
                ('purpose', models.CharField(max_length=32)),
                ('description', models.CharField(max_length=200)),
                ('reverses', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounting.journalentry')),
                ('posted_at', models.DateTimeField(null=True)),
                ('posted_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'history of journal entry',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='accounting__txid_500307_brin')],
            },
        ),
        migrations.CreateModel(
            name='JournalLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='accounting.journalentry')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='accounting.ledgeraccount')),
                ('business_date', models.DateField()),
                ('debit', core.money.LedgerAmountField(decimal_places=4, default=0, max_digits=19)),
                ('credit', core.money.LedgerAmountField(decimal_places=4, default=0, max_digits=19)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('document_amount', core.money.LedgerAmountField(decimal_places=4, max_digits=19)),
                ('fx_rate', models.DecimalField(decimal_places=12, default=1, max_digits=24)),
                ('fx_date', models.DateField(null=True)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.account')),
                ('text', models.CharField(blank=True, default='', max_length=120)),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='accounting__txid_1def10_brin'), models.Index(fields=['account', 'business_date', 'id'], name='line_by_account_and_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(('debit__gte', 0), ('credit__gte', 0), models.Q(('debit', 0), ('credit', 0), _connector='OR')), name='line_has_one_side'), models.CheckConstraint(condition=models.Q(models.Q(('debit__gt', 0), ('document_amount__gte', 0)), models.Q(('credit__gt', 0), ('document_amount__lte', 0)), models.Q(('credit', 0), ('debit', 0)), _connector='OR'), name='line_document_amount_on_its_side')],
            },
        ),
        migrations.CreateModel(
            name='LedgerAccountHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounting.ledgeraccount')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('code', models.CharField(max_length=12)),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('asset', 'Asset'), ('liability', 'Liability'), ('equity', 'Equity'), ('income', 'Income'), ('expense', 'Expense')], max_length=9)),
                ('control', models.CharField(blank=True, choices=[('', '—'), ('receivable', 'Receivables'), ('unapplied', 'Unapplied payments'), ('stock', 'Stock'), ('grni', 'Goods received, not invoiced'), ('tax', 'Tax'), ('rebate', 'Rebate accruals')], default='', max_length=12)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'history of ledger account',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='accounting__txid_32ee43_brin')],
            },
        ),
        migrations.CreateModel(
            name='PeriodHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounting.period')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('name', models.CharField(max_length=12)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('is_locked', models.BooleanField(default=False)),
                ('locked_at', models.DateTimeField(null=True)),
                ('locked_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'history of period',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='accounting__txid_3ab9dc_brin')],
            },
        ),
        migrations.CreateModel(
            name='PostingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='posting_rules', to='core.company')),
                ('purpose', models.CharField(max_length=24)),
                ('group', models.CharField(blank=True, default='', max_length=24)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posting_rules', to='accounting.ledgeraccount')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'purpose', 'group'), name='posting_rule_once')],
            },
        ),
        migrations.CreateModel(
            name='PostingRuleHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounting.postingrule')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('purpose', models.CharField(max_length=24)),
                ('group', models.CharField(blank=True, default='', max_length=24)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounting.ledgeraccount')),
            ],
            options={
                'verbose_name': 'history of posting rule',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='accounting__txid_e8e3ee_brin')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='legal_status', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:posted}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='1410affb7023541a94a9a6fda195ff79d3b3cd6b', operation='UPDATE', pgid='pgtrigger_legal_status_8a57f', table='accounting_journalentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."status" = \'posted\') AND (OLD.* IS DISTINCT FROM NEW.*))', func="RAISE EXCEPTION '% is posted and does not change; write a new document', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'frozen_kept_rule';", hash='44974f2f6771fd482bf6fbc855c1a717ddadd515', operation='UPDATE', pgid='pgtrigger_frozen_d088d', table='accounting_journalentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" = \'posted\')', func="RAISE EXCEPTION '% is posted and cannot be deleted; reverse it', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'never_deleted_kept_rule';", hash='ac1c5eb243f46b8feffbd03587097e04b884fa58', operation='DELETE', pgid='pgtrigger_never_deleted_9d09f', table='accounting_journalentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='balanced_at_posting', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'posted\')', constraint='CONSTRAINT', func="\n    IF (SELECT count(*) < 2 OR coalesce(sum(debit), 0) <> coalesce(sum(credit), 0)\n        FROM accounting_journalline WHERE entry_id = NEW.id) THEN\n        RAISE EXCEPTION 'A journal entry has at least two lines and balances exactly'\n            USING ERRCODE = '23514', CONSTRAINT = 'entry_balances_kept_rule';\n    END IF;\n    RETURN NULL;\n", hash='f43ed81039feed686cd7d75e119bf45981d0ff2c', operation='UPDATE OR INSERT', pgid='pgtrigger_balanced_at_posting_37aeb', table='accounting_journalentry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='period_is_open', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'posted\' AND OLD."status" = \'draft\')', func="\n    PERFORM 1 FROM accounting_period p WHERE p.company_id = NEW.company_id\n        AND NEW.business_date BETWEEN p.starts_on AND p.ends_on AND NOT p.is_locked FOR SHARE;\n    IF NOT FOUND THEN\n        RAISE EXCEPTION 'The period of % is locked or does not exist; nothing was posted', NEW.business_date\n            USING ERRCODE = '23514', CONSTRAINT = 'period_open_kept_rule';\n    END IF;\n    RETURN NEW;\n", hash='3d93e9e87ac4ec385b382edebfb7dbfc3eae5e63', operation='UPDATE', pgid='pgtrigger_period_is_open_b2b6e', table='accounting_journalentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_journalentryhistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "source_type", "source_id", "purpose", "description", "reverses_id", "posted_at", "posted_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."number", new_values."currency", new_values."business_date", new_values."created_at", new_values."created_by_id", new_values."status", new_values."source_type", new_values."source_id", new_values."purpose", new_values."description", new_values."reverses_id", new_values."posted_at", new_values."posted_by_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."business_date" IS DISTINCT FROM (new_values."business_date") OR old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."description" IS DISTINCT FROM (new_values."description") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."posted_at" IS DISTINCT FROM (new_values."posted_at") OR old_values."posted_by_id" IS DISTINCT FROM (new_values."posted_by_id") OR old_values."purpose" IS DISTINCT FROM (new_values."purpose") OR old_values."reverses_id" IS DISTINCT FROM (new_values."reverses_id") OR old_values."source_id" IS DISTINCT FROM (new_values."source_id") OR old_values."source_type" IS DISTINCT FROM (new_values."source_type") OR old_values."status" IS DISTINCT FROM (new_values."status")); RETURN NULL;', hash='d503d545d50d296b2b6e39a2a432f19f89358bc5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_02229', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounting_journalentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentry',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_journalentryhistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "status", "source_type", "source_id", "purpose", "description", "reverses_id", "posted_at", "posted_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."number", old_values."currency", old_values."business_date", old_values."created_at", old_values."created_by_id", old_values."status", old_values."source_type", old_values."source_id", old_values."purpose", old_values."description", old_values."reverses_id", old_values."posted_at", old_values."posted_by_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='7a8d19168401d507797c89e44d7ffa5d3181e626', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_6b5e5', referencing='REFERENCING OLD TABLE AS old_values ', table='accounting_journalentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalentryhistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='70ca40efe299bdd591e28ee62674c3c1a2bb67bc', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_ef3e0', table='accounting_journalentryhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgeraccount',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_ledgeraccounthistory" ("id", "company_id", "code", "name", "kind", "control", "is_active", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."code", new_values."name", new_values."kind", new_values."control", new_values."is_active", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='ad232bf92dfe392029ada24f3b1bcd3b1156ae9b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_139f5', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounting_ledgeraccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgeraccount',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_ledgeraccounthistory" ("id", "company_id", "code", "name", "kind", "control", "is_active", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."code", old_values."name", old_values."kind", old_values."control", old_values."is_active", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='e864ad297c51215bbbe54358e056740f81a70a7b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_1d900', referencing='REFERENCING OLD TABLE AS old_values ', table='accounting_ledgeraccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgeraccount',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_ledgeraccounthistory" ("id", "company_id", "code", "name", "kind", "control", "is_active", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."code", new_values."name", new_values."kind", new_values."control", new_values."is_active", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='eb5e914ec658e13f3c4a37ce89724b040f452cf5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_f9c88', referencing='REFERENCING NEW TABLE AS new_values ', table='accounting_ledgeraccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='0e99488d6239ca2758a08db9ef2c202fb6893ea6', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_9bb74', table='accounting_journalline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='journalline',
            trigger=pgtrigger.compiler.Trigger(name='entry_still_open', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    PERFORM 1 FROM accounting_journalentry e WHERE e.id IN (SELECT entry_id FROM added) ORDER BY e.id FOR SHARE;\n    IF EXISTS (SELECT 1 FROM accounting_journalentry e\n               WHERE e.id IN (SELECT entry_id FROM added) AND e.status = 'posted') THEN\n        RAISE EXCEPTION 'The entry is posted; reverse it instead'\n            USING ERRCODE = '23514', CONSTRAINT = 'entry_open_kept_rule';\n    END IF;\n    RETURN NULL;\n", hash='b1c175461a9f3079a52cfcd8ce317942dd28f6de', level='STATEMENT', operation='INSERT', pgid='pgtrigger_entry_still_open_a0dff', referencing='REFERENCING NEW TABLE AS added ', table='accounting_journalline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgeraccounthistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='7286ef129f034de15dd1bdc9d73a0a9a133a2e5e', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_b512d', table='accounting_ledgeraccounthistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='openitem',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% is posted and cannot be deleted; reverse it', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'never_deleted_kept_rule';", hash='10f1d43583c3bfb5294baefa24f3c1aa4d48d4f6', operation='DELETE', pgid='pgtrigger_never_deleted_ea7b2', table='accounting_openitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='openitem',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."amount" IS NOT NULL) AND ((OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."company_id" IS DISTINCT FROM (NEW."company_id") OR OLD."control" IS DISTINCT FROM (NEW."control") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."discount_percent" IS DISTINCT FROM (NEW."discount_percent") OR OLD."discount_until" IS DISTINCT FROM (NEW."discount_until") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."functional_amount" IS DISTINCT FROM (NEW."functional_amount") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."instalment" IS DISTINCT FROM (NEW."instalment") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."source_type" IS DISTINCT FROM (NEW."source_type"))))', func="RAISE EXCEPTION '% is posted and does not change; write a new document', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'frozen_kept_rule';", hash='1b805ed55da56c635a80908c8036faa5fbaeadd0', operation='UPDATE', pgid='pgtrigger_frozen_cd7a7', table='accounting_openitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='d1a712d12acbda3c6a671ec127c80f91bef9fff9', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_44381', table='accounting_application', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='application_fits', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE offence text;', func="\n    PERFORM 1 FROM accounting_openitem i\n        WHERE i.id IN (SELECT debit_item_id FROM added UNION SELECT credit_item_id FROM added)\n        ORDER BY i.id FOR NO KEY UPDATE;\n    SELECT d.reference INTO offence FROM added a\n        JOIN accounting_openitem d ON d.id = a.debit_item_id JOIN accounting_openitem c ON c.id = a.credit_item_id\n        WHERE d.company_id <> c.company_id OR d.company_id <> a.company_id OR d.account_id <> c.account_id\n            OR d.currency <> c.currency OR d.currency <> a.currency OR d.amount <= 0 OR c.amount >= 0 LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION '%: a counter-claim is set against a claim of the same account, company and currency', offence\n            USING ERRCODE = '23514', CONSTRAINT = 'application_partners_kept_rule';\n    END IF;\n    SELECT i.reference INTO offence FROM accounting_openitem i\n        JOIN (SELECT debit_item_id AS id FROM added UNION SELECT credit_item_id FROM added) touched ON touched.id = i.id\n        CROSS JOIN LATERAL (SELECT coalesce(sum(p.amount), 0) AS applied FROM accounting_application p\n            WHERE p.debit_item_id = i.id OR p.credit_item_id = i.id) s\n        WHERE s.applied < 0 OR s.applied > abs(i.amount) LIMIT 1;\n    IF FOUND THEN\n        RAISE EXCEPTION '%: more was applied than is open', offence\n            USING ERRCODE = '23514', CONSTRAINT = 'application_within_open_kept_rule';\n    END IF;\n    RETURN NULL;\n", hash='fde522e66906f8c806db24cce122efce4f3eb4ab', level='STATEMENT', operation='INSERT', pgid='pgtrigger_application_fits_79d23', referencing='REFERENCING NEW TABLE AS added ', table='accounting_application', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_periodhistory" ("id", "company_id", "name", "starts_on", "ends_on", "is_locked", "locked_at", "locked_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."name", new_values."starts_on", new_values."ends_on", new_values."is_locked", new_values."locked_at", new_values."locked_by_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='91db5ee3bba1aaf070736bc5022018f2e6cce781', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_fbc86', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounting_period', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_periodhistory" ("id", "company_id", "name", "starts_on", "ends_on", "is_locked", "locked_at", "locked_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."name", old_values."starts_on", old_values."ends_on", old_values."is_locked", old_values."locked_at", old_values."locked_by_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='34b5698c10becbbbc9358182cb6822c939ead1f7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_ec24b', referencing='REFERENCING OLD TABLE AS old_values ', table='accounting_period', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_periodhistory" ("id", "company_id", "name", "starts_on", "ends_on", "is_locked", "locked_at", "locked_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."name", new_values."starts_on", new_values."ends_on", new_values."is_locked", new_values."locked_at", new_values."locked_by_id", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='a8984aa05812518f8af32d4a3ec22294be2924b9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_a573e', referencing='REFERENCING NEW TABLE AS new_values ', table='accounting_period', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='periodhistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='a75d1d1939d1c5a1f7b0f3b9186164230ce3b25a', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_0627b', table='accounting_periodhistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='postingrule',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_postingrulehistory" ("id", "company_id", "purpose", "group", "account_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."purpose", new_values."group", new_values."account_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*); RETURN NULL;', hash='7ee21e63a0ad2c4a095c1dc45568d8654a26b3b9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_d787c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounting_postingrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='postingrule',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_postingrulehistory" ("id", "company_id", "purpose", "group", "account_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."purpose", old_values."group", old_values."account_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='e016809cd10fd2f65e1c98b057a86d54f23e18cf', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_239ca', referencing='REFERENCING OLD TABLE AS old_values ', table='accounting_postingrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='postingrule',
            trigger=pgtrigger.compiler.Trigger(name='history_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounting_postingrulehistory" ("id", "company_id", "purpose", "group", "account_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."purpose", new_values."group", new_values."account_id", new_values.id, \'insert\', statement_timestamp() FROM new_values ; RETURN NULL;', hash='28039cc083f56bd7c6f5652746e76f3f06e8a4f8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_history_insert_1438d', referencing='REFERENCING NEW TABLE AS new_values ', table='accounting_postingrule', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='postingrulehistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='7a8f578ce8adc225ec5b193a5fcbad5554cb58d5', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_893ea', table='accounting_postingrulehistory', when='BEFORE')),
        ),
    ]
