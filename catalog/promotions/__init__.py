"""Order discounts and coupons. Public face: ``engine.apply_promotions`` and its types."""
