"""The standard evaluation: the golden set, the engine, and the rankers that it must beat."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from embeddings.encoder import Encoder
from embeddings.tfidf import fit_tfidf
from matcher.domain import Kind, Level
from matcher.domain.access import redact
from matcher.domain.texts import whole
from matcher.evaluation.comparison import Progress, compare
from matcher.evaluation.exposure import exposure_of_engine
from matcher.evaluation.golden import JUDGED_ON, Golden
from matcher.evaluation.rankers import EngineRanker, MeaningRanker, RandomRanker, Ranker, WordsRanker
from matcher.evaluation.report import EvaluationReport
from matcher.evaluation.significance import SAMPLES
from matcher.matchmaker import Matchmaker
from matcher.retrieval.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Setting:
    """How to evaluate. level: what searchers may see of the candidates. seed: of the draws and the random ranker."""

    level: Level = Level.CONSENTED
    seed: int = 0
    samples: int = SAMPLES


def evaluate(
    golden: Golden, encoder: Encoder, setting: Setting | None = None, progress: Progress | None = None
) -> EvaluationReport:
    """The engine beside lexical-only, dense-only, TF-IDF + SVD and random on the golden queries, and its exposure."""
    chosen = setting or Setting()
    matchmaker = Matchmaker.of(JUDGED_ON)
    catalogues = fill(golden, encoder, chosen.level)
    with TemporaryDirectory() as folder:
        texts = [whole(redact(one, chosen.level)) for rows in golden.records.values() for one in rows]
        plain = fill(golden, fit_tfidf(texts, Path(folder) / "tfidf", seed=chosen.seed), chosen.level)
        rankers: list[Ranker] = [
            EngineRanker(matchmaker, catalogues),
            WordsRanker(catalogues),
            MeaningRanker("dense only", catalogues),
            MeaningRanker("TF-IDF + SVD", plain),
            RandomRanker({kind: [one.id for one in rows] for kind, rows in golden.records.items()}, chosen.seed),
        ]
        found = compare(golden.queries, rankers, chosen.seed, chosen.samples, progress)
    made_with = {
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "weights": matchmaker.context.rules.weights_version,
        "level": int(chosen.level),
        "seed": chosen.seed,
        "samples": chosen.samples,
        "as of": JUDGED_ON.isoformat(),
    }
    return EvaluationReport(made_with, found, exposure_of_engine(matchmaker, catalogues, golden.records))


def fill(golden: Golden, encoder: Encoder, level: Level) -> dict[Kind, Catalogue]:
    """A catalogue per kind of the golden records, as `level` may see them."""
    catalogues = {kind: Catalogue(kind, level, encoder) for kind in golden.records}
    for kind, records in golden.records.items():
        catalogues[kind].put(records)
    return catalogues
