from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from recognition.site import (
    accounts,
    glossary,
    health,
    history_page,
    how_it_works,
    photo_page,
    pictures,
    suggestions_page,
    trash_page,
    upload_page,
)

urlpatterns = [
    path("", upload_page.home, name="home"),
    path("batches/", upload_page.open_batch, name="open-batch"),
    path("batches/<uuid:batch_id>/", upload_page.batch, name="batch"),
    path("batches/<uuid:batch_id>/photos/", upload_page.add_to_batch, name="add-to-batch"),
    path("batches/<uuid:batch_id>/delete/", trash_page.delete_batch, name="delete-batch"),
    path("trash/", trash_page.page, name="trash"),
    path("trash/act/", trash_page.act, name="trash-act"),
    path("trash/<uuid:photo_id>/thumbnail.jpg", trash_page.thumbnail, name="trash-thumbnail"),
    path("history/", history_page.history, name="history"),
    path("history/results.csv", history_page.results, name="history-results"),
    path("photos/news/", upload_page.news, name="news"),
    path("photos/<uuid:photo_id>/", photo_page.photo, name="photo"),
    path("photos/<uuid:photo_id>/label/", photo_page.label, name="label-photo"),
    path("photos/<uuid:photo_id>/suggestions/", suggestions_page.suggest, name="suggest"),
    path(
        "photos/<uuid:photo_id>/suggestions/<uuid:suggestion_id>/withdraw/",
        suggestions_page.withdraw,
        name="withdraw-suggestion",
    ),
    path("photos/<uuid:photo_id>/parts/", photo_page.label_part, name="label-part"),
    path(
        "photos/<uuid:photo_id>/parts/<uuid:annotation_id>/unlabel/",
        photo_page.unlabel_part,
        name="unlabel-part",
    ),
    path("photos/<uuid:photo_id>/delete/", photo_page.delete, name="delete-photo"),
    path("photos/<uuid:photo_id>/thumbnail.jpg", pictures.thumbnail, name="thumbnail"),
    path("photos/<uuid:photo_id>/preview.jpg", pictures.preview, name="preview"),
    path("photos/<uuid:photo_id>/original", pictures.original, name="original"),
    path("how-it-works/", how_it_works.how_it_works, name="how-it-works"),
    path("glossary/", glossary.page, name="glossary"),
    path("sign-in/", accounts.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", accounts.ChangePassword.as_view(), name="change-password"),
    path("language/", set_language, name="set-language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
