"""Coming in and going out."""

from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm

from office.web.doors import open_door


class LogInForm(AuthenticationForm):
    """E-mail and password."""

    error_messages = {
        "invalid_login": "That e-mail address and password do not belong together. Both are case-sensitive.",
        "inactive": "This account is switched off. Ask your administrator.",
    }


log_in = open_door(
    views.LoginView.as_view(
        template_name="office/log_in.html",
        authentication_form=LogInForm,
        redirect_authenticated_user=True,
        extra_context={"demo": settings.DEMO},
    )
)
log_out = open_door(views.LogoutView.as_view())
