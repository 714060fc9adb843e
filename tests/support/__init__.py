"""Tools of the test suite that are not tests."""
