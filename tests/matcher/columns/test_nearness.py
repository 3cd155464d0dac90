"""Regions and industries: how near, and whether one lies in another."""

import numpy as np
import pytest

from matcher.columns import Interned
from matcher.columns.places import containment, nearest, place_numbers
from matcher.columns.sectors import SectorSteps, crosswalk, sector_hits, sector_nearness, sector_numbers

STEPS = (1.0, 0.8, 0.5, 0.3)


def _near(one, other):
    return float(nearest(Interned([place_numbers(one)]), Interned([place_numbers(other)]), STEPS)[-1, -1])


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ("331024", "331024", 1.0),  # the same county
        ("331024", "331000", 1.0),  # Xianju lies in Taizhou
        ("331024", "330000", 1.0),
        ("331024", "100000", 1.0),
        ("331024", "331002", 0.8),  # two counties of Taizhou
        ("331000", "331002", 0.8),  # the city is known, the county is not
        ("331024", "330106", 0.5),  # Zhejiang
        ("330000", "331002", 0.5),
        ("331024", "310115", 0.3),  # 长三角
        ("331024", "440305", 0.0),
        ("310115", "310101", 0.8),  # districts of Shanghai are one city
        ("110101", "110108", 0.8),
        ("100000", "331024", 0.0),  # somewhere in China says nothing about near
    ],
)
def test_distance_of_regions(one, other, value):
    assert _near([one], [other]) == pytest.approx(value)


def test_the_nearest_of_several_places_counts_and_nothing_is_unknown():
    assert _near(["440305", "331002"], ["331024", "110000"]) == pytest.approx(0.8)
    assert _near(None, ["331024"]) == _near(["331024"], None) == _near(["331024"], []) == -1


@pytest.mark.parametrize(
    ("inner", "outer", "state"),
    [("331024", "331000", 2), ("331000", "331024", 1), ("331024", "331002", 0), ("330000", "331024", 1)],
)
def test_a_wider_place_may_lie_inside(inner, outer, state):
    found = containment(Interned([place_numbers(inner)]), Interned([place_numbers(outer)]))
    assert int(found[-1, -1]) == state


def _fit(one, other):
    table = sector_nearness(Interned([sector_numbers(one)]), Interned([sector_numbers(other)]), SectorSteps())
    return float(table[-1, -1])


@pytest.mark.parametrize(
    ("project", "wanted", "value"),
    [
        (["gb:C26"], ["gb:C26"], 1.0),
        (["gb:C26"], ["gb:C"], 1.0),
        (["gb:C"], ["gb:C26"], 0.7),
        (["gb:C26"], ["gb:C39"], 0.4),
        (["gb:C26"], ["gb:K70"], 0.0),
        (["local:L01"], ["gb:C34"], 0.8),  # the slot stands for the division
        (["gb:C34"], ["local:L01"], 0.8),
        (["text:鱼肠"], ["text:鱼肠"], 1.0),
        (["text:鱼肠"], ["gb:C26"], -1.0),  # a word that no list knows tells nothing
        (["text:鱼肠", "gb:C26"], ["gb:K"], 0.0),
        (None, ["gb:C26"], -1.0),
    ],
)
def test_relations_of_industries(project, wanted, value):
    assert _fit(project, wanted) == pytest.approx(value)


def test_exclusion_is_sure_only_inside_the_excluded_industry():
    def hit(project, excluded):
        return int(sector_hits(Interned([sector_numbers(project)]), Interned([sector_numbers(excluded)]))[-1, -1])

    assert hit(["gb:C26"], ["gb:C"]) == 2
    assert hit(["gb:C"], ["gb:C26"]) == 1
    assert hit(["local:L01"], ["gb:C34"]) == 1
    assert hit(["gb:C26"], ["gb:K"]) == 0
    assert hit(["gb:C26"], ["text:鱼肠"]) == 0


def test_the_crosswalk_relates_every_code_to_itself_and_is_symmetric_where_it_must_be():
    walk = crosswalk()
    assert walk.within.diagonal().all()
    assert np.array_equal(walk.alike, walk.alike.T)
    assert np.array_equal(walk.mapped, walk.mapped.T)
    assert np.array_equal(walk.sibling, walk.sibling.T)
    assert (np.diff(walk.numbers) > 0).all()
