"""The frame of every page: which places a user can go to, which keys lead there, how the page looks to this user.

The registry is filled once per process by ``orders_site.wiring``; what a user may not use is absent, not disabled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse

from core.access import company_ids, may
from core.models import Company, User
from core.web.companies import chosen_company, working_companies
from core.web.desk import COUNTED_AT_MOST, Countable, Desk, desk_of
from core.web.parts import Link

GROUPS = ("", "Sell", "Fulfil", "Stock", "Money", "Insight", "Admin")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in the sidebar. ``go`` is its key after ``g``; ``permission`` is empty for places open to everybody.

    ``count`` gives the rows that wait there for a person; how many is shown beside the place.
    """

    group: str
    label: str
    url_name: str
    icon: str
    permission: str = ""
    go: str = ""
    count: Countable | None = None


@dataclass(frozen=True, slots=True)
class CreateItem:
    """Something that can be made from anywhere: its key follows ``c``."""

    label: str
    url_name: str
    key: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class NavLink:
    """A sidebar item as drawn."""

    label: str
    url: str
    icon: str
    keys: str
    is_current: bool
    count: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A heading with its links; the first group has none."""

    label: str
    links: Sequence[NavLink]


@dataclass(frozen=True, slots=True)
class Appearance:
    """How the page looks to this user, written on ``<html>`` so that nothing flashes."""

    theme: str = "auto"
    density: str = "default"


class _Registry:
    """What the wiring declared."""

    def __init__(self) -> None:
        self.items: list[NavItem] = []
        self.creates: list[CreateItem] = []
        self.user_links: list[NavItem] = []
        self.search_url_name = ""
        self.ribbon = ""


registry = _Registry()


def declare(
    items: Iterable[NavItem],
    *,
    creates: Iterable[CreateItem] = (),
    user_links: Iterable[NavItem] = (),
    search_url_name: str = "",
    ribbon: str = "",
) -> None:
    """Set the navigation: sidebar, create keys, user menu, the jump box's target, a test system's ribbon."""
    registry.items = sorted(items, key=lambda item: GROUPS.index(item.group))
    registry.creates = list(creates)
    registry.user_links = list(user_links)
    registry.search_url_name = search_url_name
    registry.ribbon = ribbon


@lru_cache(maxsize=128)
def _address(url_name: str) -> str:
    """The address of a place: the same for everybody, and drawn some forty times on each page."""
    return reverse(url_name)


def _allowed(request: HttpRequest, permission: str) -> bool:
    return not permission or may(request.user, permission)


def navigation(request: HttpRequest) -> list[NavGroup]:
    """The sidebar of this user, the current place marked: the longest address that the page's own begins with."""
    found = [(item, _address(item.url_name)) for item in registry.items if _allowed(request, item.permission)]
    here = max(
        (url for _, url in found if request.path.startswith(url) and (url != "/" or request.path == "/")), default=""
    )
    groups = []
    for label in GROUPS:
        links = [
            NavLink(item.label, url, item.icon, f"g {item.go}" if item.go else "", url == here, _count(request, item))
            for item, url in found
            if item.group == label
        ]
        if links:
            groups.append(NavGroup(label, links))
    return groups


def desk(request: HttpRequest) -> Desk:
    """What waits and what runs for this user; asked once per request."""
    known: Desk | None = getattr(request, "kept_desk", None)
    if known is None:
        user = request.user
        items = [item for item in registry.items if item.count and _allowed(request, item.permission)]
        counts = {item.url_name: item.count for item in items if item.count}
        known = desk_of(user, working_companies(request), counts) if isinstance(user, User) else Desk({}, ())
        request.kept_desk = known  # type: ignore[attr-defined]
    return known


def _count(request: HttpRequest, item: NavItem) -> str:
    number = desk(request).counts.get(item.url_name, 0) if item.count else 0
    return f"{COUNTED_AT_MOST}+" if number > COUNTED_AT_MOST else str(number) if number else ""


def creates(request: HttpRequest) -> list[tuple[str, str, str]]:
    """What this user can create from anywhere: label, address, keys."""
    return [
        (item.label, _address(item.url_name), f"c {item.key}")
        for item in registry.creates
        if _allowed(request, item.permission)
    ]


def user_menu(request: HttpRequest) -> list[Link]:
    """The links of the user's own menu."""
    return [
        Link(item.label, _address(item.url_name)) for item in registry.user_links if _allowed(request, item.permission)
    ]


def search_url() -> str:
    """Where the jump box leads, or nothing while there is no search."""
    return _address(registry.search_url_name) if registry.search_url_name else ""


def ribbon() -> str:
    """The word that says this is not the production system, or nothing."""
    return registry.ribbon


def appearance(request: HttpRequest) -> Appearance:
    """Theme and density of the signed-in user; the device's own for everybody else."""
    user = request.user
    return Appearance(user.theme, user.density) if user.is_authenticated else Appearance()


@dataclass(frozen=True, slots=True)
class CompanySwitch:
    """The companies that the user may work for, and the chosen one: none is all of them."""

    companies: Sequence[Company]
    chosen: Company | None

    @property
    def label(self) -> str:
        """What the switch says."""
        if self.chosen:
            return self.chosen.name
        names = [company.name for company in self.companies]
        return " · ".join(names) if len(names) < 3 else f"{len(names)} companies"


def company_switch(request: HttpRequest) -> CompanySwitch | None:
    """The switch between companies, only where there is more than one."""
    keys = company_ids(request.user)
    if len(keys) < 2:
        return None
    companies = list(Company.objects.filter(pk__in=keys).order_by("name"))
    chosen = chosen_company(request)
    return CompanySwitch(companies, next((company for company in companies if company.pk == chosen), None))
