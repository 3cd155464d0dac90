"""Which of e5's 250,037 pieces Chinese and English text needs: the others take 80 % of its table and are left out."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Progress
from embeddings.training.corpus import Corpus

_HAN = re.compile("▁?[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_SCRIPTS = ("LATIN", "GREEK", "DIGIT", "FULLWIDTH", "SUPERSCRIPT", "SUBSCRIPT", "MICRO", "OHM", "ROMAN")
_CHUNK = 2000


def kept_pieces(
    pieces: Sequence[str],
    specials: Iterable[int],
    tokenizer: Any,
    texts: Iterable[str],
    progress: Progress | None = None,
) -> NDArray[np.int64]:
    """The numbers of the pieces to keep, ascending: specials, Chinese, single characters, and all met in `texts`."""
    kept = np.zeros(len(pieces), bool)
    kept[list(specials)] = True
    kept[[i for i, piece in enumerate(pieces) if piece == "▁" or _HAN.fullmatch(piece) or _is_plain(piece)]] = True
    remaining, done = iter(texts), 0
    while chunk := list(islice(remaining, _CHUNK)):
        for encoding in tokenizer.encode_batch_fast(chunk):
            kept[encoding.ids] = True
        done += len(chunk)
        if progress:
            progress(done, 0)
    return np.flatnonzero(kept)


def _is_plain(piece: str) -> bool:
    """Whether the piece is one character of our two languages or one that any language uses."""
    if len(piece) != 1:
        return False
    if unicodedata.category(piece)[0] in "PSNZ":
        return True
    return unicodedata.name(piece, "").startswith(_SCRIPTS)


def trimming_texts(corpus: Corpus, english_words: Sequence[str]) -> Iterator[str]:
    """The text whose pieces stay: the training text, the dictionary, jieba's words, English words in three cases."""
    import jieba

    for paper in corpus.papers():
        yield f"{paper.title} {paper.abstract}"
        yield " ".join(paper.summary.values())
    for record in corpus.chinese_papers():
        yield f"{record.title or ''} {record.abstract}"
    for entry in corpus.dictionary():
        yield f"{entry.simplified} {entry.traditional} {'; '.join(entry.glosses)}"
    for word in english_words:
        yield f"{word} {word.capitalize()} {word.upper()}"
    with jieba.get_dict_file() as file:
        for line in file:
            yield line.decode("utf-8").split()[0]


def pack_pieces(kept: NDArray[np.int64], total: int) -> bytes:
    """The kept numbers as one bit a piece: 31 kB for 250,037."""
    bits = np.zeros(total, bool)
    bits[kept] = True
    return np.packbits(bits).tobytes()


def unpack_pieces(packed: bytes) -> NDArray[np.int64]:
    """The numbers that `pack_pieces` packed, ascending."""
    return np.flatnonzero(np.unpackbits(np.frombuffer(packed, np.uint8)))
