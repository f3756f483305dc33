from django.urls import path

from recognition.staff.review import (
    duplicates_page,
    export_page,
    grid_page,
    labels_page,
    notes_page,
    promise_page,
    queue_page,
    suspects_page,
)

urlpatterns = [
    path("", queue_page.page, name="review-queue"),
    path("claim/", queue_page.claim, name="review-claim"),
    path("decide/", queue_page.decide, name="review-decide"),
    path("annotate/", queue_page.annotate, name="review-annotate"),
    path("skip/", queue_page.skip, name="review-skip"),
    path("note/", notes_page.note, name="review-note"),
    path("ask/", notes_page.ask, name="review-ask"),
    path("last/", queue_page.last, name="review-last"),
    path("undo/", queue_page.undo, name="review-undo"),
    path("labels/new/", labels_page.add, name="review-new-label"),
    path("labels/pin/", labels_page.pin, name="review-pin-label"),
    path("grid/", grid_page.grid, name="review-grid"),
    path("export/", export_page.export, name="export-photos"),
    path("duplicates/", duplicates_page.page, name="review-duplicates"),
    path("duplicates/label/", duplicates_page.label, name="review-duplicates-label"),
    path("duplicates/apart/", duplicates_page.set_apart, name="review-duplicates-apart"),
    path("duplicates/keep/", duplicates_page.keep, name="review-duplicates-keep"),
    path("duplicates/undo/", duplicates_page.undo, name="review-duplicates-undo"),
    path("promise/", promise_page.page, name="review-promise"),
    path("promise/change/", promise_page.change, name="review-promise-change"),
    path("suspects/", suspects_page.page, name="review-suspects"),
    path("suspects/<uuid:photo_id>/", suspects_page.decide, name="review-suspects-decide"),
    path("suspects/undo/", suspects_page.undo, name="review-suspects-undo"),
    path("suspects/search/", suspects_page.search, name="review-suspects-search"),
]
