"""Work that nobody does: its hours, and what it costs in loyalty, where a program may leave work undone.

A case unserved counts as CSAT 0 and as late. It costs no provider anything and settles nothing.
"""

from __future__ import annotations

import numpy as np

from models.catalog import Array
from models.economics.delivery_formulas import loyalty_loss_per_case

from .instance import Instance


def hours_per_case(instance: Instance) -> Array:
    """Hours that a case of each work class takes, shape (classes,)."""
    hours = instance.catalog.service_table["hours_per_case"].to_numpy(dtype=float)
    return np.asarray(hours[instance.classes.service])


def unserved_loss_per_case(instance: Instance) -> Array:
    """Product revenue lost by an unserved case of each work class, shape (classes,): loyalty_loss x csat_target."""
    tiers = instance.catalog.tier_table
    loss, target = (tiers[name].to_numpy(dtype=float) for name in ("loyalty_loss", "csat_target"))
    return np.asarray(loyalty_loss_per_case(loss, target, 0.0))[instance.classes.tier]
