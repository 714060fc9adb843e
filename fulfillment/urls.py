"""Addresses of fulfilment. Included under ``fulfil/``."""

from django.urls import path

from fulfillment.views import board, delivery, packing, picking, printing, returns

app_name = "fulfillment"
urlpatterns = [
    path("", board.board, name="board"),
    path("due/", board.due, name="due"),
    path("due/create/", board.create, name="create"),
    path("bulk/release/", board.bulk_release, name="bulk-release"),
    path("bulk/pick/", board.bulk_pick, name="bulk-pick"),
    path("bulk/ship/", board.bulk_ship, name="bulk-ship"),
    path("bulk/print/", printing.bulk_print, name="bulk-print"),
    path("<int:delivery_id>/", delivery.detail, name="delivery"),
    path("<int:delivery_id>/release/", delivery.release, name="release"),
    path("<int:delivery_id>/pick/", delivery.pick, name="pick"),
    path("<int:delivery_id>/ship/", delivery.ship, name="ship"),
    path("<int:delivery_id>/cancel/", delivery.cancel, name="cancel"),
    path("<int:delivery_id>/scan/", picking.scan, name="scan"),
    path("<int:delivery_id>/undo/", picking.undo, name="undo"),
    path("<int:delivery_id>/lines/<int:line_id>/short/", picking.short, name="short"),
    path("<int:delivery_id>/pack/", packing.pack, name="pack"),
    path("<int:delivery_id>/pick-list/print/", printing.pick_list, name="print-pick"),
    path("<int:delivery_id>/packing-slip/print/", printing.packing_slip, name="print-slip"),
    path("returns/", returns.return_list, name="returns"),
    path("returns/new/", returns.new, name="return-new"),
    path("returns/new/without-reference/", returns.new_loose, name="return-loose"),
    path("returns/<int:return_id>/", returns.detail, name="return"),
    path("returns/<int:return_id>/receive/", returns.receive, name="receive"),
    path("returns/<int:return_id>/cancel/", returns.cancel, name="return-cancel"),
]
