"""What the resolver declares: each route of the pages with its right and its methods, and the bare view behind it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.test_architecture import routes

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
INNER = ("view", "func", "view_func")  # what the decorators call the view that they guard


@dataclass(frozen=True)
class Route:
    """One address pattern, its view as the resolver calls it, and what the view declares."""

    pattern: str
    view: Callable[..., Any]

    @property
    def right(self) -> str:
        """The right that it asks for; “signed in” or “public: why” where it asks for none."""
        return str(getattr(self.view, "access_policy", ""))

    @property
    def is_public(self) -> bool:
        """Whether it is open to everybody."""
        return self.right.startswith("public: ")

    @cached_property
    def methods(self) -> frozenset[str]:
        """The methods that its decorators let through; all of them where the view itself decides."""
        for wrapper in _wrappers(self.view):
            listed = _closure(wrapper).get("request_method_list")
            if listed is not None:
                return frozenset(listed.cell_contents)
        return frozenset(VERBS)

    def probed(self, probe: Callable[..., Any]) -> "_Probed":
        """The view with every guard in place and the probe where its body was, while the block runs."""
        return _Probed(self.view, probe)

    def is_let_in(self, right: frozenset[str]) -> bool:
        """Whether somebody who is signed in with these rights comes in."""
        return self.is_public or self.right == "signed in" or self.right in right


def _closure(view: Any) -> dict[str, Any]:
    code = getattr(view, "__code__", None)
    return dict(zip(code.co_freevars, view.__closure__ or (), strict=True)) if code else {}


def _wrappers(view: Any) -> Iterator[Any]:
    """The guards around a view, from the outermost."""
    while True:
        cell = next((found for name, found in _closure(view).items() if name in INNER), None)
        if cell is None:
            return
        yield view
        view = cell.cell_contents


class _Probed:
    def __init__(self, view: Any, probe: Callable[..., Any]) -> None:
        (*_, innermost) = _wrappers(view)
        self.cell = next(found for name, found in _closure(innermost).items() if name in INNER)
        self.probe = probe

    def __enter__(self) -> None:
        self.body = self.cell.cell_contents
        self.cell.cell_contents = self.probe

    def __exit__(self, *_: object) -> None:
        self.cell.cell_contents = self.body


def page_routes() -> list[Route]:
    """Every route but those of programs."""
    return [Route(pattern, view) for pattern, view in routes() if not pattern.startswith("api/v1/")]  # type: ignore[arg-type]
