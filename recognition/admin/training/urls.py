from django.urls import path

from recognition.admin.training import bundles

urlpatterns = [
    path("versions/<int:number>/exports/", bundles.exports, name="training-exports"),
    path("versions/<int:number>/exports/<slug:form>/", bundles.download, name="training-export"),
    path("import/", bundles.bring_in, name="training-import"),
]
