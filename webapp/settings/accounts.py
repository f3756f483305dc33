"""Signing in: who, how, how often; sessions; mail to people."""

from webapp import env, mail
from webapp.settings.safety import ARK_HTTPS

AUTHENTICATION_BACKENDS = [
    "recognition.people.authentication.sign_in_backend.PasswordBackend",
    "django.contrib.auth.backends.ModelBackend",  # rights, and sessions from before an upgrade
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "recognition.people.authentication.password_rules.NotTheProductsName"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # s; for links that come by mail
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "signed-out"

# Wrong passwords for one name from one address before each further one has to wait.
ARK_LOGIN_FAILURES = env.integer("ARK_LOGIN_FAILURES", 5, at_least=1)
ARK_REQUIRE_MFA = env.choice("ARK_REQUIRE_MFA", "none", ("none", "staff", "all"))

# Sessions end when nobody uses them, and in any case after 14 days.
ARK_SESSION_IDLE_MINUTES = env.integer("ARK_SESSION_IDLE_MINUTES", 720, at_least=1)
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
_HOST_ONLY = "__Host-" if ARK_HTTPS else ""  # no other host, no other path, no plain HTTP sets it
SESSION_COOKIE_NAME = f"{_HOST_ONLY}sessionid"
CSRF_COOKIE_NAME = f"{_HOST_ONLY}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_HOST_ONLY}django_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ARK_HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True  # scripts read the CSRF token
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60

# Mail, where it is configured
_mail = mail.configured(env.url("ARK_EMAIL_URL", "none://", mail.SCHEMES))
ARK_EMAIL = bool(_mail)
EMAIL_BACKEND = _mail.get("backend", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST = _mail.get("host", "")
EMAIL_PORT = int(_mail.get("port", 0))
EMAIL_HOST_USER = _mail.get("user", "")
EMAIL_HOST_PASSWORD = _mail.get("password", "")
EMAIL_USE_TLS = _mail.get("scheme") == "smtp"
EMAIL_USE_SSL = _mail.get("scheme") == "smtps"
EMAIL_FILE_PATH = _mail.get("folder")
EMAIL_TIMEOUT = 10  # s
DEFAULT_FROM_EMAIL = env.text("ARK_EMAIL_FROM", EMAIL_HOST_USER or "ark@localhost")

# django-allauth
ACCOUNT_ADAPTER = "recognition.site.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]  # nobody signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = ARK_EMAIL
ACCOUNT_SESSION_REMEMBER = True  # for how long, says ARK_SESSION_IDLE_MINUTES
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # s
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "login": "recognition.site.accounts.forms.SignInForm",
    "change_password": "recognition.site.accounts.forms.ChangePasswordForm",
    "set_password": "recognition.site.accounts.forms.SetPasswordForm",
    "reset_password": "recognition.site.accounts.forms.AskResetForm",
    "reset_password_from_key": "recognition.site.accounts.forms.ResetPasswordForm",
    "reauthenticate": "recognition.site.accounts.forms.AskPasswordForm",
}
# recognition.people.authentication.sign_in_limits slows these, and never locks anybody out.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "recognition.site.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Ark"
MFA_TOTP_TOLERANCE = 1  # clocks of phones
MFA_FORMS = {
    "authenticate": "recognition.site.accounts.forms.CodeForm",
    "reauthenticate": "recognition.site.accounts.forms.CodeAgainForm",
    "activate_totp": "recognition.site.accounts.forms.ActivateAppForm",
    "add_webauthn": "recognition.site.accounts.forms.AddPasskeyForm",
}
# One of allauth's signs of life for each request would be a write for each request;
# recognition.site.accounts.sessions writes them now and then.
USERSESSIONS_TRACK_ACTIVITY = False

# OpenID Connect
ARK_OIDC_URL = env.text("ARK_OIDC_URL")
ARK_OIDC_NAME = env.text("ARK_OIDC_NAME", "OpenID Connect")
ARK_OIDC_CREATE = env.boolean("ARK_OIDC_CREATE", False)  # whoever comes by it becomes an uploader
SOCIALACCOUNT_ADAPTER = "recognition.site.accounts.adapters.OidcAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # who can forge an address there would be anybody here
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": ARK_OIDC_NAME,
                "client_id": env.text("ARK_OIDC_CLIENT_ID"),
                "secret": env.text("ARK_OIDC_CLIENT_SECRET"),
                "settings": {"server_url": ARK_OIDC_URL},
            }
        ]
        if ARK_OIDC_URL
        else [],
    }
}
