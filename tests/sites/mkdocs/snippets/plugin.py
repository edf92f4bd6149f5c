"""Warns of what goes off this week."""

from datetime import date, timedelta

from larder.plugins import Plugin, hook


# --8<-- [start:class]
class GoesOff(Plugin):
    """Adds a card to the start page."""

    name = "goes-off"
    days = 7

    # --8<-- [start:hook]
    @hook("dashboard.cards")
    def card(self, pantry):
        soon = date.today() + timedelta(days=self.days)
        return [item for item in pantry.items if item.best_before and item.best_before <= soon]
    # --8<-- [end:hook]
# --8<-- [end:class]
