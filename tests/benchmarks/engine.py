"""Conditions and scores: one subject against a million candidates, and all pairs, beside a plain loop over rows.

    python tests/benchmarks/engine.py [--candidates 1000000] [--projects 10000] [--offers 5000]

Times are the best of a few runs, CPU first. The plain loop evaluates the same conditions and parts for one pair of
records at a time (`tests/matcher/rules/plain_rules.py`, `tests/matcher/scoring/plain_scores.py`) on a sample of pairs
in the same run; the ratio is per pair. Records are random with the gaps of real ones (DOMAIN fact 1).
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from matcher.columns import Columns
from matcher.domain import Expert, Fund, InsuranceProduct, Kind, LoanProduct, Project, Purpose, offer_kind
from matcher.domain.codes import code_list
from matcher.domain.taxonomy import CompanyTitle, ExpertTitle, Guarantee, LoanPurpose, PolicyholderKind, Risk, Round
from matcher.rules import Context, evaluate
from matcher.scoring import Pool, score
from matcher.scoring.explain import Request, explain
from tests.matcher.rules import plain_rules
from tests.matcher.scoring import plain_scores

TODAY = date(2026, 11, 23)
CONTEXT = Context(TODAY)
DISTINCT = 20_000
SAMPLE = 2_000


class Maker:
    """Random records of small vocabularies, with gaps."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.regions = [code for code in code_list("regions") if code[:2] in {"31", "32", "33", "34", "44"}]
        self.sei, self.gb = list(code_list("sei")), list(code_list("gb"))

    def some(self, rate: float, words: list[Any], most: int = 1) -> Any:
        """A few of the words with the given odds, else nothing."""
        if self.rng.random() >= rate:
            return None
        return self.rng.sample(words, self.rng.randint(1, most)) if most > 1 else self.rng.choice(words)

    def project(self, i: int) -> Project:
        """A project like those in public lists: region half of the time, stage a third."""
        some, rng = self.some, self.rng
        founded = {"founded_on": date(rng.randint(2012, 2026), rng.randint(1, 11), 3), "employees": rng.randint(1, 800)}
        entity = founded | {"revenue_last_year": rng.randint(0, 9000)}
        low = rng.randint(10, 800)
        need = {"amount_min": low, "amount_max": 2 * low}
        return Project(
            id=f"p{i}",
            applicant_kind=some(0.7, ["团队", "高校院所", "企业"]),
            legal_entity=entity if rng.random() < 0.4 else None,
            region=some(0.5, self.regions),
            titles=some(0.3, list(CompanyTitle), 2),
            sei=some(0.6, self.sei, 2),
            industry_gb4754=some(0.3, self.gb, 2),
            keywords=some(0.5, [f"词{n}" for n in range(500)], 3),
            trl=some(0.33, list(range(1, 10))),
            verification_stage=some(0.33, ["1", "2", "3", "4"]),
            round=some(0.2, list(Round)),
            financing_need={"equity": need, "loan": need | {"term_months": 24}} if rng.random() < 0.3 else None,
            dishonest_listed=some(0.3, [False] * 19 + [True]),
            earlier_investors=some(0.3, ["甲资本", "乙资本"], 2),
            land_in=[{"region": rng.choice(self.regions)}] if rng.random() < 0.2 else None,
            risks=some(0.3, list(Risk), 3),
            occurred_risks=some(0.1, list(Risk), 2),
            collateral=some(0.3, ["不动产", "设备", "专利质押", "无"], 2),
        )

    def offer(self, kind: Kind, i: int) -> Any:
        """An offer of a kind; mandates state a stage in 59 of 100, a region in 68, a ticket in 38."""
        some, rng = self.some, self.rng
        if kind is Kind.FUND:
            return Fund(
                id=f"f{i}",
                regions=some(0.68, self.regions, 3),
                region_mode=some(0.5, ["必须落地", "优先", "不限"]),
                stages=some(0.59, list(Round), 2),
                trl_min=some(0.3, [1, 2, 3, 4]),
                sectors_include=some(0.5, [f"sei:{code}" for code in self.sei], 3),
                sectors_exclude=some(0.2, [f"gb:{code}" for code in self.gb], 2),
                ticket_min=some(0.38, [20, 50, 100, 200]),
                ticket_max=some(0.38, [200, 500, 1000]),
                company_age_max_months=some(0.2, [36, 60]),
                employees_max=some(0.1, [300]),
                revenue_or_assets_max=some(0.1, [2000]),
                first_round_only=some(0.1, [True]),
                investment_period_end=some(0.4, [date(year, 1, 1) for year in range(2025, 2031)]),
                remaining_capital=some(0.3, [0, 100, 500]),
                instruments=some(0.3, ["股权", "可转债"], 2),
                deals=[{"date": date(2026, 1 + n, 1), "project_id": f"p{rng.randint(0, 9999)}"} for n in range(5)]
                if rng.random() < 0.3
                else None,
            )
        if kind is Kind.LOAN:
            return LoanProduct(
                id=f"l{i}",
                licence_regions=some(0.8, self.regions, 3),
                purposes=some(0.7, list(LoanPurpose), 3),
                amount_min=some(0.3, [10, 50, 100]),
                amount_max_unsecured=some(0.8, [100, 300, 500]),
                term_max=some(0.7, [12, 36, 60]),
                rate={"kind": "fixed", "value": rng.choice([0.0385, 0.045, 0.06])} if rng.random() < 0.7 else None,
                guarantee=some(0.8, list(Guarantee), 3),
                titles_any_of=some(0.6, list(CompanyTitle), 3),
                company_age_min_months=some(0.4, [12, 24]),
            )
        if kind is Kind.INSURANCE:
            return InsuranceProduct(
                id=f"i{i}",
                policyholders=some(0.8, list(PolicyholderKind), 3),
                stages=some(0.6, ["1", "2", "3", "4"], 2),
                covered_risks=some(0.9, list(Risk), 4),
                regions=some(0.5, self.regions, 2),
                limit_aggregate=some(0.7, [50, 100, 200]),
                premium_rate=some(0.5, [0.01, 0.02, 0.03]),
                deductible_percent=some(0.5, [5, 10, 20]),
            )
        return Expert(
            id=f"e{i}",
            titles=some(0.9, list(ExpertTitle), 2),
            fields=some(0.8, [f"sei:{code}" for code in self.sei], 3),
            regions=some(0.8, self.regions, 2),
            consent_at=some(0.8, [date(2025, 1, 1)]),
            employers=[{"name": f"单位{rng.randint(0, 400)}"}] if rng.random() < 0.9 else None,
            ties=[] if rng.random() < 0.4 else None,
            reviews=[{"date": date(2026, 1 + n, 1)} for n in range(rng.randint(0, 4))] if rng.random() < 0.5 else None,
        )


