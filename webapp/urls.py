"""Every address, and the door it leads to."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("recognition.views.urls")),
    path("api/", include("recognition.api.urls")),
    path("admin/", admin.site.urls),
]
