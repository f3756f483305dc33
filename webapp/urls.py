"""Every address, and the door it leads to."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from recognition.site.accounts.sign_in import SignOut, too_many
from recognition.staff.sign_in import sign_in

admin.autodiscover()
urlpatterns = [
    # First what programs ask for most: each address before it is tried with each request
    path("api/", include("recognition.api.urls")),
    path("", include("recognition.site.urls")),
    # Before the admin's own, which know no limits and end no other sessions
    path("admin/login/", sign_in),
    path("admin/logout/", SignOut.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="change-password")),
    path("admin/review/", include("recognition.staff.review.urls")),
    path("admin/audit/", include("recognition.staff.audit.urls")),
    path("admin/people/", include("recognition.staff.people.urls")),
    path("admin/jobs/", include("recognition.staff.jobs.urls")),
    path("admin/notifications/", include("recognition.staff.notifications.urls")),
    path("admin/storage/", include("recognition.staff.storage.urls")),
    path("admin/training/", include("recognition.staff.training.urls")),
    path("admin/training/", include("recognition.staff.versions.urls")),
    path("admin/", admin.site.urls),
]
handler429 = too_many  # of django-allauth
handler400 = "recognition.api.errors.bad_request"
handler500 = "recognition.api.errors.server_error"
