"""Addresses of work: jobs and messages."""

from django.urls import path

from core import views

app_name = "work"
urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/progress/", views.job_progress, name="job-progress"),
    path("jobs/<int:pk>/retry/", views.job_retry, name="job-retry"),
    path("messages/", views.message_list, name="messages"),
    path("messages/replay/", views.replay, name="messages-replay"),
]
