from django.urls import path

from recognition.staff.jobs import jobs_page

urlpatterns = [
    path("", jobs_page.page, name="jobs"),
    path("live/", jobs_page.live, name="jobs-live"),
    path("<uuid:job_id>/cancel/", jobs_page.cancel, name="jobs-cancel"),
]
