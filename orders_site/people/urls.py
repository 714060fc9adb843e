"""Addresses of the administrators' pages about people."""

from django.urls import path

from orders_site.people.views import inviting, people

app_name = "people"

urlpatterns = [
    path("", people.people_list, name="list"),
    path("invite/", inviting.invite, name="invite"),
    path("roles/", people.role_list, name="roles"),
    path("roles/<int:pk>/", people.role, name="role"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/roles/", inviting.access, name="access"),
    path("<int:pk>/do/<slug:verb>/", people.verb, name="verb"),
]
