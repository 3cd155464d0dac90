"""A tiny corpus with the shape of the public files, and two toy teachers: every step of the recipe runs on them."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.training.corpus import Corpus

# Two subjects with words of their own in both languages; the texts are made up for this test.
SUBJECTS = {
    "能源": ("energy", ["电池", "电解质", "储能", "光伏"], ["battery", "electrolyte", "storage", "photovoltaic"]),
    "医学": ("medicine", ["抗体", "肿瘤", "药物", "临床"], ["antibody", "tumour", "drug", "clinical"]),
}


def _lines(path: Path, rows: Sequence[object]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _record(rng: np.random.Generator, number: int) -> tuple[dict[str, object], dict[str, object]]:
    field = sorted(SUBJECTS)[number % 2]
    _, chinese, english = SUBJECTS[field]
    zh, en = (list(rng.choice(words, 3, replace=False)) for words in (chinese, english))
    paper = {
        "title": f"{en[0]} and {en[1]}",
        "abstract": f"We study {en[0]} with {en[1]} and {en[2]}.",
        "zh": {"tldr": f"研究{zh[0]}和{zh[1]}。", "motivation": f"需要{zh[1]}。", "method": f"采用{zh[2]}。"},
    }
    record = {
        "title": f"{field}用{zh[0]}的研究", "abstract": f"本文研究{zh[0]}。结果表明{zh[1]}与{zh[2]}有关。",
        "keywords": zh[:2], "discipline": field, "category": field,
    }  # fmt: skip
    return paper, record


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    rng = np.random.default_rng(0)
    papers, records = zip(*(_record(rng, number) for number in range(60)), strict=True)
    _lines(folder / "arxiv_train.jsonl.gz", papers[:48])
    _lines(folder / "arxiv_dev.jsonl.gz", papers[48:])
    _lines(folder / "csl_train.jsonl.gz", records[:48])
    _lines(folder / "csl_dev.jsonl.gz", records[48:])
    titles = "".join(f"{record['title']}\t{record['category']}\n" for record in records[:20])
    (folder / "csl_titles_cat_train.tsv.gz").write_bytes(gzip.compress(titles.encode()))
    names = "".join(f"{zh}\t{en}\n" for zh, (en, *_) in sorted(SUBJECTS.items()))
    (folder / "csl_disciplines_zh_en.tsv").write_text(names, "utf-8")
    entries = [
        f"{zh} {zh} [x] /{en} (note)/CL:x/\n"
        for _, zhs, ens in SUBJECTS.values()
        for zh, en in zip(zhs, ens, strict=True)
    ]
    (folder / "cedict.gz").write_bytes(gzip.compress(("# comment\n" + "".join(entries)).encode()))
    return Corpus(folder)


def toy_teacher(dim: int, seed: int) -> object:
    """A stand-in for a teacher model: words of one subject lie near one direction, in either language."""

    def vectors(texts: Sequence[str], *_: object) -> np.ndarray:
        rng = np.random.default_rng(seed)
        directions = rng.normal(size=(len(SUBJECTS) + 1, dim))
        noise = np.random.default_rng(seed + 1).normal(size=(len(texts), dim))
        subject = [
            next((i for i, (en, zhs, ens) in enumerate(SUBJECTS.values()) if text in {en, *zhs, *ens}), len(SUBJECTS))
            for text in texts
        ]
        return np.asarray(directions[subject] + noise, np.float32)

    return vectors
