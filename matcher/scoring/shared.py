"""Parts that several purposes have."""

import numpy as np

from matcher.columns.pairs import Block, gathered
from matcher.columns.places import OUTSIDE, containment, nearest
from matcher.columns.sectors import SectorSteps, sector_nearness
from matcher.domain.taxonomy import RegionMode
from matcher.scoring.part import NO_VALUE, Setting, Values


def semantic(setting: Setting) -> Block | None:
    """How near the texts are, as the calibrated value that was given."""
    given = setting.semantic
    if given is None or np.isnan(given).all():
        return None
    return lambda i, j: np.fmax(given[i, j], NO_VALUE)


def region(setting: Setting) -> Block | None:
    """The nearest of the project's place and the places where it would land to the regions that the offer names.

    Where it would land anywhere in a wider region, it lands where the offer is. An offer that takes any region says
    nothing about a fit.
    """
    projects, offers = setting.projects, setting.offers
    steps = _region_steps(setting)
    place, land_in, regions = projects.tuples["place"], projects.tuples["land_in"], offers.tuples["regions"]
    near = nearest(place, regions, steps)
    willing = nearest(land_in, regions, steps)
    willing = np.where(containment(land_in, regions) > OUTSIDE, np.float32(steps[0]), willing)
    if (near < 0).all() and (willing < 0).all():
        return None
    by_place = gathered(near, projects.index("place"), offers.index("regions"))
    by_will = None if (willing < 0).all() else gathered(willing, projects.index("land_in"), offers.index("regions"))
    modes = offers["region_mode"]
    free = modes & modes.dtype.type(1 << RegionMode.ANY.position) != 0
    mask = np.where(free, NO_VALUE, np.float32(1)) if free.any() else None

    def block(i: slice, j: slice) -> Values:
        value: Values = by_place(i, j)
        if by_will is not None:
            value = np.maximum(value, by_will(i, j))
        return value if mask is None else np.minimum(value, mask[None, j])

    return block


def distance(setting: Setting) -> Block | None:
    """How far the offer's regions are from the project: 1 minus their nearness."""
    projects, offers = setting.projects, setting.offers
    near = nearest(projects.tuples["place"], offers.tuples["regions"], _region_steps(setting))
    if (near < 0).all():
        return None
    table = np.where(near < 0, near, 1 - near).astype(np.float32)
    return gathered(table, projects.index("place"), offers.index("regions"))


def sector(column: str) -> "SectorPart":
    """The part that compares the project's fields with a column of sectors of the offer."""
    return SectorPart(column)


class SectorPart:
    """The best relation between an industry of the project and one that the offer names."""

    def __init__(self, column: str) -> None:
        self.column = column

    def __call__(self, setting: Setting) -> Block | None:
        """The values block by block."""
        projects, offers = setting.projects, setting.offers
        rules = setting.context.rules.rules["sector"]
        steps = SectorSteps(**{name: rules[name] for name in SectorSteps.__dataclass_fields__})
        table = sector_nearness(projects.tuples["fields"], offers.tuples[self.column], steps)
        if (table < 0).all():
            return None
        return gathered(table, projects.index("fields"), offers.index(self.column))


def _region_steps(setting: Setting) -> tuple[float, float, float, float]:
    county, city, province, delta = setting.context.rules.rules["region"]["steps"]
    return county, city, province, delta
