# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Expert panels, from records to the reserve list
# Twenty demonstration projects get panels of five out of 122 experts. The steps are those of a real call: who may
# not judge whom (回避), the call (评审), the panels (专家组) with their proof, a draw by lot (随机抽取), a seat that
# becomes empty, and what the experts think, which makes the reserve list (储备库). Everything here is plain Python on
# records; `docs/panels.md` has the same steps as commands and says what each rule means.

# %%
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import matcher
from embeddings.loading import load_encoder
from matcher.assignment.changes.alternates import alternates
from matcher.assignment.changes.repair import repair
from matcher.assignment.check import bound_of, verify
from matcher.assignment.files.callfile import Call
from matcher.assignment.files.callrows import SoftRow, SpreadRow
from matcher.assignment.lots.draw import draw, replay
from matcher.assignment.lots.drawcheck import verify_draw
from matcher.assignment.lots.drawrules import DrawRules
from matcher.assignment.result import Goal
from matcher.assignment.solver.solve import solve
from matcher.calling import CallRules, call_of
from matcher.conflicts import judge
from matcher.conflicts.listing import lines
from matcher.domain import Kind, Purpose
from matcher.domain.expert import Tie
from matcher.domain.project import Refusal
from matcher.domain.taxonomy import TieKind
from matcher.expertise.scores import call_scores
from matcher.opinions.opinion import DIMENSIONS, Opinion
from matcher.opinions.reserve import reserve_list
from matcher.rules.authority import authority
from matcher.rules.context import Context
from matcher.scoring.explain import Request, explain
from matcher.tables import read

TODAY = date(2026, 11, 23)
BLUE, RED, GREY, SAND = "#3b6ea5", "#b5482f", "#b8bcc2", "#d9a441"
pd.set_option("display.max_colwidth", 60)
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11})

demo = Path(matcher.__file__).parents[1] / "data" / "demo"
projects = list(read(demo / "projects.jsonl", Kind.PROJECT).records)[::8]
experts = list(read(demo / "experts.jsonl", Kind.EXPERT).records)
print(len(projects), "projects,", len(experts), "experts")

# %% [markdown]
# The demonstration records state no ties and no years of birth. So that there is something to find, a few are
# made up here. An empty list of ties is an answer ("none"); E122 has not answered yet.

# %%
name = {one.id: one.name for one in (*projects, *experts)}
ties = {
    "E001": Tie(kind=TieKind.JOINT_PROJECT, party=name["P001"], end=date(2025, 6, 30)),
    "E004": Tie(kind=TieKind.CO_AUTHOR, party=name["P009"]),  # when is not known
    "E015": Tie(kind=TieKind.ADVISER, party=name["P025"], start=date(2010, 1, 1), end=date(2012, 12, 31)),
    "E019": Tie(kind=TieKind.CO_INVENTOR, party=name["P033"], start=date(2024, 3, 1)),
    "E040": Tie(kind=TieKind.SUPERVISION, party=name["E037"]),
}
experts = [
    one.model_copy(
        update={
            "ties": None if one.id == "E122" else (ties[one.id],) if one.id in ties else (),
            "birth_year": 1950 if one.id == "E048" else 1975,
        }
    )
    for one in experts
]
said = {
    "P097": {"competitors": ("台州湾光电研究所（虚构）",)},
    "P113": {"refused": (Refusal(expert="E043", reason="works on the same filter for another company"),)},
}
projects = [one.model_copy(update=said.get(one.id, {})) for one in projects]

# %% [markdown]
# ## Conflicts, before anybody is invited
# Each finding is TRUE, which bars the pair, or UNKNOWN, which becomes a question to the expert. It names its
# evidence and the rule. The adviser of 2012 (E015) is outside of the window of three years, so nothing is found.
# E001 is barred.

# %%
rules = authority("policy")
found = judge(projects, experts, rules, TODAY).found
pd.DataFrame(
    [(one.project or "all", one.expert, one.apart_from, one.verdict.en, one.kind, one.en) for one in lines(found)],
    columns=["project", "expert", "apart from", "verdict", "kind", "evidence"],
)

# %%
allowed = ~found.barred & ~found.open
print(f"of {allowed.size} pairs {found.barred.sum()} are barred and {found.open.sum()} wait for a declaration")
kinds = sorted({one.kind for one in lines(found)})
count = Counter((one.kind, one.verdict.en) for one in lines(found))
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
left = np.zeros(len(kinds), dtype=int)
for verdict, colour in (("barred", RED), ("to be declared", SAND), ("not in one panel", BLUE)):
    width = np.array([count[kind, verdict] for kind in kinds])
    axes.barh(kinds, width, left=left, color=colour, label=verdict)
    left += width
