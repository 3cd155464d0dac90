"""Words without meaning: TF-IDF reduced by SVD, the baseline of every evaluation.

Deerwester et al. 1990, "Indexing by latent semantic analysis"; fitted by scikit-learn on the corpus itself.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import FloatRows, Progress, clean_texts, unit_rows
from embeddings.errors import EncoderBrokenError, EncoderError
from embeddings.manifest import Manifest, file_digest, read_manifest, write_manifest

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
_BATCH = 4096


def terms(text: str) -> list[str]:
    """Pairs of Chinese characters and Latin words, lower case: needs no dictionary."""
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        if run[0] > "z" and len(run) > 1:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.append(run)
    return found


def _vectorizer(vocabulary: dict[str, int] | None = None, min_df: int = 1) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer=terms, sublinear_tf=True, min_df=min_df, vocabulary=vocabulary, max_features=200_000, dtype=np.float32
    )


class TfidfEncoder:
    """TF-IDF rows projected on `dim` directions; made by `fit_tfidf` or read from a folder."""

    def __init__(self, folder: Path, fingerprint: str, vectorizer: Any, directions: FloatRows) -> None:
        self.name = str(folder)
        self.dim = directions.shape[1]
        self.fingerprint = fingerprint
        self._vectorizer = vectorizer
        self._directions = directions

    def encode_query(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """(n, dim) float32 unit rows; zero for a text without a known term."""
        cleaned = clean_texts(texts)
        rows = np.zeros((len(cleaned), self.dim), np.float32)
        for start in range(0, len(cleaned), _BATCH):
            batch = cleaned[start : start + _BATCH]
            rows[start : start + len(batch)] = self._vectorizer.transform(batch) @ self._directions
            if progress:
                progress(start + len(batch), len(cleaned))
        return unit_rows(rows)

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        """The same as `encode_query`: words have no role."""
        return self.encode_query(texts, progress)


def fit_tfidf(texts: Sequence[str], folder: Path, dim: int = 256, seed: int = 0, min_df: int = 1) -> TfidfEncoder:
    """Fits TF-IDF + SVD on `texts`, writes it to `folder` and gives the encoder.

    Raises EncoderError if the corpus has no term, or fewer terms or texts than would give one direction.
    """
    from sklearn.decomposition import TruncatedSVD

    vectorizer = _vectorizer(min_df=min_df)
    try:
        counts = vectorizer.fit_transform(clean_texts(texts))
    except ValueError as error:
        raise EncoderError(f"TF-IDF cannot be fitted on these {len(texts)} texts: {error}") from error
    possible = min(dim, counts.shape[0], counts.shape[1])
    directions = np.asarray(TruncatedSVD(possible, random_state=seed).fit(counts).components_.T, np.float32)
    _write(folder, vectorizer, directions)
    return load_tfidf(folder)


def _write(folder: Path, vectorizer: Any, directions: FloatRows) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    (folder / "terms.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
    np.savez(folder / "weights.npz", idf=vectorizer.idf_.astype(np.float32), directions=directions)
    files = {name: file_digest(folder / name) for name in ("terms.json", "weights.npz")}
    write_manifest(folder, Manifest("tfidf", "tfidf", "1", directions.shape[1], files))


def load_tfidf(folder: Path, manifest: Manifest | None = None) -> TfidfEncoder:
    """The encoder that `fit_tfidf` wrote to `folder`; raises EncoderBrokenError if a file was changed."""
    manifest = manifest or read_manifest(folder)
    vocabulary = json.loads((folder / "terms.json").read_text("utf-8"))
    with np.load(folder / "weights.npz", allow_pickle=False) as weights:
        idf, directions = weights["idf"], weights["directions"]
    if directions.shape != (len(vocabulary), manifest.dim) or idf.shape != (len(vocabulary),):
        raise EncoderBrokenError(
            f"{folder}: {len(vocabulary)} terms, but weights of shape {directions.shape}. Fit it again."
        )
    vectorizer = _vectorizer({term: column for column, term in enumerate(vocabulary)})
    vectorizer.idf_ = idf
    return TfidfEncoder(folder, manifest.fingerprint, vectorizer, directions)
