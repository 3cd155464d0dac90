"""Sets of rows between roaring and plain bits, in a few memory copies.

Roaring keeps 65,536 rows a container: as bits, as a sorted list, or as runs. Bits are copied whole (8 KiB), so that
half of 100,000 rows costs about 10 µs where going row by row costs 140 µs.
Format: github.com/RoaringBitmap/RoaringFormatSpec, "standard 32-bit".
"""

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

_RUNS, _NO_RUNS = 12347, 12346
_CONTAINER_BYTES = 8192
_LIST_LIMIT = 4096


def packed_bits(rows: BitMap, byte_count: int) -> NDArray[np.uint8]:
    """(byte_count,) uint8: bit `row & 7` of byte `row >> 3` is set for rows in the set; later ones are left out."""
    data = np.frombuffer(rows.serialize(), np.uint8)
    bits = np.zeros(-(-byte_count // _CONTAINER_BYTES) * _CONTAINER_BYTES, np.uint8)
    kinds, keys, cardinalities, position = _header(data)
    for is_run, key, cardinality in zip(kinds, keys, cardinalities, strict=True):
        begin = int(key) * _CONTAINER_BYTES
        if begin >= len(bits):
            break
        target = bits[begin : begin + _CONTAINER_BYTES]
        if is_run:
            count = int(data[position : position + 2].view(np.uint16)[0])
            runs = data[position + 2 : position + 2 + 4 * count].view(np.uint16).reshape(-1, 2)
            target[:] = _bits_of_runs(runs)
            position += 2 + 4 * count
        elif cardinality > _LIST_LIMIT:
            target[:] = data[position : position + _CONTAINER_BYTES]
            position += _CONTAINER_BYTES
        else:
            mask = np.zeros(8 * _CONTAINER_BYTES, np.bool_)
            mask[data[position : position + 2 * int(cardinality)].view(np.uint16)] = True
            target[:] = np.packbits(mask, bitorder="little")
            position += 2 * int(cardinality)
    return bits[:byte_count]


def row_set(mask: NDArray[np.bool_]) -> BitMap:
    """The rows i where `mask[i]` is true: what a condition over whole columns keeps, as a set to search in."""
    bits = np.zeros(-(-len(mask) // (8 * _CONTAINER_BYTES)) * _CONTAINER_BYTES, np.uint8)
    bits[: (len(mask) + 7) // 8] = np.packbits(mask, bitorder="little")
    containers = bits.reshape(-1, _CONTAINER_BYTES)
    sizes = np.bitwise_count(containers.view(np.uint64)).sum(axis=1, dtype=np.int64)
    keys = np.flatnonzero(sizes)
    bodies: list[bytes] = []
    for key in keys:
        if sizes[key] > _LIST_LIMIT:
            bodies.append(containers[key].tobytes())
        else:
            begin = 8 * _CONTAINER_BYTES * int(key)
            part = mask[begin : begin + 8 * _CONTAINER_BYTES]
            bodies.append(np.flatnonzero(part).astype(np.uint16).tobytes())
    head = np.array([_NO_RUNS, len(keys)], np.uint32).tobytes()
    pairs = np.stack([keys, sizes[keys] - 1], axis=1).astype(np.uint16).tobytes()
    first = len(head) + len(pairs) + 4 * len(keys)
    offsets = np.cumsum([first, *map(len, bodies)])[:-1].astype(np.uint32).tobytes()
    return BitMap.deserialize(b"".join([head, pairs, offsets, *bodies]))


def _header(data: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.uint16], NDArray[np.int64], int]:
    """Per container: kept as runs?, high half of its rows, how many rows; and where the first container begins."""
    cookie = int(data[:4].view(np.uint32)[0])
    if cookie & 0xFFFF == _RUNS:
        count = (cookie >> 16) + 1
        flag_bytes = (count + 7) // 8
        kinds = np.unpackbits(data[4 : 4 + flag_bytes], count=count, bitorder="little").astype(np.bool_)
        position, has_offsets = 4 + flag_bytes, count >= 4
    else:
        count = int(data[4:8].view(np.uint32)[0])
        kinds, position, has_offsets = np.zeros(count, np.bool_), 8, True
    pairs = np.frombuffer(data[position : position + 4 * count].tobytes(), np.uint16).reshape(-1, 2)
    position += 4 * count * (2 if has_offsets else 1)
    return kinds, pairs[:, 0], pairs[:, 1].astype(np.int64) + 1, position


def _bits_of_runs(runs: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """(8192,) uint8 of runs (first row, rows after it)."""
    change = np.zeros(8 * _CONTAINER_BYTES + 1, np.int8)
    change[runs[:, 0]] = 1
    change[runs.sum(axis=1, dtype=np.int64) + 1] -= 1
    return np.packbits(np.cumsum(change[:-1], dtype=np.int8).view(np.bool_), bitorder="little")
