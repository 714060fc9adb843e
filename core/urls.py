"""Addresses of work: jobs and messages, and what is done with a list as it stands."""

from django.urls import path

from core import bulk_views, dossier_views, list_views, views

app_name = "work"
urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/progress/", views.job_progress, name="job-progress"),
    path("jobs/<int:pk>/retry/", views.job_retry, name="job-retry"),
    path("jobs/<int:pk>/file/", views.job_file, name="job-file"),
    path("jobs/<int:pk>/rows/", bulk_views.results, name="bulk"),
    path("bell/", views.bell, name="bell"),
    path("exports/", list_views.export, name="exports"),
    path("views/", list_views.create, name="views"),
    path("views/<int:pk>/", list_views.view, name="view"),
    path("views/<int:pk>/take/", list_views.take, name="view-take"),
    path("views/<int:pk>/delete/", list_views.delete, name="view-delete"),
    path("first-view/", list_views.first_view, name="first-view"),
    path("columns/", list_views.columns, name="columns"),
    path("timeline/<slug:kind>/<int:pk>/", dossier_views.timeline, name="timeline"),
    path("timeline/<slug:kind>/<int:pk>/note/", dossier_views.note, name="timeline-note"),
    path("timeline/<slug:kind>/<int:pk>/file/", dossier_views.attach, name="timeline-file"),
    path("files/<uuid:uid>/", dossier_views.hand_out, name="file"),
    path("messages/", views.message_list, name="messages"),
    path("messages/replay/", views.replay, name="messages-replay"),
]
