from django.urls import path

from recognition.admin.training import bundles, compare, launch, run

urlpatterns = [
    path("new/", launch.page, name="training-launch"),
    path("runs/<uuid:run_id>/", run.page, name="training-run"),
    path("runs/<uuid:run_id>/live/", run.live, name="training-run-live"),
    path("runs/<uuid:run_id>/result/", run.result, name="training-run-result"),
    path("runs/<uuid:run_id>/cancel/", run.cancel, name="training-run-cancel"),
    path("runs/<uuid:run_id>/keep-best/", run.keep_best, name="training-run-keep-best"),
    path("runs/<uuid:run_id>/resume/", run.resume, name="training-run-resume"),
    path("versions/<int:number>/exports/", bundles.exports, name="training-exports"),
    path("versions/<int:number>/exports/<slug:form>/", bundles.download, name="training-export"),
    path("compare/<int:candidate>/<int:baseline>/", compare.page, name="training-compare"),
    path(
        "compare/<int:candidate>/<int:baseline>/photos/",
        compare.photos,
        name="training-compare-photos",
    ),
    path("import/", bundles.bring_in, name="training-import"),
]
