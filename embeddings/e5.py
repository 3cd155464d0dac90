"""The trimmed multilingual-e5-small, run by onnxruntime: texts to unit rows of 384 numbers."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from embeddings.encoder import FloatRows, Progress, clean_texts, unit_rows
from embeddings.errors import EncoderBrokenError

PROMPTS = {"query": "query: ", "document": "passage: "}
MAX_TOKENS = 512
_MOST_WINDOWS = 16  # 8,000 tokens, about 12,000 Chinese characters; what comes after is not read
_BATCH_TOKENS = 4096
_PAD = 1


class E5:
    """The model in `folder` (model.onnx, tokenizer.json) on `threads` threads."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
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

    def encode(self, texts: Sequence[str], role: str, progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32 unit rows behind the prompt of `role` (query or document); zero for an empty text.

        A text over 512 tokens is read in windows, whose rows are averaged by length.
        """
        cleaned = clean_texts(texts)
        rows = np.zeros((len(cleaned), self.dim), np.float32)
        windows = self._windows(cleaned, PROMPTS[role])
        # By length, so that a batch carries little padding; then by text, so that order of input changes no batch.
        windows.sort(key=lambda window: (len(window[1]), cleaned[window[0]]))
        done = 0
        for batch in _batches(windows):
            owners = np.array([owner for owner, _ in batch])
            lengths = np.array([[len(ids)] for _, ids in batch], np.float32)
            np.add.at(rows, owners, self._run([ids for _, ids in batch]) * lengths)
            done += len(batch)
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

    def _run(self, batch: Sequence[Sequence[int]]) -> FloatRows:
        ids = np.full((len(batch), len(batch[-1])), _PAD, np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        (rows,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return np.asarray(rows, np.float32)


def _batches(windows: Sequence[tuple[int, list[int]]]) -> Iterator[Sequence[tuple[int, list[int]]]]:
    """Runs of windows, ascending in length, of at most `_BATCH_TOKENS` tokens with padding."""
    start = 0
    for end in range(1, len(windows) + 1):
        if end == len(windows) or (end + 1 - start) * len(windows[end][1]) > _BATCH_TOKENS:
            yield windows[start:end]
            start = end


def session_threads() -> int:
    """How many threads the model takes: OMP_NUM_THREADS if set, else one."""
    value = os.environ.get("OMP_NUM_THREADS", "1").split(",")[0]
    return int(value) if value.isdigit() and int(value) > 0 else 1
