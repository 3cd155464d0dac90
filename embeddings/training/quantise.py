"""Step 5: the trained table as it ships: int8 rows, one scale a token, a folder for sentence-transformers."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from embeddings.encoder import FloatRows
from embeddings.manifest import Manifest, file_digest, write_manifest
from embeddings.training.export import quantised_rows
from embeddings.training.vocabulary import Piece, build_tokenizer

_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.sentence_transformer.modules.StaticEmbedding"},
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.sentence_transformer.modules.Normalize",
    },
]
_FILES = ("model.safetensors", "modules.json", "tokenizer.json")
LICENCES = {
    "this table": "Apache-2.0",
    "arXiv metadata": "CC0-1.0",
    "CSL": "Apache-2.0",
    "CC-CEDICT": "CC-BY-SA-4.0 (weights learned from it; no dictionary text is shipped)",
    "daily-arXiv-ai-enhanced": "Modified Apache License (weights learned from its Chinese summaries)",
    "multilingual-e5-small": "MIT (teacher)",
    "Universal Sentence Encoder multilingual v3": "Apache-2.0 (teacher)",
}


def export_static(
    folder: Path,
    pieces: Sequence[Piece],
    table: FloatRows,
    *,
    recipe: Mapping[str, object],
    data: Mapping[str, str],
    figures: Mapping[str, object],
) -> Manifest:
    """Writes the folder that `load_encoder` and sentence-transformers read, over an older one once it is whole."""
    from safetensors.numpy import save_file

    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    build_tokenizer(pieces).save(str(partial / "tokenizer.json"), pretty=False)
    rows, scales = quantised_rows(table)
    save_file({"embeddings": rows, "weights": scales}, str(partial / "model.safetensors"))
    (partial / "modules.json").write_text(json.dumps(_MODULES, indent=1) + "\n", "utf-8")
    manifest = Manifest(
        kind="static",
        name="builtin:static",
        version=str(recipe["version"]),
        dim=table.shape[1],
        files={name: file_digest(partial / name) for name in _FILES},
        licences=LICENCES,
        recipe=recipe,
        data=data,
        figures=figures,
    )
    write_manifest(partial, manifest)
    for path in partial.iterdir():
        path.chmod(0o644)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)
    return manifest
