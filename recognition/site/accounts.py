"""Sign in, sign out, change the password."""

from django.contrib.auth import views
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


class SignIn(views.LoginView):
    template_name = "site/accounts/sign_in.html"
    redirect_authenticated_user = True


class ChangePassword(SuccessMessageMixin, views.PasswordChangeView):
    template_name = "site/accounts/password.html"
    success_url = reverse_lazy("home")
    success_message = _("Your password was changed.")
