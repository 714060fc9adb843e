"""A product's stock unit is fixed once it was moved, promised or ordered: quantities would change their meaning."""

from django.db import migrations

CREATE = """
CREATE FUNCTION inventory_stock_unit_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM inventory_stockbucket WHERE product_id = NEW.id)
       OR EXISTS (SELECT 1 FROM inventory_supplyline WHERE product_id = NEW.id) THEN
        RAISE EXCEPTION 'The stock unit of % cannot change any more: it was moved, promised or ordered in it', NEW.sku
            USING ERRCODE = '23514', CONSTRAINT = 'stock_unit_fixed_kept_rule';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stock_unit_fixed BEFORE UPDATE OF stock_unit_id ON catalog_product
    FOR EACH ROW WHEN (OLD.stock_unit_id IS DISTINCT FROM NEW.stock_unit_id)
    EXECUTE FUNCTION inventory_stock_unit_fixed();
"""
DROP = """
DROP TRIGGER stock_unit_fixed ON catalog_product;
DROP FUNCTION inventory_stock_unit_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_invariants"), ("catalog", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
