from django.urls import path

from recognition.admin.training import (
    bundles,
    compare,
    experiments,
    launch,
    learning_curve,
    networks,
    policy,
    predict_again,
    promote,
    run,
)

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
    path("versions/<int:number>/promote/", promote.promote, name="training-promote"),
    path("policy/", policy.page, name="training-policy"),
    path("roll-back/", promote.roll_back, name="training-roll-back"),
    path("versions/<int:number>/again/", predict_again.page, name="training-predict-again"),
    path(
        "versions/<int:number>/again/stop/", predict_again.stop, name="training-predict-again-stop"
    ),
    path("import/", bundles.bring_in, name="training-import"),
    path("experiments/", experiments.listed, name="training-experiments"),
    path("experiments/new/", experiments.new, name="training-experiment-new"),
    path("experiments/<uuid:experiment_id>/", experiments.page, name="training-experiment"),
    path(
        "experiments/<uuid:experiment_id>/live/",
        experiments.live,
        name="training-experiment-live",
    ),
    path(
        "experiments/<uuid:experiment_id>/stop/",
        experiments.stop,
        name="training-experiment-stop",
    ),
    path(
        "experiments/<uuid:experiment_id>/cancel/",
        experiments.cancel,
        name="training-experiment-cancel",
    ),
    path("networks/", networks.listed, name="training-networks"),
    path("networks/<slug:name>/", networks.page, name="training-network"),
    path("learning-curve/", learning_curve.page, name="training-learning-curve"),
    path("learning-curve/live/", learning_curve.live, name="training-learning-curve-live"),
    path("learning-curve/draw/", learning_curve.draw, name="training-learning-curve-draw"),
]
