from django.urls import path

from recognition.admin.review import export, grid, queue

urlpatterns = [
    path("", queue.page, name="review-queue"),
    path("claim/", queue.claim, name="review-claim"),
    path("decide/", queue.decide, name="review-decide"),
    path("skip/", queue.skip, name="review-skip"),
    path("last/", queue.last, name="review-last"),
    path("undo/", queue.undo, name="review-undo"),
    path("grid/", grid.grid, name="review-grid"),
    path("export/", export.export, name="export-photos"),
]
