from django.urls import path

from recognition.staff.versions import (
    bundles_page,
    comparison_page,
    predict_again_page,
    promotion_page,
)

urlpatterns = [
    path("versions/<int:number>/exports/", bundles_page.exports, name="training-exports"),
    path(
        "versions/<int:number>/exports/<slug:form>/", bundles_page.download, name="training-export"
    ),
    path("compare/<int:candidate>/<int:baseline>/", comparison_page.page, name="training-compare"),
    path(
        "compare/<int:candidate>/<int:baseline>/photos/",
        comparison_page.photos,
        name="training-compare-photos",
    ),
    path("versions/<int:number>/promote/", promotion_page.promote, name="training-promote"),
    path("roll-back/", promotion_page.roll_back, name="training-roll-back"),
    path("versions/<int:number>/again/", predict_again_page.page, name="training-predict-again"),
    path(
        "versions/<int:number>/again/stop/",
        predict_again_page.stop,
        name="training-predict-again-stop",
    ),
    path("import/", bundles_page.import_version, name="training-import"),
]
