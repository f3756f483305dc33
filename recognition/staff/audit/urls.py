from django.urls import path

from recognition.staff.audit import audit_page

urlpatterns = [
    path("", audit_page.page, name="audit-log"),
    path("export/<str:form>/", audit_page.export, name="audit-export"),
]
