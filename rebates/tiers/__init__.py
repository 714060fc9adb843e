"""Rebate tiers engine: pure functions from a basis to what it earns."""

from rebates.tiers.engine import (
    Forecast,
    Milestone,
    MilestoneKind,
    RateKind,
    Rebate,
    Scale,
    Step,
    Tier,
    TierMethod,
    accrual_delta,
    earn,
    forecast,
    milestones,
)

__all__ = [
    "Forecast",
    "Milestone",
    "MilestoneKind",
    "RateKind",
    "Rebate",
    "Scale",
    "Step",
    "Tier",
    "TierMethod",
    "accrual_delta",
    "earn",
    "forecast",
    "milestones",
]
