from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from recognition.views import accounts, health, history, pages, photos, pictures, uploads

urlpatterns = [
    path("", uploads.home, name="home"),
    path("batches/", uploads.open_batch, name="open-batch"),
    path("batches/<uuid:batch_id>/", uploads.batch, name="batch"),
    path("batches/<uuid:batch_id>/photos/", uploads.add_to_batch, name="add-to-batch"),
    path("history/", history.history, name="history"),
    path("photos/news/", uploads.news, name="news"),
    path("photos/<uuid:photo_id>/", photos.photo, name="photo"),
    path("photos/<uuid:photo_id>/label/", photos.label, name="label-photo"),
    path("photos/<uuid:photo_id>/delete/", photos.delete, name="delete-photo"),
    path("photos/<uuid:photo_id>/thumbnail.jpg", pictures.thumbnail, name="thumbnail"),
    path("photos/<uuid:photo_id>/preview.jpg", pictures.preview, name="preview"),
    path("photos/<uuid:photo_id>/original", pictures.original, name="original"),
    path("how-it-works/", pages.how_it_works, name="how-it-works"),
    path("sign-in/", accounts.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", accounts.ChangePassword.as_view(), name="change-password"),
    path("language/", set_language, name="set-language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
