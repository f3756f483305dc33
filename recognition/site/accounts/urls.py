"""Addresses of accounts. Those that people and programs know stay what they were; django-allauth
knows them by names of its own."""

from allauth.account import views as allauth
from allauth.socialaccount import views as social
from django.conf import settings
from django.urls import include, path, re_path

from recognition.site.accounts import oidc, pages, place_page
from recognition.site.accounts.factor_pages import AskForFactor, Factors
from recognition.site.accounts.password_pages import AskForReset, ChangePassword
from recognition.site.accounts.sign_in import SignIn, SignOut, signed_out

_RESET_KEY = r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="login"),
    path("sign-in/", SignIn.as_view(), name="account_login"),
    path("sign-out/", SignOut.as_view(), name="logout"),
    path("sign-out/", SignOut.as_view(), name="account_logout"),
    path("signed-out/", signed_out, name="signed-out"),
    path("password/", ChangePassword.as_view(), name="change-password"),
    path("password/", ChangePassword.as_view(), name="account_change_password"),
    path("account/", pages.account, name="account"),
    path("account/place/", place_page.page, name="place"),
    path("account/inactive/", allauth.account_inactive, name="account_inactive"),
    path("account/closed/", allauth.signup, name="account_signup"),  # nobody signs up
    path("account/confirm/", allauth.reauthenticate, name="account_reauthenticate"),
    path("account/password/", allauth.password_set, name="account_set_password"),
    path("account/password/reset/", AskForReset.as_view(), name="account_reset_password"),
    path(
        "account/password/reset/sent/",
        allauth.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(_RESET_KEY, allauth.password_reset_from_key, name="account_reset_password_from_key"),
    path(
        "account/password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/factors/", Factors.as_view(), name="mfa_index"),
    path("account/factors/authenticate/", AskForFactor.as_view(), name="mfa_authenticate"),
    path("account/factors/", include("allauth.mfa.urls")),
    path("account/sessions/", pages.list_sessions, name="usersessions_list"),
    path("account/sessions/end/", pages.end_other_sessions, name="end-other-sessions"),
    path("account/sessions/<int:session_id>/end/", pages.end_session, name="end-session"),
]
if settings.ARK_OIDC_URL:
    urlpatterns += [
        path("account/oidc/<slug:provider_id>/", oidc.start, name="openid_connect_login"),
        path(
            "account/oidc/<slug:provider_id>/callback/",
            oidc.callback,
            name="openid_connect_callback",
        ),
        path("account/connections/", social.connections, name="socialaccount_connections"),
        path("account/oidc-error/", social.login_error, name="socialaccount_login_error"),
        path(
            "account/oidc-cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"
        ),
        path("account/oidc-sign-up/", social.signup, name="socialaccount_signup"),
    ]
