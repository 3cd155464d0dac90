"""The trimmed multilingual-e5-small, run by onnxruntime: texts to unit rows of 384 numbers.

Each text is read alone: int8 activations are scaled per run, so in a batch a row would change with its company; and a
batch of one thread is slower by a third, for its padding (docs/models.md).
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from embeddings.encoder import FloatRows, Progress, clean_texts, unit_rows
from embeddings.errors import EncoderBrokenError

PROMPTS = {"query": "query: ", "document": "passage: "}
MAX_TOKENS = 512
_MOST_WINDOWS = 16  # 8,000 tokens, about 12,000 Chinese characters; what comes after is not read
READING = "each window alone"
"""A part of the fingerprint: to be changed when rows change though no file does."""


class E5:
    """The model in `folder` (model.onnx, tokenizer.json); `threads` windows are read side by side."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        # Both libraries raise classes of their own, not all of them public, for a file they cannot read.
        except Exception as error:
            raise EncoderBrokenError(f"{folder} cannot be read as the built e5: {error}. Build it again.") from error
        self.dim = int(self._session.get_outputs()[0].shape[1])
        self._threads = threads

    def encode(self, texts: Sequence[str], role: str, progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32 unit rows behind the prompt of `role` (query or document); zero for an empty text.

        A text over 512 tokens is read in windows, whose rows are averaged by length.
        """
        cleaned = clean_texts(texts)
        rows = np.zeros((len(cleaned), self.dim), np.float32)
        windows = self._windows(cleaned, PROMPTS[role])
        with ThreadPoolExecutor(self._threads) as pool:
            for done, ((owner, ids), row) in enumerate(zip(windows, pool.map(self._row, windows), strict=True), 1):
                rows[owner] += row * len(ids)
                if progress:
                    progress(done * len(cleaned) // len(windows), len(cleaned))
        return unit_rows(rows)

    def _windows(self, texts: Sequence[str], prompt: str) -> list[tuple[int, list[int]]]:
        """(text number, token numbers) of every window of every text that is not blank."""
        filled = [number for number, text in enumerate(texts) if text.strip()]
        begin, *start, end = self._tokenizer.encode(prompt.strip()).ids
        room = MAX_TOKENS - len(start) - 2
        windows: list[tuple[int, list[int]]] = []
        # A token has at least one character, and few have more than five: no need to cut a text far beyond the windows.
        cut = _MOST_WINDOWS * MAX_TOKENS * 8
        encodings = self._tokenizer.encode_batch_fast([prompt + texts[number][:cut] for number in filled])
        for number, encoding in zip(filled, encodings, strict=True):
            ids = encoding.ids
            if len(ids) <= MAX_TOKENS:
                windows.append((number, ids))
                continue
            content = ids[1 + len(start) : -1]
            places = range(0, min(len(content), room * _MOST_WINDOWS), room)
            windows.extend((number, [begin, *start, *content[at : at + room], end]) for at in places)
        return windows

    def _row(self, window: tuple[int, list[int]]) -> FloatRows:
        """(dim,) float32: the row of one window."""
        ids = np.array([window[1]], np.int64)
        (rows,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return np.asarray(rows[0], np.float32)


def session_threads() -> int:
    """How many threads the model takes: OMP_NUM_THREADS if set, else one."""
    value = os.environ.get("OMP_NUM_THREADS", "1").split(",")[0]
    return int(value) if value.isdigit() and int(value) > 0 else 1
