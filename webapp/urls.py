"""Every address, and the door it leads to."""

from django.contrib import admin
from django.urls import include, path

from recognition.staff.sign_in import sign_in

urlpatterns = [
    path("", include("recognition.site.urls")),
    path("api/", include("recognition.api.urls")),
    path("admin/login/", sign_in),  # before the admin's own, which knows no limits
    path("admin/review/", include("recognition.staff.review.urls")),
    path("admin/jobs/", include("recognition.staff.jobs.urls")),
    path("admin/storage/", include("recognition.staff.storage.urls")),
    path("admin/training/", include("recognition.staff.training.urls")),
    path("admin/training/", include("recognition.staff.versions.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "recognition.api.errors.bad_request"
handler500 = "recognition.api.errors.server_error"