def timed(work: Callable[[], Any], runs: int = 3) -> tuple[float, float, Any]:
    """The least CPU seconds, the least wall seconds, and what the work gave."""
    cpu, wall, result = [], [], None
    for _ in range(runs):
        start = time.process_time(), time.perf_counter()
        result = work()
        cpu.append(time.process_time() - start[0])
        wall.append(time.perf_counter() - start[1])
    return min(cpu), min(wall), result


def plain_seconds_per_pair(purpose: Purpose, projects: list[Project], offers: list[Any]) -> float:
    """CPU seconds that the plain loop needs for conditions and parts of one pair."""
    pairs = [(projects[n % len(projects)], offers[n * 7 % len(offers)]) for n in range(SAMPLE)]

    def loop() -> None:
        for project, offer in pairs:
            plain_rules.verdict(plain_rules.conditions(str(purpose), project, offer, TODAY))
            plain_scores.parts(str(purpose), project, offer, 0.5, TODAY)

    return timed(loop)[0] / SAMPLE


def spread(columns: Columns, n: int) -> Columns:
    """n rows drawn from the columns, copied."""
    return columns.take(np.random.default_rng(1).integers(0, len(columns), n))


def one_against_many(purpose: Purpose, subject: Columns, many: Columns, plain: float, forwards: bool) -> None:
    """Prints conditions and scores of one subject against many candidates."""
    sides = (subject, many) if forwards else (many, subject)
    semantic = np.random.default_rng(2).random((len(sides[0]), len(sides[1])), np.float32)
    pool = Pool.of(purpose, sides[1], CONTEXT)
    evaluate(purpose, *sides, CONTEXT)  # the first run copies the columns
    cpu, wall, verdicts = timed(lambda: evaluate(purpose, *sides, CONTEXT), 5)
    cpu2, wall2, _ = timed(lambda: score(purpose, *sides, semantic, CONTEXT, pool, verdicts), 5)
    arrow = "1 project x" if forwards else "1 offer x"
    ratio = plain * len(many) / (cpu + cpu2)
    print(
        f"{purpose.name.lower():10} {arrow:12} {len(many):>9,}: "
        f"conditions {cpu * 1e3:6.1f} ms CPU {wall * 1e3:6.1f} wall, "
        f"scores {cpu2 * 1e3:6.1f} ms CPU {wall2 * 1e3:6.1f} wall, plain loop {ratio:,.0f}x",
        flush=True,
    )


