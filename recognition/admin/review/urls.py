from django.urls import path

from recognition.admin.review import duplicates, export, grid, promise, queue, suspects

urlpatterns = [
    path("", queue.page, name="review-queue"),
    path("claim/", queue.claim, name="review-claim"),
    path("decide/", queue.decide, name="review-decide"),
    path("skip/", queue.skip, name="review-skip"),
    path("last/", queue.last, name="review-last"),
    path("undo/", queue.undo, name="review-undo"),
    path("grid/", grid.grid, name="review-grid"),
    path("export/", export.export, name="export-photos"),
    path("duplicates/", duplicates.page, name="review-duplicates"),
    path("duplicates/label/", duplicates.label, name="review-duplicates-label"),
    path("duplicates/apart/", duplicates.set_apart, name="review-duplicates-apart"),
    path("promise/", promise.page, name="review-promise"),
    path("promise/change/", promise.change, name="review-promise-change"),
    path("suspects/", suspects.page, name="review-suspects"),
    path("suspects/<uuid:photo_id>/", suspects.decide, name="review-suspects-decide"),
    path("suspects/undo/", suspects.undo, name="review-suspects-undo"),
    path("suspects/search/", suspects.search, name="review-suspects-search"),
]
