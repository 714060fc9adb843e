"""Addresses of the catalog."""

from django.urls import path

from catalog.views import accounts, coupons, price_check, prices, products, taxes

app_name = "catalog"

urlpatterns = [
    path("products/", products.product_list, name="products"),
    path("products/new/", products.product_new, name="product-new"),
    path("products/<int:pk>/", products.product, name="product"),
    path("products/<int:pk>/change/", products.product_edit, name="product-edit"),
    path("products/<int:pk>/parts/", products.kit, name="kit"),
    path("products/<int:pk>/relate/", products.relation_new, name="relation-new"),
    path("relations/<int:pk>/end/", products.relation_end, name="relation-end"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/change/", accounts.account_edit, name="account-edit"),
    path("accounts/<int:pk>/part-numbers/", accounts.part_number_edit, name="part-numbers"),
    path("price-lists/", prices.price_lists, name="price-lists"),
    path("price-lists/new/", prices.price_list_new, name="price-list-new"),
    path("price-lists/<int:pk>/", prices.price_list, name="price-list"),
    path("price-lists/<int:pk>/add/", prices.price_list_add, name="price-list-add"),
    path("prices/", prices.prices, name="prices"),
    path("prices/new/", prices.price_new, name="price-new"),
    path("prices/<int:pk>/", prices.price, name="price"),
    path("prices/<int:pk>/change/", prices.price_change, name="price-change"),
    path("prices/<int:pk>/end/", prices.price_end, name="price-end"),
    path("price-check/", price_check.price_check, name="price-check"),
    path("coupons/", coupons.coupon_list, name="coupons"),
    path("coupons/new/", coupons.coupon_new, name="coupon-new"),
    path("coupons/<int:pk>/", coupons.coupon, name="coupon"),
    path("coupons/<int:pk>/change/", coupons.coupon_edit, name="coupon-edit"),
    path("tax-rates/", taxes.tax_rates, name="tax-rates"),
    path("tax-rates/new/", taxes.tax_rate_new, name="tax-rate-new"),
]
