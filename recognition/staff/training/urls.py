from django.urls import path

from recognition.staff.training import (
    automation_page,
    experiments_page,
    launch_page,
    learning_curve_page,
    networks_page,
    run_page,
)

urlpatterns = [
    path("new/", launch_page.page, name="training-launch"),
    path("runs/<uuid:run_id>/", run_page.page, name="training-run"),
    path("runs/<uuid:run_id>/live/", run_page.live, name="training-run-live"),
    path("runs/<uuid:run_id>/result/", run_page.result, name="training-run-result"),
    path("runs/<uuid:run_id>/cancel/", run_page.cancel, name="training-run-cancel"),
    path("runs/<uuid:run_id>/keep-best/", run_page.keep_best, name="training-run-keep-best"),
    path("runs/<uuid:run_id>/resume/", run_page.resume, name="training-run-resume"),
    path("policy/", automation_page.page, name="training-policy"),
    path("experiments/", experiments_page.listed, name="training-experiments"),
    path("experiments/new/", experiments_page.new, name="training-experiment-new"),
    path("experiments/<uuid:experiment_id>/", experiments_page.page, name="training-experiment"),
    path(
        "experiments/<uuid:experiment_id>/live/",
        experiments_page.live,
        name="training-experiment-live",
    ),
    path(
        "experiments/<uuid:experiment_id>/stop/",
        experiments_page.stop,
        name="training-experiment-stop",
    ),
    path(
        "experiments/<uuid:experiment_id>/cancel/",
        experiments_page.cancel,
        name="training-experiment-cancel",
    ),
    path("networks/", networks_page.listed, name="training-networks"),
    path("networks/<slug:name>/", networks_page.page, name="training-network"),
    path("learning-curve/", learning_curve_page.page, name="training-learning-curve"),
    path("learning-curve/live/", learning_curve_page.live, name="training-learning-curve-live"),
    path("learning-curve/draw/", learning_curve_page.draw, name="training-learning-curve-draw"),
]
