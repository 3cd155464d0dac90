"""Hub models with the prompts, length and licence their authors give; any other model works by its own settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings that a hub model needs but does not always carry. `weight` is that of BM25n beside its cosine."""

    name: str
    dim: int
    max_tokens: int
    licence: str
    query_prompt: str = ""
    document_prompt: str = ""
    weight: float = 0.5
    note: str = ""


_ALL = (
    Preset("intfloat/multilingual-e5-small", 384, 512, "MIT", "query: ", "passage: ", 0.1, "C-MTEB retrieval 59.9"),
    Preset("intfloat/multilingual-e5-base", 768, 512, "MIT", "query: ", "passage: ", 0.1, "C-MTEB retrieval 61.6"),
    Preset("intfloat/multilingual-e5-large", 1024, 512, "MIT", "query: ", "passage: ", 0.1, "C-MTEB retrieval 63.7"),
    Preset(
        "BAAI/bge-small-zh-v1.5", 512, 512, "MIT", "为这个句子生成表示以用于检索相关文章：", "", 0.5,
        "Chinese only; C-MTEB retrieval 61.8",
    ),
    Preset("BAAI/bge-m3", 1024, 8192, "MIT"),
    Preset(
        "Alibaba-NLP/gte-multilingual-base", 768, 8192, "Apache-2.0",
        note="the original needs remote code, which Matcher never runs",
    ),
    Preset(
        "Qwen/Qwen3-Embedding-0.6B", 1024, 32768, "Apache-2.0",
        "Instruct: Given a technology need, retrieve the projects and offers that meet it\nQuery:", "", 0.5,
        "C-MTEB retrieval 71.0",
    ),
)  # fmt: skip

PRESETS = {preset.name: preset for preset in _ALL}
"""Sources: MTEB leaderboard data for e5, the READMEs of FlagEmbedding and of Qwen3-Embedding."""
