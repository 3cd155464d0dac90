"""How heavy the always known `base` part should be: ranking quality when most fields are hidden.

    python tests/benchmarks/base_weight.py

Pairs get values for all parts of an investment, with the weights of the rulebook; their full score is the truth. Then
fields are hidden at the rates of real records (DOMAIN fact 1: mandates; public project descriptions: region half of
the time, stage a third, amounts hardly ever) and the pairs are ranked by the score of what is left. nDCG@10 with gain
2^(3 q) - 1, q the quantile of the full score. `spread` is the share of the variance that a latent quality common to
all parts of a pair explains: 0 independent parts, .3 related ones. The text is noisy: its value carries `noise`.
"""

import numpy as np

from matcher.domain import Purpose
from matcher.rules.rulebook import rulebook

SUBJECTS, CANDIDATES, TOP = 600, 300, 10
BASE_WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
LEVELS = {
    "region": ([1.0, 0.8, 0.5, 0.3, 0.0], [0.05, 0.15, 0.3, 0.2, 0.3]),
    "stage": ([1.0, 0.5, 0.2, 0.0], [0.4, 0.25, 0.15, 0.2]),
    "ticket": ([1.0, 0.6, 0.3, 0.0], [0.4, 0.15, 0.15, 0.3]),
    "sector": ([1.0, 0.8, 0.5, 0.4, 0.0], [0.1, 0.15, 0.15, 0.1, 0.5]),
    "track_record": ([1.0, 0.6, 0.3, 0.0], [0.1, 0.2, 0.3, 0.4]),
}
KNOWN = {
    "semantic": 1.0,
    "region": 0.5 * 0.68,
    "stage": 0.33 * 0.59,
    "ticket": 0.05 * 0.38,
    "sector": 0.6 * 0.5,
    "track_record": 0.3,
}


def parts(rng: np.random.Generator, spread: float) -> dict[str, np.ndarray]:
    """Values of all parts for SUBJECTS x CANDIDATES pairs; the semantic one is the logistic of a normal."""
    shape = (SUBJECTS, CANDIDATES)
    quality = rng.standard_normal(shape)

    def rank() -> np.ndarray:
        mixed = np.sqrt(spread) * quality + np.sqrt(1 - spread) * rng.standard_normal(shape)
        return np.argsort(np.argsort(mixed, axis=1), axis=1) / CANDIDATES

    found = {
        "semantic": 1
        / (1 + np.exp(-1.2 * (np.sqrt(spread) * quality + np.sqrt(1 - spread) * rng.standard_normal(shape) - 1.5)))
    }
    for name, (values, odds) in LEVELS.items():
        best_first = np.searchsorted(np.cumsum(odds), 1 - rank(), side="left").clip(0, len(values) - 1)
        found[name] = np.array(values)[best_first]
    return found


def ndcg(truth: np.ndarray, ranked: np.ndarray) -> float:
    """Mean nDCG@TOP of rankings by `ranked`, ties in the order of the ids."""
    quantile = np.argsort(np.argsort(truth, axis=1), axis=1) / (CANDIDATES - 1)
    gain = 2 ** (3 * quantile) - 1
    discount = 1 / np.log2(np.arange(2, TOP + 2))
    chosen = np.argsort(-ranked, axis=1, kind="stable")[:, :TOP]
    best = -np.sort(-gain, axis=1)[:, :TOP]
    return float(((np.take_along_axis(gain, chosen, 1) * discount).sum(1) / (best * discount).sum(1)).mean())


def known_only(values: dict[str, np.ndarray], shown: dict[str, np.ndarray], base: tuple[float, float]) -> np.ndarray:
    """100 x sum(w s) / sum(w) over what is shown and the base."""
    weights = rulebook().part_weights(Purpose.INVESTMENT)
    gained = base[0] * base[1] + sum(weights[n] * values[n] * shown[n] for n in values)
    return 100 * gained / (1e-9 + base[0] + sum(weights[n] * shown[n] for n in values))


def main() -> None:
    """Prints nDCG@10 and the share of the top ten that knows at most two parts, for each base."""
    weights = rulebook().part_weights(Purpose.INVESTMENT)
    for spread in (0.0, 0.3):
        rng = np.random.default_rng(7)
        values = parts(rng, spread)
        shown = {name: rng.random((SUBJECTS, CANDIDATES)) < rate for name, rate in KNOWN.items()}
        truth = sum(weights[name] * values[name] for name in values)
        thin = sum(shown.values()) <= 1
        print(f"\nspread {spread}: {thin.mean():.0%} of the pairs know the text only")
        print("base weight  value .3        value .5        value .7       (nDCG@10 / thin pairs among the top ten)")
        for weight in BASE_WEIGHTS:
            cells = []
            for neutral in (0.3, 0.5, 0.7):
                ranked = known_only(values, shown, (weight, neutral))
                top = np.argsort(-ranked, axis=1, kind="stable")[:, :TOP]
                cells.append(f"{ndcg(truth, ranked):.4f} / {np.take_along_axis(thin, top, 1).mean():4.0%}")
            print(f"{weight:11.2f}  " + "   ".join(cells))


if __name__ == "__main__":
    main()
