import core.append_only
import core.audit.history
import core.money
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
        ('fulfillment', '0001_initial'),
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invoice',
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
                ('direction', models.CharField(choices=[('invoice', 'Invoice'), ('credit', 'Credit note')], default='invoice', max_length=7)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('posted', 'Posted'), ('reversed', 'Reversed')], default='draft', max_length=8)),
                ('payment_state', models.CharField(choices=[('open', 'Open'), ('part', 'Part paid'), ('paid', 'Paid')], default='open', max_length=4)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='catalog.account')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='orders.order')),
                ('credits', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_notes', to='billing.invoice')),
                ('rma', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_notes', to='fulfillment.return')),
                ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.paymentterms')),
                ('bill_to', models.TextField(blank=True, default='')),
                ('customer_reference', models.CharField(blank=True, default='', max_length=60)),
                ('tax_point_on', models.DateField()),
                ('due_on', models.DateField()),
                ('price_basis', models.CharField(default='net', max_length=5)),
                ('net', models.DecimalField(decimal_places=4, max_digits=19)),
                ('tax', models.DecimalField(decimal_places=4, max_digits=19)),
                ('gross', models.DecimalField(decimal_places=4, max_digits=19)),
                ('fx_rate', models.DecimalField(decimal_places=12, default=1, max_digits=24)),
                ('fx_date', models.DateField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('import_key', models.CharField(blank=True, max_length=80, null=True)),
                ('posted_at', models.DateTimeField(null=True)),
                ('posted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reversed_at', models.DateTimeField(null=True)),
                ('reversed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('post_invoice', 'Post invoices'), ('credit_invoice', 'Post credit notes'), ('reverse_invoice', 'Reverse invoices'), ('see_invoices', 'See invoices')],
                'indexes': [models.Index(fields=['company', '-id'], name='invoice_newest'), models.Index(fields=['company', 'payment_state', 'due_on'], name='invoice_by_due_date'), models.Index(fields=['account', '-id'], name='invoice_by_account')],
                'constraints': [models.UniqueConstraint(fields=('company', 'number'), name='invoice_number_once'), models.UniqueConstraint(fields=('company', 'import_key'), name='invoice_import_key_once', violation_error_message='A document with this import key was posted before. Nothing was changed.'), models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('status', 'draft')), models.Q(models.Q(('status', 'draft'), _negated=True), ('number__isnull', False), ('posted_at__isnull', False)), _connector='OR'), name='invoice_posted_has_number'), models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('tax')))), name='invoice_gross_is_net_plus_tax'), models.CheckConstraint(condition=models.Q(('direction', 'invoice'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='credit_note_has_reason', violation_error_message='A credit note needs a reason.')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='file', to='billing.invoice')),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('media_type', models.CharField(default='application/pdf', max_length=40)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='billing_inv_txid_105d13_brin')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceHistory',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('command_uid', models.UUIDField(db_default=core.audit.history.RunningCommand(), editable=False, null=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.invoice')),
                ('id', models.BigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='core.company')),
                ('number', models.CharField(max_length=24, null=True)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('business_date', models.DateField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('direction', models.CharField(choices=[('invoice', 'Invoice'), ('credit', 'Credit note')], default='invoice', max_length=7)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('posted', 'Posted'), ('reversed', 'Reversed')], default='draft', max_length=8)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.account')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orders.order')),
                ('credits', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='billing.invoice')),
                ('rma', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='fulfillment.return')),
                ('terms', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.paymentterms')),
                ('bill_to', models.TextField(blank=True, default='')),
                ('customer_reference', models.CharField(blank=True, default='', max_length=60)),
                ('tax_point_on', models.DateField()),
                ('due_on', models.DateField()),
                ('price_basis', models.CharField(default='net', max_length=5)),
                ('net', models.DecimalField(decimal_places=4, max_digits=19)),
                ('tax', models.DecimalField(decimal_places=4, max_digits=19)),
                ('gross', models.DecimalField(decimal_places=4, max_digits=19)),
                ('fx_rate', models.DecimalField(decimal_places=12, default=1, max_digits=24)),
                ('fx_date', models.DateField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('import_key', models.CharField(blank=True, max_length=80, null=True)),
                ('posted_at', models.DateTimeField(null=True)),
                ('posted_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('reversed_at', models.DateTimeField(null=True)),
                ('reversed_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'history of invoice',
                'abstract': False,
                'default_permissions': (),
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='billing_inv_txid_65071e_brin')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='billing.invoice')),
                ('position', models.PositiveIntegerField()),
                ('product', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice_lines', to='catalog.product')),
                ('order_line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice_lines', to='orders.orderline')),
                ('delivery_line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice_lines', to='fulfillment.deliveryline')),
                ('return_line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invoice_lines', to='fulfillment.returnline')),
                ('credited_line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credit_lines', to='billing.invoiceline')),
                ('description', models.CharField(max_length=200)),
                ('quantity', core.money.QuantityField(decimal_places=6, max_digits=18)),
                ('sales_quantity', core.money.QuantityField(decimal_places=6, max_digits=18)),
                ('sales_unit', models.CharField(max_length=8)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('unit_price', core.money.UnitPriceField(decimal_places=6, max_digits=19)),
                ('price_unit', models.PositiveIntegerField(default=1)),
                ('discount', models.DecimalField(decimal_places=4, max_digits=19)),
                ('net', models.DecimalField(decimal_places=4, max_digits=19)),
                ('tax', models.DecimalField(decimal_places=4, max_digits=19)),
                ('gross', models.DecimalField(decimal_places=4, max_digits=19)),
                ('tax_code', models.CharField(max_length=12)),
                ('tax_percent', models.DecimalField(decimal_places=4, max_digits=7)),
                ('posting_group', models.CharField(default='goods', max_length=24)),
                ('cost', core.money.LedgerAmountField(decimal_places=4, default=0, max_digits=19)),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='billing_inv_txid_fae845_brin'), models.Index(fields=['product'], name='invoice_line_by_product')],
                'constraints': [models.UniqueConstraint(fields=('invoice', 'position'), name='invoice_line_position_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='invoice_line_quantity_not_negative'), models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('tax')))), name='invoice_line_gross_is_net_plus_tax')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceTaxGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('txid', models.BigIntegerField(db_default=core.append_only.TransactionId(), editable=False)),
                ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tax_groups', to='billing.invoice')),
                ('tax_code', models.CharField(max_length=12)),
                ('tax_percent', models.DecimalField(decimal_places=4, max_digits=7)),
                ('kind', models.CharField(default='S', max_length=2)),
                ('reason', models.CharField(blank=True, default='', max_length=160)),
                ('currency', core.money.CurrencyCodeField(max_length=3)),
                ('base', models.DecimalField(decimal_places=4, max_digits=19)),
                ('tax', models.DecimalField(decimal_places=4, max_digits=19)),
            ],
            options={
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['txid'], name='billing_inv_txid_ea00c1_brin')],
                'constraints': [models.UniqueConstraint(fields=('invoice', 'tax_code', 'tax_percent'), name='invoice_tax_group_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='legal_status', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{draft:posted,posted:reversed}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='e35b504a015360c3e56e8d9178148256f2dce0fa', operation='UPDATE', pgid='pgtrigger_legal_status_81041', table='billing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((NOT (OLD."status" = \'draft\')) AND ((OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."bill_to" IS DISTINCT FROM (NEW."bill_to") OR OLD."business_date" IS DISTINCT FROM (NEW."business_date") OR OLD."company_id" IS DISTINCT FROM (NEW."company_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."credits_id" IS DISTINCT FROM (NEW."credits_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."customer_reference" IS DISTINCT FROM (NEW."customer_reference") OR OLD."direction" IS DISTINCT FROM (NEW."direction") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."fx_date" IS DISTINCT FROM (NEW."fx_date") OR OLD."fx_rate" IS DISTINCT FROM (NEW."fx_rate") OR OLD."gross" IS DISTINCT FROM (NEW."gross") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."import_key" IS DISTINCT FROM (NEW."import_key") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."posted_at" IS DISTINCT FROM (NEW."posted_at") OR OLD."posted_by_id" IS DISTINCT FROM (NEW."posted_by_id") OR OLD."price_basis" IS DISTINCT FROM (NEW."price_basis") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."rma_id" IS DISTINCT FROM (NEW."rma_id") OR OLD."tax" IS DISTINCT FROM (NEW."tax") OR OLD."tax_point_on" IS DISTINCT FROM (NEW."tax_point_on") OR OLD."terms_id" IS DISTINCT FROM (NEW."terms_id"))))', func="RAISE EXCEPTION '% is posted and does not change; write a new document', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'frozen_kept_rule';", hash='331eccb236d8a3eb949d4b9650152b33958754a6', operation='UPDATE', pgid='pgtrigger_frozen_fe46c', table='billing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."status" = \'draft\'))', func="RAISE EXCEPTION '% is posted and cannot be deleted; reverse it', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'never_deleted_kept_rule';", hash='b28c925dfec911572e04b3b12d877e83e31b8eab', operation='DELETE', pgid='pgtrigger_never_deleted_f8f11', table='billing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='history_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "billing_invoicehistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "direction", "status", "account_id", "order_id", "credits_id", "rma_id", "terms_id", "bill_to", "customer_reference", "tax_point_on", "due_on", "price_basis", "net", "tax", "gross", "fx_rate", "fx_date", "reason", "import_key", "posted_at", "posted_by_id", "reversed_at", "reversed_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT new_values."id", new_values."company_id", new_values."number", new_values."currency", new_values."business_date", new_values."created_at", new_values."created_by_id", new_values."direction", new_values."status", new_values."account_id", new_values."order_id", new_values."credits_id", new_values."rma_id", new_values."terms_id", new_values."bill_to", new_values."customer_reference", new_values."tax_point_on", new_values."due_on", new_values."price_basis", new_values."net", new_values."tax", new_values."gross", new_values."fx_rate", new_values."fx_date", new_values."reason", new_values."import_key", new_values."posted_at", new_values."posted_by_id", new_values."reversed_at", new_values."reversed_by_id", new_values.id, \'update\', statement_timestamp() FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."account_id" IS DISTINCT FROM (new_values."account_id") OR old_values."bill_to" IS DISTINCT FROM (new_values."bill_to") OR old_values."business_date" IS DISTINCT FROM (new_values."business_date") OR old_values."company_id" IS DISTINCT FROM (new_values."company_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."credits_id" IS DISTINCT FROM (new_values."credits_id") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."customer_reference" IS DISTINCT FROM (new_values."customer_reference") OR old_values."direction" IS DISTINCT FROM (new_values."direction") OR old_values."due_on" IS DISTINCT FROM (new_values."due_on") OR old_values."fx_date" IS DISTINCT FROM (new_values."fx_date") OR old_values."fx_rate" IS DISTINCT FROM (new_values."fx_rate") OR old_values."gross" IS DISTINCT FROM (new_values."gross") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."import_key" IS DISTINCT FROM (new_values."import_key") OR old_values."net" IS DISTINCT FROM (new_values."net") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."posted_at" IS DISTINCT FROM (new_values."posted_at") OR old_values."posted_by_id" IS DISTINCT FROM (new_values."posted_by_id") OR old_values."price_basis" IS DISTINCT FROM (new_values."price_basis") OR old_values."reason" IS DISTINCT FROM (new_values."reason") OR old_values."reversed_at" IS DISTINCT FROM (new_values."reversed_at") OR old_values."reversed_by_id" IS DISTINCT FROM (new_values."reversed_by_id") OR old_values."rma_id" IS DISTINCT FROM (new_values."rma_id") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."tax" IS DISTINCT FROM (new_values."tax") OR old_values."tax_point_on" IS DISTINCT FROM (new_values."tax_point_on") OR old_values."terms_id" IS DISTINCT FROM (new_values."terms_id")); RETURN NULL;', hash='519e61c01559228e369a439a0caeafa158022922', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_history_update_17d95', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='billing_invoice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='history_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "billing_invoicehistory" ("id", "company_id", "number", "currency", "business_date", "created_at", "created_by_id", "direction", "status", "account_id", "order_id", "credits_id", "rma_id", "terms_id", "bill_to", "customer_reference", "tax_point_on", "due_on", "price_basis", "net", "tax", "gross", "fx_rate", "fx_date", "reason", "import_key", "posted_at", "posted_by_id", "reversed_at", "reversed_by_id", pgh_obj_id, pgh_label, pgh_created_at) SELECT old_values."id", old_values."company_id", old_values."number", old_values."currency", old_values."business_date", old_values."created_at", old_values."created_by_id", old_values."direction", old_values."status", old_values."account_id", old_values."order_id", old_values."credits_id", old_values."rma_id", old_values."terms_id", old_values."bill_to", old_values."customer_reference", old_values."tax_point_on", old_values."due_on", old_values."price_basis", old_values."net", old_values."tax", old_values."gross", old_values."fx_rate", old_values."fx_date", old_values."reason", old_values."import_key", old_values."posted_at", old_values."posted_by_id", old_values."reversed_at", old_values."reversed_by_id", old_values.id, \'delete\', statement_timestamp() FROM old_values ; RETURN NULL;', hash='31df7c451f2be958f1c6636a0acf28deb3e1ab6c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_history_delete_6bb89', referencing='REFERENCING OLD TABLE AS old_values ', table='billing_invoice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoicefile',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='00aa537e481add50a062713df5ac9fb55d40f24e', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_7845f', table='billing_invoicefile', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoicehistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='2d07ddd59eb9bfaa8783ebce7215f3ad83e3d866', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_678d0', table='billing_invoicehistory', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoiceline',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='7ee7d2f591a91c57d23687b0b36ba751f7e4ca0c', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_148d2', table='billing_invoiceline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoicetaxgroup',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION '% only grows; correct it by a new row', TG_TABLE_NAME USING ERRCODE = '23514', CONSTRAINT = 'append_only_kept_rule';", hash='d783ad94234e4959fbe25bd5c4aacac8e31527e8', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_2fc7c', table='billing_invoicetaxgroup', when='BEFORE')),
        ),
    ]
