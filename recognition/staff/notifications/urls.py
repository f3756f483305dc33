from django.urls import path

from recognition.staff.notifications import notifications_page, receiver_page

urlpatterns = [
    path("", notifications_page.page, name="notifications"),
    path("webhook/", notifications_page.add_webhook, name="notifications-webhook"),
    path("mail/", notifications_page.add_mail, name="notifications-mail"),
    path("<uuid:receiver_id>/", receiver_page.page, name="notifications-receiver"),
    path("<uuid:receiver_id>/log/", receiver_page.log, name="notifications-log"),
    path("<uuid:receiver_id>/test/", receiver_page.test, name="notifications-test"),
    path("<uuid:receiver_id>/secret/", receiver_page.renew_secret, name="notifications-secret"),
    path("<uuid:receiver_id>/remove/", receiver_page.remove, name="notifications-remove"),
    path(
        "<uuid:receiver_id>/deliveries/<uuid:delivery_id>/retry/",
        receiver_page.retry,
        name="notifications-retry",
    ),
]
