from django.urls import include, path
from django.views.i18n import set_language

from recognition.site import (
    health,
    invitation_page,
    password_link_page,
    photo_page,
    pictures,
    script_requests,
    suggestions_page,
    tokens_page,
    trash_page,
    upload_page,
)
from recognition.site.history import chosen_page, history_page
from recognition.site.inside import walk_page
from recognition.site.learn import glossary, how_it_works
from recognition.site.notices import notices

urlpatterns = [
    path("", upload_page.home, name="home"),
    path("batches/", upload_page.open_batch, name="open-batch"),
    path("batches/<uuid:batch_id>/", upload_page.batch, name="batch"),
    path("batches/<uuid:batch_id>/photos/", upload_page.add_to_batch, name="add-to-batch"),
    path("folders/ask/", upload_page.ask_about_folders, name="ask-folders"),
    path("folders/answer/", upload_page.answer_about_folders, name="answer-folders"),
    path("batches/<uuid:batch_id>/delete/", trash_page.delete_batch, name="delete-batch"),
    path("trash/", trash_page.page, name="trash"),
    path("trash/act/", trash_page.act, name="trash-act"),
    path("trash/<uuid:photo_id>/thumbnail.jpg", trash_page.thumbnail, name="trash-thumbnail"),
    path("history/", history_page.history, name="history"),
    path("history/results.csv", history_page.results, name="history-results"),
    path("history/chosen/", chosen_page.act, name="history-chosen"),
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
    path("photos/<uuid:photo_id>/inside/", walk_page.inside, name="inside"),
    path(
        "photos/<uuid:photo_id>/inside/<int:number>/<slug:network>/<slug:name>.webp",
        walk_page.inside_picture,
        name="inside-picture",
    ),
    path("photos/<uuid:photo_id>/delete/", photo_page.delete, name="delete-photo"),
    path("photos/<uuid:photo_id>/thumbnail.jpg", pictures.thumbnail, name="thumbnail"),
    path("photos/<uuid:photo_id>/preview.jpg", pictures.preview, name="preview"),
    path("photos/<uuid:photo_id>/original", pictures.original, name="original"),
    path("how-it-works/", how_it_works.how_it_works, name="how-it-works"),
    path("lab/", how_it_works.laboratory, name="lab"),
    path("lab/learning/", how_it_works.learning, name="lab-learning"),
    path("lab/blocks/", how_it_works.blocks, name="lab-blocks"),
    path("glossary/", glossary.page, name="glossary"),
    path("", include("recognition.site.inside.urls")),
    path("", include("recognition.site.accounts.urls")),
    path("", include("recognition.site.app.urls")),
    path("notices/", notices.notices, name="notices"),
    path("notices/put-away/", notices.put_away, name="put-away-notice"),
    path("session/", script_requests.session, name="session"),
    path("account/tokens/", tokens_page.page, name="api-tokens"),
    path("account/tokens/<uuid:token_id>/revoke/", tokens_page.revoke, name="revoke-api-token"),
    path("invitation/<str:code>/", invitation_page.invitation, name="invitation"),
    path(
        "password-link/<str:uidb64>/<str:token>/",
        password_link_page.SetPassword.as_view(),
        name="password-link",
    ),
    path("language/", set_language, name="set-language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
