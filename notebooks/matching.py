# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From a table to explained matches
# Import a table, rank the other side, explain one pair, and measure the rankings on judged queries.
# Open this file with jupytext (`jupytext --to ipynb notebooks/matching.py`) or run it as a script.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from embeddings.loading import load_encoder
from matcher.domain import Kind, Purpose
from matcher.evaluation import load_golden
from matcher.evaluation.golden import JUDGED_ON
from matcher.evaluation.metrics import METRICS
from matcher.evaluation.run import Setting, evaluate, fill
from matcher.matchmaker import Matchmaker
from matcher.tables import read

# %% [markdown]
# ## Import
# Headers may be Chinese or English and carry units. Every row passes or fails alone, and says why.

# %%
table = """项目编号,项目名称,项目简介,所在地区,成熟度,融资额(万元),轮次
N01,低温烧结银浆,用于柔性电路的银浆，120度烧结，已有两家触控厂试用,台州,6,200-400,天使
N02,海上光伏浮体,抗浪浮体，做过一比十的水池试验,舟山市,4,五百万,种子
N03,未写清的一行,成熟度填错了,浙江,12,100,天使
"""
intake = read(table.encode(), Kind.PROJECT, "projects.csv")
for error in intake.errors:
    print(error.text("zh"))
pd.DataFrame([record.model_dump(include={"id", "teaser", "region", "trl", "round"}) for record in intake.records])

# %% [markdown]
# ## Match
# The demonstration funds are indexed in memory. The list holds verdict, score and reasons; INELIGIBLE candidates are
# counted, not shown.

# %%
encoder = load_encoder("builtin:static")
golden = load_golden()
catalogues = fill(golden, encoder, Setting().level)
matchmaker = Matchmaker.of(JUDGED_ON)
projects = {record.id: record for record in golden.records[Kind.PROJECT]}

matches = matchmaker.rank(Purpose.INVESTMENT, projects["P001"], catalogues[Kind.FUND], k=10)
pd.DataFrame(
    [
        (match.id, match.label, match.score, match.completeness, match.verdict, match.reasons[0].text_zh)
        for match in matches.items
    ],
    columns=["id", "fund", "score", "completeness", "verdict", "first reason"],
)

# %%
print(matches.counts, matches.excluded)
for question in matches.questions[:3]:
    print(question.decides, question.text_zh)

# %% [markdown]
# A sentence does as well as a record:

# %%
found = matchmaker.rank(Purpose.INVESTMENT, "早期新材料，TRL 3-6，50-200万，浙江", catalogues[Kind.PROJECT], k=5)
[(match.id, match.label, match.score, match.verdict) for match in found.items]

# %% [markdown]
# ## Explain
# The score is a sum of named parts, to the last digit shown.

# %%
best = matches.items[0]
known = [part for part in best.parts if part.value is not None]
starts = np.cumsum([0, *(part.points for part in known)])[:-1]
figure, axes = plt.subplots(figsize=(8, 3.2))
axes.barh([part.label_en for part in known], [part.points for part in known], left=starts, color="#3b6ea5")
axes.barh(["score"], [best.score], color="#1f3b57")
for place, part in enumerate(known):
    axes.text(starts[place] + part.points + 0.5, place, f"{part.points:.2f}", va="center")
axes.text(best.score + 0.5, len(known), f"{best.score:.2f}", va="center")
axes.invert_yaxis()
axes.set(xlabel="points", xlim=(0, 105), title=f"P001 and {best.id}: what the score is made of")
figure.tight_layout()

assert round(sum(part.points for part in best.parts), 2) == best.score

# %%
for reason in best.reasons:
    print(f"{reason.effect:+.2f}  {reason.text_zh}")
for pair in best.evidence:
    print(f"{pair.similarity:.2f}  {pair.subject_text[:60]} ~ {pair.candidate_text[:60]}")

# %% [markdown]
# ## How much is known
# Public descriptions state little. Unknown never lowers a score; it lowers the completeness and becomes a question.

# %%
shares = [
    match.completeness
    for project in list(projects.values())[::4]
    for match in matchmaker.rank(Purpose.INVESTMENT, project, catalogues[Kind.FUND], k=10).items
]
figure, axes = plt.subplots(figsize=(6, 3))
axes.hist(shares, bins=np.linspace(0, 1, 21), color="#3b6ea5")
axes.axvline(float(np.median(shares)), color="#b5482f", label=f"median {np.median(shares):.2f}")
axes.set(xlabel="completeness of a match", ylabel="matches", title="ten funds for every fourth project")
axes.legend()
figure.tight_layout()

# %% [markdown]
# ## Evaluate
# The golden set: judged queries in both directions and as sentences. Intervals are bootstrapped over queries.

# %%
report = evaluate(golden, encoder, Setting(samples=2000))
lines = report.evaluation.lines
pd.DataFrame({line.ranker: {name: round(line.metrics[name].mean, 3) for name in METRICS} for line in lines}).T

# %%
figure, axes = plt.subplots(figsize=(8, 3.4))
width = 0.8 / len(lines)
for place, line in enumerate(lines):
    means = np.array([line.metrics[name].mean for name in METRICS])
    bounds = np.array([(line.metrics[name].low, line.metrics[name].high) for name in METRICS]).T
    axes.bar(
        np.arange(len(METRICS)) + place * width,
        means,
        width,
        yerr=np.abs(bounds - means),
        capsize=2,
        label=line.ranker,
    )
axes.set_xticks(np.arange(len(METRICS)) + 0.4 - width / 2, list(METRICS))
axes.set(ylim=(0, 1.05), title=f"{report.evaluation.queries} queries, 95 % intervals")
axes.legend(fontsize=8)
figure.tight_layout()

# %% [markdown]
# Who is shown, over all subjects and before any cap (`docs/evaluation.md` says how to read it):

# %%
pd.DataFrame(
    [
        (one.purpose, one.subject_kind, one.candidate_kind, one.report.coverage, one.report.gini, one.report.largest)
        for one in report.exposure
    ],
    columns=["purpose", "lists of", "show", "coverage", "Gini", "most shown"],
).round(2)
