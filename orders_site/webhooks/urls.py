"""Addresses of webhooks. Included under ``webhooks/``."""

from django.urls import path

from orders_site.webhooks import deliveries, views

app_name = "webhooks"
urlpatterns = [
    path("", views.subscription_list, name="subscriptions"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.subscription, name="subscription"),
    path("<int:pk>/change/", views.edit, name="edit"),
    path("<int:pk>/secret/", views.secret, name="secret"),
    path("<int:pk>/do/<slug:verb>/", views.verb, name="verb"),
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/replay/", deliveries.replay_picked, name="replay-picked"),
    path("deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path("deliveries/<int:pk>/replay/", deliveries.replay_one, name="replay"),
]
