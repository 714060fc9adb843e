"""The audit: row history by triggers, and the sealed chain that shows what was changed behind them."""
