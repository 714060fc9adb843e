from tests.rebates.conftest import balance, rebates
from tests.world import World, world

__all__ = ["World", "balance", "rebates", "world"]
