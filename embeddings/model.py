"""Any sentence-transformers model, from a folder or from the hub. Its heavy imports happen when one is loaded."""

import hashlib
import logging
import os
import socket
import threading
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import Encoder, FloatRows, Progress, clean_texts, unit_rows
from embeddings.errors import EncoderBrokenError, EncoderMissingError
from embeddings.manifest import digest_of, file_digest
from embeddings.presets import PRESETS, Preset

_BATCH = 256
_WEIGHTS = (".safetensors", ".bin", ".json", ".model", ".txt", ".onnx", ".vocab", ".py")
_OFFLINE = "Working offline: builtin:static, builtin:quality once built (matcher models build), or a model folder."


class ModelEncoder:
    """A sentence-transformers model on the CPU, with the prompts of its preset or of its own settings."""

    def __init__(self, name: str, folder: Path, model: Any, preset: Preset | None) -> None:
        self.name = name
        self.dim = int(model.get_embedding_dimension())
        self._model = model
        self._preset = preset
        if preset:
            model.max_seq_length = min(preset.max_tokens, model.max_seq_length or preset.max_tokens)
        prompts = sorted((key, value) for key, value in model.prompts.items() if value)
        settings = repr(
            (self.dim, model.max_seq_length, prompts, preset and (preset.query_prompt, preset.document_prompt))
        )
        self.fingerprint = digest_of(_folder_digest(folder), settings)

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32 unit rows of short texts, behind the model's query prompt."""
        return self._rows(
            texts, progress, self._model.encode_query, self._preset.query_prompt if self._preset else None
        )

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32 unit rows of long texts, behind the model's document prompt."""
        return self._rows(
            texts, progress, self._model.encode_document, self._preset.document_prompt if self._preset else None
        )

    def _rows(self, texts: Sequence[str], progress: Progress | None, encode: Any, prompt: str | None) -> FloatRows:
        cleaned = clean_texts(texts)
        rows = np.zeros((len(cleaned), self.dim), np.float32)
        filled = sorted((i for i, text in enumerate(cleaned) if text.strip()), key=lambda i: (len(cleaned[i]), i))
        for start in range(0, len(filled), _BATCH):
            chosen = filled[start : start + _BATCH]
            batch = [cleaned[i] for i in chosen]
            rows[chosen] = encode(batch, prompt=prompt, batch_size=32, show_progress_bar=False, convert_to_numpy=True)
            if progress:
                progress(start + len(chosen), len(filled))
        return unit_rows(rows)


def load_model_folder(folder: Path) -> Encoder:
    """The sentence-transformers model in `folder`; a pure token table is read directly, without torch.

    Raises EncoderBrokenError if the folder cannot be loaded or its model does not fit its settings.
    """
    from embeddings.static import is_static_folder, load_static

    if is_static_folder(folder):
        return load_static(folder)
    return _load(str(folder), folder, PRESETS.get(folder.name))


def load_hub_model(name: str) -> Encoder:
    """The model `name` of the hub, from the local cache if it is there, else downloaded.

    Raises EncoderMissingError within 3 s if it is not cached and the hub is switched off or cannot be reached.
    """
    from huggingface_hub import snapshot_download, try_to_load_from_cache
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        cached = try_to_load_from_cache(name, "config.json") or try_to_load_from_cache(name, "modules.json")
        if not isinstance(cached, str):
            _require_hub(name)
        folder = Path(snapshot_download(name, local_files_only=isinstance(cached, str)))
    except HFValidationError as error:
        raise EncoderMissingError(
            f"{name!r} is neither a folder here nor a model name of the hub. {_OFFLINE}"
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise EncoderMissingError(f"The hub has no model {name!r} that can be read: {error}. {_OFFLINE}") from error
    return _load(name, folder, PRESETS.get(name))


def _require_hub(name: str) -> None:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "TRUE", "YES", "ON"}:
        raise EncoderMissingError(f"The model {name!r} is not on this machine and HF_HUB_OFFLINE is set. {_OFFLINE}")
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    if not hub_answers(endpoint):
        raise EncoderMissingError(
            f"The model {name!r} is not on this machine and {endpoint} does not answer. {_OFFLINE}"
        )


def hub_answers(endpoint: str, timeout_s: float = 2.0) -> bool:
    """Whether `endpoint`, or the proxy in front of it, accepts a connection within `timeout_s` seconds."""
    scheme = urllib.parse.urlsplit(endpoint).scheme or "https"
    target = urllib.parse.urlsplit(urllib.request.getproxies().get(scheme, endpoint))
    answered = threading.Event()

    def connect() -> None:
        try:
            port = target.port or (80 if target.scheme == "http" else 443)
            socket.create_connection((target.hostname or "", port), timeout_s).close()
            answered.set()
        except OSError:
            pass  # name unknown, refused, or too slow: the answer is no

    # In a thread because the look-up of a name has no timeout of its own.
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(timeout_s)
    return answered.is_set()


def _load(name: str, folder: Path, preset: Preset | None) -> ModelEncoder:
    from sentence_transformers import SentenceTransformer

    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
    # What a damaged folder raises depends on the library that meets it first: safetensors, tokenizers, json, torch.
    except Exception as error:
        raise EncoderBrokenError(
            f"{name} cannot be loaded as a sentence-transformers model: {error}. {_OFFLINE}"
        ) from error
    if preset and model.get_embedding_dimension() != preset.dim:
        found = model.get_embedding_dimension()
        raise EncoderBrokenError(f"{name} gives {found} numbers; its preset says {preset.dim}. This is another model.")
    return ModelEncoder(name, folder, model, preset)


def _folder_digest(folder: Path) -> str:
    """Digest over every file that a model reads; README and pictures change no vector."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _WEIGHTS:
            total.update(f"{path.relative_to(folder).as_posix()} {file_digest(path)}\n".encode())
    return total.hexdigest()