def all_pairs(purpose: Purpose, projects: Columns, offers: Columns, plain: float) -> None:
    """Prints conditions and scores of all pairs."""
    semantic = np.random.default_rng(3).random((len(projects), len(offers)), np.float32)
    cpu, wall, verdicts = timed(lambda: evaluate(purpose, projects, offers, CONTEXT), 1)
    cpu2, wall2, _ = timed(lambda: score(purpose, projects, offers, semantic, CONTEXT, None, verdicts), 1)
    ratio = plain * semantic.size / (cpu + cpu2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{purpose.name.lower():10} all pairs {len(projects):,} x {len(offers):,}: "
        f"conditions {cpu:5.2f} s CPU {wall:5.2f} wall, "
        f"scores {cpu2:5.2f} s CPU {wall2:5.2f} wall, plain loop {ratio:,.0f}x; peak so far {peak:.2f} GiB",
        flush=True,
    )


def explanations(purpose: Purpose, subject: Project, offers: list[Any], pool: Pool) -> None:
    """Prints what twenty explanations cost."""
    shown = offers[:20]
    columns = Columns.of(offer_kind(purpose), shown)
    request = Request(purpose, subject, shown, np.full(20, 0.6, np.float32), columns)
    cpu, wall, _ = timed(lambda: explain(request, CONTEXT, pool), 20)
    print(f"{purpose.name.lower():10} 20 explanations: {cpu * 1e3:.1f} ms CPU {wall * 1e3:.1f} wall")


def main() -> None:
    """Runs all purposes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--candidates", type=int, default=1_000_000)
    options.add_argument("--projects", type=int, default=10_000)
    options.add_argument("--offers", type=int, default=5_000)
    asked = options.parse_args()
    maker = Maker(1)
    records = [maker.project(i) for i in range(max(DISTINCT, asked.projects))]
    projects = Columns.of(Kind.PROJECT, records)
    million = spread(projects, asked.candidates)
    for purpose in Purpose:
        kind = offer_kind(purpose)
        made = [maker.offer(kind, i) for i in range(asked.offers)]
        offers = Columns.of(kind, made)
        plain = plain_seconds_per_pair(purpose, records, made)
        full = next(i for i in range(len(records)) if records[i].legal_entity and records[i].region and records[i].sei)
        one_against_many(purpose, projects.take([full]), spread(offers, asked.candidates), plain, True)
        one_against_many(purpose, offers.take([_richest(made)]), million, plain, False)
        all_pairs(purpose, projects.take(np.arange(asked.projects)), offers, plain)
        explanations(purpose, records[full], made, Pool.of(purpose, offers, CONTEXT))


def _richest(offers: list[Any]) -> int:
    """The offer that states most: the most work."""
    return max(range(len(offers)), key=lambda i: sum(value is not None for value in dict(offers[i]).values()))


if __name__ == "__main__":
    main()
