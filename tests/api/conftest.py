from tests.world import World, world  # noqa: F401 - the world's fixture
