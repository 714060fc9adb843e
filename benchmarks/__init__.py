"""Benchmarks: ``python -m benchmarks NAME [--json]``; docs/benchmarks.md says what each one measures."""
