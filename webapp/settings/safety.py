"""HTTPS, hosts, cookies, headers."""

from webapp import content_security, env
from webapp.home import secret_key

DEBUG = env.boolean("DEBUG", False)
SECRET_KEY = secret_key()
# Whose X-Forwarded-For and X-Forwarded-Proto are believed (webapp/client_address.py)
ARK_TRUSTED_PROXIES = env.networks("ARK_TRUSTED_PROXIES", "127.0.0.0/8,::1")
ARK_HTTPS = env.boolean("ARK_HTTPS", True)
_public_hosts = env.hosts("ARK_ALLOWED_HOSTS")
ALLOWED_HOSTS = [*_public_hosts, "localhost", "127.0.0.1", "[::1]"]  # health is asked on the spot
if ARK_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # For proxies that do not hand the Host header on; ".example.com" means its subdomains as well.
    CSRF_TRUSTED_ORIGINS = [
        f"https://{'*' if host.startswith('.') else ''}{host}" for host in _public_hosts
    ]
SECURE_SSL_REDIRECT = ARK_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside
SECURE_HSTS_SECONDS = 31_536_000 if ARK_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ARK_HTTPS
SECURE_HSTS_PRELOAD = ARK_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "recognition.site.script_requests.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = content_security.SITE
ARK_AUDIT_DAYS = env.integer("ARK_AUDIT_DAYS", 730)  # 0: the audit log is kept for ever
ARK_METRICS_TOKEN = env.text("ARK_METRICS_TOKEN")  # without: /metrics answers this machine only
