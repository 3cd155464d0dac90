"""Vectors and columns as real profiles have them, and filters that keep an exact share of the rows.

Unit vectors in 2,000 topics of 40 sectors, all leaning one way (mean cosine 0.3, as text vectors do); columns: sector,
region (Zipf over 31), deadline. Half of the sector filters name the query's own sector for sure, half any. The
deadline of a filter is set so that exactly the wanted share remains.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SECTORS, TOPICS, REGIONS = 40, 2000, 31
SHARES = (1.0, 0.5, 0.05, 0.005, 0.0005)
_COMMON, _SECTOR, _TOPIC, _OWN = 0.30, 0.15, 0.20, 0.35  # shares of the squared length


@dataclass(frozen=True)
class Filter:
    """Sectors (none: any), regions (none: any) and the earliest deadline."""

    sectors: tuple[int, ...]
    regions: tuple[int, ...]
    earliest: int


@dataclass(frozen=True)
class Records:
    """`vectors` (n, d) float32 unit rows; sector, region, deadline (n,) integers."""

    vectors: NDArray[np.float32]
    sector: NDArray[np.int16]
    region: NDArray[np.int16]
    deadline: NDArray[np.int32]

    def mask(self, wanted: Filter) -> NDArray[np.bool_]:
        """(n,) bool: which records the filter keeps."""
        kept = self.deadline >= wanted.earliest
        if wanted.sectors:
            kept &= np.isin(self.sector, wanted.sectors)
        if wanted.regions:
            kept &= np.isin(self.region, wanted.regions)
        return kept


def make_records(count: int, dim: int = 384, seed: int = 0) -> Records:
    """`count` records; the same seed gives the same records."""
    random = np.random.default_rng(seed)
    world = np.random.default_rng(1)
    common, sectors, topics = (_unit(world, size, dim) for size in (1, SECTORS, TOPICS))
    topic = random.integers(0, TOPICS, count)
    sector = (np.arange(TOPICS) % SECTORS)[topic]
    vectors = np.empty((count, dim), np.float32)
    for start in range(0, count, 50_000):
        part = slice(start, start + 50_000)
        rows = _OWN**0.5 * _unit(random, len(topic[part]), dim)
        rows += _COMMON**0.5 * common
        rows += _SECTOR**0.5 * sectors[sector[part]]
        rows += _TOPIC**0.5 * topics[topic[part]]
        vectors[part] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    region = (random.zipf(1.3, count) - 1) % REGIONS
    deadline = random.permutation(count)
    return Records(vectors, sector.astype(np.int16), region.astype(np.int16), deadline.astype(np.int32))


def make_filter(records: Records, share: float, own_sector: int, near: bool, random: np.random.Generator) -> Filter:
    """A filter that keeps exactly `share` of the records: sectors with the query's own (near), or any sectors.

    Half of all records with `near` off is a deadline alone.
    """
    count = len(records.sector)
    wanted_count = round(share * count)
    if share == 1.0:
        return Filter((), (), 0)
    width = {0.5: 26, 0.05: 6, 0.005: 2, 0.0005: 1}[share]
    sectors = tuple(int(each) for each in random.permutation(SECTORS)[:width])
    if near and own_sector not in sectors:
        sectors = (own_sector, *sectors[1:])
    if share == 0.5 and not near:
        sectors = ()
    regions = (0, 1, 2, 3, 4, 5) if share <= 0.005 else ()
    return _by_deadline(records, sectors, regions, wanted_count)


def make_far_filter(records: Records, own_sector: int) -> Filter:
    """Half of the records, none of them from the query's own sector: all that is near is left out."""
    others = tuple(each for each in range(SECTORS) if each != own_sector)
    return _by_deadline(records, others, (), len(records.sector) // 2)


def _by_deadline(records: Records, sectors: tuple[int, ...], regions: tuple[int, ...], wanted_count: int) -> Filter:
    deadlines = np.sort(records.deadline[records.mask(Filter(sectors, regions, 0))])
    return Filter(sectors, regions, int(deadlines[-min(wanted_count, len(deadlines))]))


def _unit(random: np.random.Generator, count: int, dim: int) -> NDArray[np.float32]:
    rows = random.standard_normal((count, dim), np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
