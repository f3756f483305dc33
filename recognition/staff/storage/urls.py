from django.urls import path

from recognition.staff.storage import storage_page

urlpatterns = [
    path("", storage_page.page, name="storage"),
    path("check/", storage_page.check, name="storage-check"),
]
