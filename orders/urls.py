"""Addresses of orders. Included under ``orders/``."""

from django.urls import path

from orders.views import credit, document, editor, entry, grid, lists, printing, verbs

app_name = "orders"
urlpatterns = [
    path("", lists.order_list, name="list"),
    path("bulk/confirm/", lists.bulk_confirm, name="bulk-confirm"),
    path("bulk/hold/", lists.bulk_hold, name="bulk-hold"),
    path("new/", entry.new, name="new"),
    path("from-quote/<int:version_id>/", entry.from_quote, name="from-quote"),
    path("lines/suggest/", grid.suggest, name="suggest"),
    path("credit/", credit.desk, name="credit-desk"),
    path("credit/<int:order_id>/", credit.desk, name="credit-case"),
    path("credit/limits/<int:account_id>/", credit.limit, name="credit-limit"),
    path("holds/<int:hold_id>/release/", verbs.release, name="release"),
    path("<int:order_id>/", document.detail, name="detail"),
    path("<int:order_id>/edit/", editor.edit, name="edit"),
    path("<int:order_id>/lines/", grid.save_lines, name="lines"),
    path("<int:order_id>/header/", grid.save_header, name="header"),
    path("<int:order_id>/lines/<uuid:key>/", grid.line, name="line"),
    path("<int:order_id>/goes-with/", grid.goes_with_part, name="goes-with"),
    path("<int:order_id>/add/", grid.add, name="add"),
    path("<int:order_id>/paste/", entry.paste, name="paste"),
    path("<int:order_id>/confirm/", verbs.confirm, name="confirm"),
    path("<int:order_id>/hold/", verbs.hold, name="hold"),
    path("<int:order_id>/cancel/", verbs.cancel, name="cancel"),
    path("<int:order_id>/cancel-rest/", verbs.cancel_the_rest, name="cancel-rest"),
    path("<int:order_id>/repromise/", verbs.repromise, name="repromise"),
    path("<int:order_id>/change/", verbs.change, name="change"),
    path("<int:order_id>/print/", printing.confirmation, name="print"),
]
