"""The views of one list as its page shows them: its own tabs, the saved ones, the one that is open, and its columns."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from django.http import HttpRequest

from core.models import User
from core.saved_views import Choice, View, key_of_saved, may_change, views_for
from core.web.parts import Tab
from core.web.posted import whole_number

NOT_KEPT = ("after", "before", "format", "exact", "select", "saved")  # of an address; the rest makes a view
LONGEST_KEY = 120


class Viewing:
    """What a person sees of a list's views. Nothing is read before it is asked for; a list without a name has none."""

    def __init__(self, request: HttpRequest, own_tabs: Sequence[Tab]) -> None:
        self.request = request
        self._own_tabs = own_tabs
        match = request.resolver_match
        self.list_key = match.view_name if match else ""

    @cached_property
    def _found(self) -> tuple[list[View], list[Choice]]:
        user = self.request.user
        return views_for(user, self.list_key) if self.list_key and isinstance(user, User) else ([], [])

    @cached_property
    def saved(self) -> View | None:
        """The saved view that is open."""
        key = whole_number(self.request.GET.get("saved", ""))
        return next((view for view in self._found[0] if view.id == key), None)

    @cached_property
    def own_tab(self) -> Tab | None:
        """The list's own view that is open, unless it is a saved one."""
        return None if self.saved else next((tab for tab in self._own_tabs if tab.is_current), None)

    @property
    def view_key(self) -> str:
        """How the open view is named among the person's choices."""
        if self.saved:
            return key_of_saved(self.saved.id)
        return self.own_tab.url[:LONGEST_KEY] if self.own_tab else ""

    @cached_property
    def choice(self) -> Choice | None:
        """What the person chose for the open view."""
        return next((choice for choice in self._found[1] if choice.view_key == self.view_key), None)

    @cached_property
    def columns(self) -> Sequence[str]:
        """The names of the columns to show; none for all."""
        if self.choice and self.choice.columns:
            return self.choice.columns
        return self.saved.columns if self.saved else ()

    @cached_property
    def query(self) -> str:
        """The filters, sort and size of the address: what a view keeps."""
        kept = self.request.GET.copy()
        for name in NOT_KEPT:
            kept.pop(name, None)
        return kept.urlencode()

    @property
    def is_changed(self) -> bool:
        """Whether what is shown differs from what the open view keeps."""
        return self.saved is not None and self.saved.query != self.query

    @property
    def may_change(self) -> bool:
        """Whether this person may rename, change and delete the open view."""
        user = self.request.user
        return self.saved is not None and isinstance(user, User) and may_change(user, self.saved)

    @property
    def is_first(self) -> bool:
        """Whether this person's list opens with the open view."""
        return self.choice is not None and self.choice.is_default

    @staticmethod
    def url_of(view: View) -> str:
        """Where a saved view opens."""
        return f"?{view.query}{'&' if view.query else ''}saved={view.id}"

    @cached_property
    def first_url(self) -> str:
        """What the list opens with: as the person chose, otherwise their role's view, otherwise as it is."""
        views, choices = self._found
        chosen = next((choice.view_key for choice in choices if choice.is_default), None)
        if chosen is not None:
            saved = next((view for view in views if key_of_saved(view.id) == chosen), None)
            if saved:
                return self.url_of(saved)
            if any(tab.url == chosen for tab in self._own_tabs):
                return self._lasting(chosen)
        role_view = next((view for view in views if view.is_of_my_role), None)
        return self.url_of(role_view) if role_view else ""

    @staticmethod
    def _lasting(url: str) -> str:
        """An address that does not lead back to the first view."""
        return "?saved=0" if url == "?" else url

    @cached_property
    def tabs(self) -> list[Tab]:
        """The list's own tabs and one per saved view."""
        views = self._found[0]
        own = [
            replace(
                tab,
                url=self._lasting(tab.url) if self.first_url else tab.url,
                is_current=tab.is_current and self.saved is None,
            )
            for tab in self._own_tabs
        ]
        if views and not own:
            own = [Tab("All", "?saved=0", is_current=self.saved is None)]
        return [*own, *(Tab(view.name, self.url_of(view), is_current=view is self.saved) for view in views)]

    @property
    def clear_url(self) -> str:
        """The open tab without filters."""
        return next((tab.url for tab in self.tabs if tab.is_current and not self.saved), "?saved=0")
