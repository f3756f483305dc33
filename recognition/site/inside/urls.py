from django.urls import path

from recognition.site.inside import walk_page, why_page

urlpatterns = [
    path("photos/<uuid:photo_id>/why/", why_page.page, name="why"),
    path("photos/<uuid:photo_id>/why/map.webp", why_page.heat, name="why-map"),
    path("photos/<uuid:photo_id>/why/shown.webp", why_page.shown, name="why-shown"),
    path("photos/<uuid:photo_id>/why/again/", why_page.again, name="why-again"),
    path("photos/<uuid:photo_id>/why/label/", why_page.label, name="why-label"),
    path("photos/<uuid:photo_id>/inside/", walk_page.inside, name="inside"),
    path(
        "photos/<uuid:photo_id>/inside/<int:number>/<slug:what>/<slug:name>.webp",
        walk_page.inside_picture,
        name="inside-picture",
    ),
]
