"""Signing in: Django's own view on our page; a refused attempt answers 422 like every refused form."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse


class SignIn(LoginView):
    """The sign-in page."""

    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again with what is wrong; the typed name is kept."""
        return self.render_to_response(self.get_context_data(form=form), status=422)
