"""The judge of every try: eleven tasks of search, labels and experts on development text that no model was trained on.

Needs csl_dev.jsonl.gz and arxiv_dev.jsonl.gz (first 500 records) beside the training files. Figures: nDCG@10, for
abstract -> discipline accuracy at 1; `dense` is the cosine alone, `fused` adds `weight` * BM25 / its largest value.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, FloatRows, Progress
from embeddings.tfidf import terms
from embeddings.training.corpus import Corpus, json_lines, without_latin

_GAINS = 1 / np.log2(np.arange(2, 12))


@dataclass(frozen=True, slots=True)
class Search:
    """Queries, documents, and for each query the set of documents that belong to it."""

    queries: Sequence[str]
    documents: Sequence[str]
    wanted: Sequence[set[int]]
    query_role: str = "query"
    document_role: str = "document"
    labels: bool = False


def development_tasks(corpus: Corpus) -> dict[str, Search]:
    """The eleven tasks by name; zh_ is Chinese, x_ across languages, en_ English."""
    csl = list(json_lines(corpus.folder / "csl_dev.jsonl.gz"))
    arxiv = list(json_lines(corpus.folder / "arxiv_dev.jsonl.gz"))[:500]
    english = corpus.disciplines()
    names = sorted(english)
    experts, expert_of = _pseudo_experts(corpus, names)
    tasks = paper_tasks(csl, arxiv, english)
    by_abstract, titles = tasks["zh_doc_field"], tasks["en_title"]
    expert_sets = [expert_of[field] for wanted in by_abstract.wanted for field in wanted]
    summaries = [without_latin(" ".join(paper["zh"].values())) for paper in arxiv]
    tldrs = [without_latin(paper["zh"]["tldr"]) for paper in arxiv]
    return tasks | {
        "zh_expert": Search(by_abstract.queries, experts, expert_sets, "document", "document"),
        "x_title_zh": Search(titles.queries, summaries, titles.wanted),
        "x_zh_abstract": Search(tldrs, titles.documents, titles.wanted),
    }


def paper_tasks(
    csl: Sequence[Mapping[str, Any]], arxiv: Sequence[Mapping[str, Any]], english: Mapping[str, str]
) -> dict[str, Search]:
    """The eight tasks that papers and the names of their disciplines give: Chinese name -> English name."""
    names = sorted(english)
    zh_names, en_names = [name.replace("/", "、") for name in names], [english[name] for name in names]
    abstracts = [paper["abstract"] for paper in csl]
    keyed = [i for i, paper in enumerate(csl) if paper["keywords"]]
    keywords = ["、".join(csl[i]["keywords"]) for i in keyed]
    fields = [names.index(paper["discipline"]) for paper in csl]
    used = [k for k in range(len(names)) if fields.count(k) >= 5]
    members = [{i for i, field in enumerate(fields) if field == k} for k in used]
    own, each, right = [{i} for i in keyed], [{i} for i in range(len(csl))], [{field} for field in fields]
    return {
        "zh_keywords": Search(keywords, abstracts, own),
        "zh_keywords_hard": Search(keywords, [_without_keywords(paper) for paper in csl], own),
        "zh_title": Search([paper["title"] for paper in csl], abstracts, each),
        "zh_field_docs": Search([zh_names[k] for k in used], abstracts, members),
        "x_field_docs": Search([en_names[k] for k in used], abstracts, members),
        "zh_doc_field": Search(abstracts, zh_names, right, "document", "query", labels=True),
        "x_doc_field": Search(abstracts, en_names, right, "document", "query", labels=True),
        "en_title": Search(
            [paper["title"] for paper in arxiv],
            [paper["abstract"] for paper in arxiv],
            [{i} for i in range(len(arxiv))],
        ),
    }


def _without_keywords(paper: Mapping[str, Any]) -> str:
    """The abstract without any literal occurrence of its own keywords."""
    text = str(paper["abstract"])
    for keyword in sorted(paper["keywords"] or [], key=len, reverse=True):
        text = re.sub(re.escape(keyword), " ", text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", text)


def _pseudo_experts(corpus: Corpus, names: Sequence[str]) -> tuple[list[str], dict[int, set[int]]]:
    """Up to five experts a discipline, each the beginnings of four training papers."""
    by_field: dict[str, list[str]] = defaultdict(list)
    for record in corpus.chinese_papers():
        if record.discipline:
            by_field[record.discipline].append(record.abstract[:220])
    texts: list[str] = []
    places: dict[int, set[int]] = defaultdict(set)
    for field, papers in sorted(by_field.items()):
        for start in range(0, min(len(papers) - 3, 20), 4):
            places[names.index(field)].add(len(texts))
            texts.append(" ".join(papers[start : start + 4]))
    return texts, places


def evaluate(
    encoder: Encoder, tasks: Mapping[str, Search], weight: float = 0.5, progress: Progress | None = None
) -> dict[str, dict[str, float]]:
    """`{task: {bm25, dense, fused}}` with the mean of all tasks under `mean`."""
    rows: dict[tuple[str, int], FloatRows] = {}

    def encoded(texts: Sequence[str], role: str) -> FloatRows:
        if (role, id(texts)) not in rows:
            encode = encoder.encode_query if role == "query" else encoder.encode_document
            rows[role, id(texts)] = encode(texts)
        return rows[role, id(texts)]

    figures: dict[str, dict[str, float]] = {}
    for done, (name, task) in enumerate(tasks.items(), 1):
        words = bm25_normalised(task.queries, task.documents)
        dense = encoded(task.queries, task.query_role) @ encoded(task.documents, task.document_role).T
        scores = {"bm25": words, "dense": dense, "fused": dense + weight * words}
        figures[name] = {key: round(float(figure(score, task)), 4) for key, score in scores.items()}
        if progress:
            progress(done, len(tasks))
    mean = {
        key: round(float(np.mean([task[key] for task in figures.values()])), 4) for key in ("bm25", "dense", "fused")
    }
    return figures | {"mean": mean}


def figure(scores: FloatRows, task: Search) -> float:
    """The mean of `figures_by_query`."""
    return float(figures_by_query(scores, task).mean())


def figures_by_query(scores: FloatRows, task: Search) -> NDArray[np.float64]:
    """(q,) nDCG@10 with equal gains, or accuracy at 1 for labels; the earlier document wins a tie."""
    found = np.zeros(len(task.wanted))
    for place, (row, wanted) in enumerate(zip(scores, task.wanted, strict=True)):
        best = np.argsort(-row, kind="stable")[:10]
        hits = np.array([document in wanted for document in best.tolist()], float)
        ideal = max(_GAINS[: min(10, len(wanted))].sum(), 1e-9)
        found[place] = hits[0] if task.labels else (hits * _GAINS[: len(hits)]).sum() / ideal
    return found


def bm25_normalised(queries: Sequence[str], documents: Sequence[str], k1: float = 1.2, b: float = 0.75) -> FloatRows:
    """(q, n) float32 BM25 over pairs of characters and Latin words, divided by its largest value for each query."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(analyzer=terms)
    counts = vectorizer.fit_transform(documents).astype(np.float64)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    norm = k1 * (1 - b + b * lengths / max(lengths.mean(), 1e-9))
    containing = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((len(documents) - containing + 0.5) / (containing + 0.5))
    saturated = counts.copy()
    saturated.data = counts.data * (k1 + 1) / (counts.data + np.repeat(norm, np.diff(counts.indptr)))
    asked: NDArray[Any] = (vectorizer.transform(queries) > 0).astype(np.float64)
    unseen = np.log1p((len(documents) + 0.5) / 0.5)
    known = asked @ idf
    missing = np.array([len(set(terms(query))) for query in queries]) - np.asarray(asked.sum(axis=1)).ravel()
    largest = (k1 + 1) * (known + missing * unseen) + 1e-6
    scores = (csr_matrix(asked).multiply(idf[None, :]).tocsr() @ saturated.T).toarray()
    return np.asarray(scores / largest[:, None], np.float32)
