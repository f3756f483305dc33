from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from recognition.api import (
    errors,
    labels,
    model_versions,
    photos,
    results,
    suggestions,
    training_runs,
    trashed_photos,
)

router = SimpleRouter()
router.register("photos", photos.PhotoViewSet, basename="photo")
router.register("batches", photos.BatchViewSet, basename="batch")
router.register("trash", trashed_photos.TrashViewSet, basename="trash")
router.register("labels", labels.LabelViewSet, basename="label")
router.register("models", model_versions.ModelVersionViewSet, basename="model")
router.register("training-runs", training_runs.TrainingRunViewSet, basename="training-run")

urlpatterns = [
    path("v1/photos/results.csv", results.ResultsView.as_view(), name="photo-results"),
    path("v1/photos/<uuid:id>/suggestions/", suggestions.SuggestionsView.as_view()),
    path(
        "v1/photos/<uuid:id>/suggestions/<uuid:suggestion_id>/",
        suggestions.SuggestionView.as_view(),
    ),
    path("v1/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    re_path("^", errors.not_found),
]