axes.xaxis.get_major_locator().set_params(integer=True)
axes.set(xlabel="findings", title="What was found")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# ## The call
# Size, roles, units and cities come from the authority's rules: one technical, one industry and one finance
# expert at least, at most one of a unit and two of a city. An expert sits twice at most. Soft: no repeated
# regions; rotation.

# %%
encoder = load_encoder("builtin:static")
shape = replace(CallRules.of_authority(rules, load_max=2), soft=SoftRow(spread=SpreadRow(of="regions")))
row = call_of("2026 autumn", shape, projects, experts, encoder, TODAY)
call = Call.of(row, row.name)
problem = call.problem
print([(quota.value, quota.least) for quota in row.quotas], [(cap.of, cap.most) for cap in row.caps])
print(len(row.forbidden), "barred,", len(row.questions), "questions")

# %% [markdown]
# ## Panels with a proof
# The weakest panel first (it reaches at least 98 % of its best), then the total, then the soft terms. `bound` is
# what no plan under that floor exceeds. `bound_of` counts it again from the prices of experts and rules, without
# the solver.

# %%
plan = solve(problem)
assert verify(plan) == []
again = bound_of(problem, plan.certificate)
print(f"total {plan.total:.4f}, bound {plan.bound:.4f} (recounted {again:.4f}), gap {100 * plan.gap:.2f} %")
print(f"weakest panel {plan.minimum:.4f}, no plan has more than {plan.floor.bound:.4f}")
pd.DataFrame(
    [
        (problem.project_ids[p], *(problem.expert_ids[e] for e in panel), round(points / 5e6, 3))
        for p, (panel, points) in enumerate(zip(plan.seats, plan.panel_points, strict=True))
    ],
    columns=["project", *(f"seat {n}" for n in range(1, 6)), "mean score"],
).head(8)

# %%
mean = np.array(plan.panel_points) / 5e6
seated = np.array([problem.scores[p, e] for p, panel in enumerate(plan.seats) for e in panel])
free = problem.scores[problem.allowed(slice(None))]
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained")
bins = np.linspace(0, 1, 41)
left.hist(free, bins, density=True, color=GREY, label="all allowed pairs")
left.hist(seated, bins, density=True, color=BLUE, alpha=0.8, label="seats")
left.set(xlabel="score", ylabel="density", title="Score of pairs")
left.legend(frameon=False)
order = np.argsort(mean)
for place, p in enumerate(order):
    middle.plot(np.full(5, place), [problem.scores[p, e] for e in plan.seats[p]], ".", color=GREY)
middle.plot(range(len(order)), mean[order], "o", color=BLUE, label="panel mean")
middle.axhline(plan.floor.mean, color=RED, lw=1, label="floor")
middle.set_xticks(range(len(order)), [problem.project_ids[p] for p in order], rotation=90, fontsize=8)
middle.set(ylabel="score", title="Seats of each panel, weakest first")
middle.legend(frameon=False)
bars = right.bar(*np.unique(plan.loads, return_counts=True), color=BLUE)
right.bar_label(bars)
right.set_xticks(range(int(problem.load_max.max()) + 1))
right.set(xlabel="seats", ylabel="experts", title="Load per expert")
plt.show()

# %% [markdown]
# ## Why somebody sits there
# Every seat keeps up to three evidences (依据), best first. `thin` marks somebody of whom too little is known.

# %%
weakest, strongest = int(order[0]), int(order[-1])
seats = [(p, e) for p in (strongest, weakest) for e in plan.seats[p]]
ids = [(problem.project_ids[p], problem.expert_ids[e]) for p, e in seats]
pd.DataFrame(
    [
        (*pair, why.expertise, why.thin, *(*why.evidences, "", "", "")[:3])
        for pair in ids
        for why in [call.reasons[pair]]
    ],
    columns=["project", "expert", "expertise", "thin", "best evidence", "second", "third"],
)

# %% [markdown]
# A score is the sum of named parts. Expertise is one of them; the others come from fields, titles and past
# reviews. What is not known is left out, and the known parts share its weight.

# %%
context = Context(TODAY)
made = call_scores(projects, experts, encoder, context)
figure, both = plt.subplots(1, 2, figsize=(12, 3.4), sharex=True, layout="constrained")
for axes, p in zip(both, (strongest, weakest), strict=True):
    whole = explain(Request(Purpose.EXPERT, projects[p], experts, made.expertise[p]), context)
    panel = sorted((whole[e] for e in plan.seats[p]), key=lambda one: one.score)
    start = np.zeros(len(panel))
    for n, label in enumerate(part.label_en for part in panel[0].parts):
        points = np.array([one.parts[n].points for one in panel])
        axes.barh([one.id for one in panel], points, left=start, color=f"C{n}", label=label)
        start += points
    for place, one in enumerate(panel):
        axes.text(one.score + 1, place, f"{one.score:.1f}", va="center")
        assert round(sum(part.points for part in one.parts), 2) == one.score
        assert abs(one.score / 100 - problem.scores[p, problem.expert_ids.index(one.id)]) < 1e-3
    axes.set(xlim=(0, 105), xlabel="points", title=f"{projects[p].id}: mean {mean[p]:.3f}")
figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=7, frameon=False)
plt.show()

# %% [markdown]
# ## Fairness against the total
# Lifting the weakest panel costs some of the total. Beside each plan stands the share of the best weakest panel
# that was asked for; the red line above it is the proven bound of the total under that floor. The scale is fine:
# all plans are within about half a per cent.

# %%
hard = replace(problem, soft=())
shares = (None, 0.95, 0.98, 0.99, 1.0)
plans = {share: solve(hard, Goal(floor_share=share)) for share in shares}
assert all(verify(one) == [] for one in plans.values())
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.6), layout="constrained")
lows, totals = [one.minimum for one in plans.values()], [one.total for one in plans.values()]
bounds = [one.bound for one in plans.values()]
left.vlines(lows, totals, bounds, color=GREY)
left.plot(lows, bounds, "_", color=RED, ms=12, label="bound")
left.plot(lows, totals, "o", color=BLUE, label="plan")
labels: dict[tuple[float, float], list[str]] = {}
for share, low, total in zip(shares, lows, totals, strict=True):
    labels.setdefault((low, total), []).append("none" if share is None else f"{share:g}")
for place, texts in labels.items():
    left.annotate(", ".join(texts), place, xytext=(-4, -12), textcoords="offset points", ha="right", fontsize=9)
left.margins(x=0.25, y=0.2)
left.set(xlabel="mean score of the weakest panel", ylabel="total", title="Total by share of the best weakest panel")
left.legend(frameon=False)
for share, colour in ((None, GREY), (1.0, BLUE)):
    spread = sorted(points / 5e6 for points in plans[share].panel_points)
    label = "no floor" if share is None else "best floor"
    right.plot(range(1, len(spread) + 1), spread, "o-", ms=4, color=colour, label=label)
right.xaxis.get_major_locator().set_params(integer=True)
right.set(xlabel="panels, weakest first", ylabel="mean score", title="Panels without and with a floor")
right.legend(frameon=False)
plt.show()

# %% [markdown]
# ## Soft terms
# Between plans that are nearly as good, the one is taken that repeats fewer regions in a panel and asks fewer
# people who sat lately. The more of the total may be given up, the more these wishes get. The usual is .1 %.

# %%
given_up = (0.0, 0.001, 0.005)
liked = [solve(problem, Goal(soft_share=1 - part)) for part in given_up]
assert all(verify(one) == [] for one in liked)
figure, axes = plt.subplots(figsize=(7.5, 3.4), layout="constrained")
names = {"regions": "repeated regions", "rotation": "recent seats of members"}
for n, (term, label) in enumerate(names.items()):
    before = [-next(t.before for t in one.soft.terms if t.term == term) for one in liked]
    after = [-next(t.preference for t in one.soft.terms if t.term == term) for one in liked]
    places = np.arange(len(liked)) + (n - 0.5) * 0.4
    axes.bar(places, before, 0.36, color="none", edgecolor=(BLUE, SAND)[n], ls=":", label=f"{label}, before")
    axes.bar_label(axes.bar(places, after, 0.36, color=(BLUE, SAND)[n], label=f"{label}, after"), label_type="center")
axes.set_xticks(range(len(liked)), [f"{100 * part:g} %" for part in given_up])
axes.set(xlabel="share of the total that may be given up", ylabel="count", title="Soft terms before and after")
figure.legend(loc="outside right center", frameon=False)
plt.show()

# %% [markdown]
# ## Draw by lot
# Where a regulation asks for chance, an urn (签筒) holds equally likely plans, each of which obeys every rule. No
# pair may be likelier than the cap, and the expected total stays within epsilon of the best. More chance costs
# more of the total. Anybody can replay the draw from its record.

