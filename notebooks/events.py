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
# # 对接活动 A matchmaking event, from wishes to a timetable
# An invented event of 30 projects and 12 funds; see `docs/events.md` for the goals and the method.

# %%
from collections import Counter
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

from matcher.scheduling import Event, Meeting, Party, Representative, Slot, Table, check, solve
from matcher.scheduling.explain import refusals
from matcher.scheduling.greedy import greedy
from matcher.scheduling.replan import Change, repair

PROJECTS, FUNDS, SLOTS = 30, 12, 12
rng = np.random.default_rng(0)
closeness = rng.normal(size=(PROJECTS, 4)) @ rng.normal(size=(4, FUNDS)) + rng.normal(size=(PROJECTS, FUNDS))
scores = (1000 * closeness.ravel().argsort().argsort().reshape(closeness.shape) / closeness.size).astype(int)


def somebody(number: int) -> Party:
    away = frozenset(int(t) for t in np.flatnonzero(rng.random(SLOTS) < 0.15))
    kind, cap = ("project", 5) if number < PROJECTS else ("fund", 10)
    return Party(str(number), kind=kind, cap=cap, promised=2, representatives=(Representative(unavailable=away),))


parties = tuple(somebody(n) for n in range(PROJECTS + FUNDS))
meetings = tuple(Meeting((i, PROJECTS + j), int(s)) for (i, j), s in np.ndenumerate(scores) if s > 500)
event = Event(
    "对接会",
    tuple(Slot(day=int(t >= SLOTS // 2)) for t in range(SLOTS)),
    tuple(Table(str(n + 1)) for n in range(10)),
    parties,
    meetings,
)
plan = solve(event)
print(plan.status, "value", plan.value, "of", plan.bound, "breaks", plan.breaks, "least", plan.breaks_bound)
check(event, plan.rows()).holds

# %% [markdown]
# ## 日程 The timetable
# One row per fund; colour is the worth of the meeting, white is idle, grey is absent.

# %%
grid = np.full((FUNDS, SLOTS), np.nan)
absent = np.array([[not parties[PROJECTS + j].present(t) for t in range(SLOTS)] for j in range(FUNDS)])
for seat in plan.seats:
    grid[event.meetings[seat.meeting].parties[1] - PROJECTS, seat.slot] = event.meetings[seat.meeting].score
figure, axis = plt.subplots(figsize=(8, 4))
axis.imshow(np.where(absent, 0.8, np.nan), cmap="Greys", vmin=0, vmax=1)
axis.figure.colorbar(axis.imshow(grid, cmap="viridis"), label="score")
axis.set(xlabel="slot", ylabel="fund")
figure.tight_layout()

# %% [markdown]
# ## 负荷与等待 Load and waiting, beside the schedulers of the event platforms

# %%
plans = {"ours": plan} | {order: greedy(event, order) for order in ("best score", "first come")}
figure, axes = plt.subplots(1, 2, figsize=(9, 3))
for offset, (name, one) in enumerate(plans.items()):
    held = Counter(p for m in one.at for p in event.meetings[m].parties)
    load = Counter(held[p] for p in range(PROJECTS))
    axes[0].bar([n + 0.25 * offset for n in load], list(load.values()), width=0.25, label=name)
    print(name, "score", one.score, "shortfall", one.shortfall, "breaks", one.breaks)
axes[0].set(xlabel="meetings of a project", ylabel="projects")
axes[0].legend()
axes[1].bar(list(plans), [one.breaks for one in plans.values()])
axes[1].set(ylabel="breaks")
figure.tight_layout()

# %% [markdown]
# ## 会面与空档 Meetings against waiting
# The cap of the funds is lowered step by step.

# %%
points = []
for cap in range(4, 11):
    capped = replace(event, parties=tuple(replace(p, cap=min(p.cap or cap, cap)) for p in parties))
    one = solve(capped)
    points.append((len(one.seats), one.breaks))
figure, axis = plt.subplots(figsize=(5, 3))
axis.plot(*zip(*points, strict=True), marker="o")
axis.set(xlabel="meetings", ylabel="breaks")
figure.tight_layout()

# %% [markdown]
# ## 没有排上的原因 Why the rest was not placed; and a fund that drops out

# %%
print(Counter(refusal.cause for refusal in refusals(event, plan)))
answer = repair(event, plan, Change("fund drops out", now=4, absent={PROJECTS: frozenset(range(SLOTS))}))
print("cancelled", len(answer.delta.cancelled), "moved", len(answer.delta.moved), "added", len(answer.delta.added))
