"""Replay of a company's history through the commands: a declared mapping, a tolerant reader, and a plan in day order.

Everything here but the driver is pure: files in, frozen records out; no database, no clock, no settings.
"""
