"""Expertise against people's own ratings in English: an outside check, on which nothing may be tuned.

    python -m tests.benchmarks.expertise_gold FOLDER [ENCODER]

FOLDER is a checkout of niharshah/goldstandard-reviewer-paper-match (researchers rated papers, arXiv 2303.16750) or of
Gnociew/RATE-Reviewer-Assignment (two experts per paper, arXiv 2601.19637). Losses and pairs count as in their scripts;
the predictions that lie there are scored in the same run. FOLDER/vectors.sqlite keeps the vectors.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from api.indexing.encoders import ReadingEncoder
from embeddings.cache import VectorCache
from embeddings.encoder import Encoder, FloatRows, Progress
from embeddings.loading import load_encoder
from matcher.domain import Expert, Project
from matcher.evaluation.papers import Paper, PaperCall
from matcher.evaluation.ways import WAYS, scores_by_way
from matcher.expertise.records import judged

Pair = tuple[tuple[str, str], tuple[str, str], float, float]  # two (paper, expert), and how they were rated, 1 to 5
Differences = dict[str, np.ndarray]  # by way: what it says of each pair, first less second
Sample = tuple[dict[str, str], dict[str, list[str]], Differences]  # papers, experts' papers, predictions of others


class Keeping(ReadingEncoder):
    """Reads no text twice, in this run or another."""

    def encode_document(self, texts: Sequence[str], progress: Progress | None = None) -> FloatRows:
        return self._kept.encode(texts, self._encoder.encode_document, "document")


def gold(folder: Path) -> tuple[list[Pair], Iterator[Sample]]:
    """Pairs of papers that one researcher rated, and the ten samples."""
    pairs: list[Pair] = []
    with (folder / "data/evaluations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            rated = [(row[f"Paper{n}"], float(row[f"Expertise{n}"])) for n in range(1, 11) if row[f"Paper{n}"]]
            who = row["ParticipantID"]
            pairs += [((p, who), (q, who), x, y) for (p, x), (q, y) in combinations(rated, 2)]
    return pairs, (_sample(folder, f"d_20_{number}", pairs) for number in range(1, 11))


def _sample(folder: Path, name: str, pairs: list[Pair]) -> Sample:
    home, experts, others = folder / "evaluation_datasets" / name, {}, {}
    asked = json.loads((home / "submissions.json").read_text("utf-8"))
    for path in sorted((home / "archives").glob("*.jsonl")):
        papers = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
        experts[path.stem[1:]] = [_text(one["content"]) for one in sorted(papers, key=lambda one: one["id"])]
    for way in ("tpms", "acl", "elmo", "specter", "specter_mfr"):
        told = json.loads((folder / f"predictions/{way}_{name}_ta.json").read_text("utf-8"))
        others[way] = np.array([told[e][p] - told[f][q] for (p, e), (q, f), *_ in pairs])
    return {key: _text(one["content"]) for key, one in asked.items()}, experts, others


def triples(folder: Path) -> tuple[list[Pair], Iterator[Sample]]:
    """Pairs of experts for one paper, and the one sample."""
    pairs, papers, experts = [], {}, {}
    for row in json.loads((folder / "data/evaluations_pc.json").read_text("utf-8")):
        paper, first, second = row["anchor"], row["positive"], row["negative"]
        papers[paper["paper_id"]] = f"{paper['paper_title']}\n{paper['abstract']}"
        experts |= {one["author_id"]: [_text(work) for work in one["papers"]] for one in (first, second)}
        cells = [(paper["paper_id"], one["author_id"]) for one in (first, second)]
        pairs.append((*cells, first["score"], second["score"]))
    told = json.loads((folder / "predictions/RATE_pc.json").read_text("utf-8"))
    rate = np.array([one["positive_score"] - one["negative_score"] for one in told])
    return pairs, iter([(papers, experts, {"RATE-8B": rate})])


def _text(paper: dict[str, str]) -> str:
    return f"{paper['title']}\n{paper['abstract']}"


def differences(sample: Sample, pairs: list[Pair], encoder: Encoder) -> Differences:
    """What others say, what each way says, and what calls say of records, which hold the beginning of each work."""
    papers, experts, others = sample
    wanted, *owned = (tuple(Paper(text, "") for text in texts) for texts in (papers.values(), *experts.values()))
    scores = dict(zip(WAYS, scores_by_way(PaperCall(wanted, tuple(owned)), encoder), strict=True))
    works = [tuple(text.replace("\n", ". ")[:400] for text in mine) for mine in experts.values()]  # no line is longer
    pool = [Expert(id=f"e{n}", works=mine) for n, mine in enumerate(works)]
    projects = [Project(id=f"p{n}", description=text) for n, text in enumerate(papers.values())]
    scores["as records"] = judged(projects, pool, encoder).expertise.scores
    row, column = ({key: n for n, key in enumerate(keys)} for keys in (papers, experts))
    first, second = (tuple(np.array([(row[pair[n][0]], column[pair[n][1]]) for pair in pairs]).T) for n in (0, 1))
    return others | {way: np.float64(score[first]) - score[second] for way, score in scores.items()}


def main() -> None:
    """Per way: loss, its interval (95 %, over researchers or papers), that of its lead over the first; right pairs."""
    folder, name = Path(sys.argv[1]), (*sys.argv[2:], "builtin:static")[0]
    is_gold = (folder / "data/evaluations.csv").is_file()
    pairs, samples = (gold if is_gold else triples)(folder)
    plain = load_encoder(name)
    encoder = Keeping(plain, VectorCache(folder / "vectors.sqlite", plain.fingerprint))
    found = [differences(sample, pairs, encoder) for sample in samples]
    rated = np.array([pair[2:] for pair in pairs])
    true, high, low = rated[:, 0] - rated[:, 1], rated.max(axis=1), rated.min(axis=1)
    kinds = {"easy": (high >= 4) & (low <= 2), "hard": (low >= 4) & (true != 0), "all": true != 0}
    _, whose = np.unique([pair[0][int(is_gold)] for pair in pairs], return_inverse=True)
    draws = np.random.default_rng(0).multinomial(size := int(whose.max()) + 1, np.full(size, 1 / size), 4000)
    weight, losses = np.bincount(whose, abs(true)), {}
    print(encoder.name, encoder.fingerprint, {kind: int(which.sum()) for kind, which in kinds.items()})
    for way in found[0]:
        agree = np.array([np.sign(one[way]) * np.sign(true) for one in found])  # 1 right, 0 tied, -1 wrong
        error = np.bincount(whose, abs(true) * (1 - agree.mean(axis=0)) / 2)
        losses[way] = draws @ error / (draws @ weight)
        lead = losses[next(iter(losses))] - losses[way]
        print(f"{way:26}{error.sum() / weight.sum():.4f}", *np.percentile(losses[way], (2.5, 97.5)).round(3), end=" ")
        print(*np.percentile(lead, (2.5, 97.5)).round(3), *((agree[:, k] > 0).mean().round(3) for k in kinds.values()))


if __name__ == "__main__":
    main()