# %%
lots = [draw(problem, "排列五 26311 40817", how) for how in (DrawRules(0.05, cap=0.8), DrawRules(0.1, cap=0.5))]
assert replay(problem, lots[0].record, lots[0].seats) == []
figure, both = plt.subplots(1, 2, figsize=(11, 3.2), sharey=True, layout="constrained")
for axes, drawn in zip(both, lots, strict=True):
    assert verify_draw(problem, drawn) == []
    record, likely = drawn.record, list(drawn.urn.probabilities().values())
    axes.hist(likely, np.linspace(0.025, 1.025, 21), color=BLUE, weights=likely)
    axes.axvline(record.rules.cap + 0.025, color=RED, lw=1, label=f"cap {record.rules.cap:g}")
    axes.set(xlim=(0, 1.05), xlabel="probability of a pair", ylabel="expected seats")
    share = record.expected_total / record.best_total
    axes.set_title(f"{record.size} plans, {len(likely)} pairs, {100 * share:.1f} % of the best total")
    axes.legend(frameon=False, loc="upper right")
plt.show()

# %% [markdown]
# ## Somebody declines
# Two alternates (候补) per seat are ready. A repair changes that seat only. The plot repairs each seat of the call
# alone and shows what the total loses: the hard seats are those that few others can fill. Ten finance experts
# with two seats each for twenty panels leave no room, so when one of them declines, others must move (red), as
# few as possible. A loss may be below zero, because the soft terms had given up some of the total.

# %%
ready = alternates(problem, plan.seats)
p, leaver = weakest, plan.seats[weakest][0]
change = repair(problem, plan.seats, vacated=[(p, leaver)])
assert change.moved == ()
comes = change.swaps[0].comes
print(f"{problem.project_ids[p]} loses {problem.expert_ids[leaver]} and gets {problem.expert_ids[comes]}")
print("ready:", [(problem.expert_ids[one.expert], "joint" if one.joint else "alone") for one in ready[p, leaver]])

# %%
costs = []
for p, panel in enumerate(plan.seats):
    for e in panel:
        fixed = repair(problem, plan.seats, vacated=[(p, e)])
        total = sum(problem.scores[q, f] for q, group in enumerate(fixed.seats) for f in group)
        costs.append((float(plan.total - total), len(fixed.swaps)))
figure, axes = plt.subplots(figsize=(7.5, 3), layout="constrained")
loss, changed = np.array(sorted(costs)).T
for moved, colour, label in ((changed == 1, BLUE, "this seat only"), (changed > 1, RED, "others move too")):
    axes.bar(np.flatnonzero(moved), loss[moved], color=colour, width=1, label=label)
axes.axhline(0, color="black", lw=0.8)
axes.set(xlabel="seats, cheapest to refill first", ylabel="score lost", title="What one decline costs")
axes.legend(frameon=False)
print(f"{(changed > 1).sum()} of {len(changed)} declines need another seat to move")
plt.show()

# %% [markdown]
# ## Opinions and the reserve list
# The seated experts give made-up scores: some are severe, some lenient. The list corrects for that, as far as
# enough was heard, and shows which ranks the intervals leave open. Here the truth is known, so one can see how
# well that works.

# %%
random = np.random.default_rng(5)
truth = random.normal(70, 7, len(projects))
severe = random.normal(0, 7, len(experts))
opinions = [
    Opinion(
        problem.project_ids[p],
        problem.expert_ids[e],
        {
            side.key: float(np.clip(truth[p] + severe[e] + random.normal(0, 4), side.low, side.high))
            for side in DIMENSIONS
        },
    )
    for p, panel in enumerate(plan.seats)
    for e in panel
]
ranked = reserve_list(opinions, quota=8)
real = dict(zip(problem.project_ids, truth, strict=True))
entries = ranked.entries
figure, axes = plt.subplots(figsize=(10, 4), layout="constrained")
place = np.arange(len(entries))
score = np.array([one.score for one in entries])
reach = np.abs(np.array([(one.low, one.high) for one in entries]).T - score)
inside = np.array([one.listed for one in entries])
for chosen, colour, label in ((inside, BLUE, "listed"), (~inside, GREY, "not listed")):
    axes.errorbar(place[chosen], score[chosen], reach[:, chosen], fmt="o", color=colour, capsize=3, label=label)
axes.plot(place, [one.plain for one in entries], "x", color=SAND, label="plain mean")
axes.plot(place, [real[one.project] for one in entries], "_", color=RED, ms=12, label="truth")
axes.set_xticks(place, [one.project for one in entries], rotation=90)
axes.set(ylabel="score", title="Reserve list: corrected scores with 90 % intervals")
axes.legend(frameon=False, ncols=4)
plt.show()

# %%
errors = {
    "corrected": [one.score - real[one.project] for one in entries],
    "plain mean": [one.plain - real[one.project] for one in entries],
}
print({label: round(float(np.std(error)), 2) for label, error in errors.items()}, "standard error against the truth")
pd.DataFrame(
    [(one.rank, one.project, round(one.score, 1), one.best_rank, one.worst_rank, one.flags) for one in entries[:10]],
    columns=["rank", "project", "score", "best rank", "worst rank", "flags"],
)
