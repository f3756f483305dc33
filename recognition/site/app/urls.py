from django.urls import path

from recognition.site.app import offline, web_manifest

urlpatterns = [
    path("manifest.webmanifest", web_manifest.web_manifest, name="web-manifest"),
    path("favicon.ico", web_manifest.favicon, name="favicon"),
    path("offline/", offline.page, name="offline"),
    path("service-worker.js", offline.worker, name="service-worker"),
]
