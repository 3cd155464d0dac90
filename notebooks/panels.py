# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Expert panels: total against fairness
# A small generated call: 20 projects, 120 experts, roles and units as hard rules. Every plan comes with a proven bound,
# and a checker that shares no code with the solver counts its rules.

# %%
import matplotlib.pyplot as plt
import numpy as np

from matcher.assignment.alternates import alternates
from matcher.assignment.check import verify
from matcher.assignment.problem import Cap, Problem, Quota
from matcher.assignment.repair import repair
from matcher.assignment.result import Goal
from matcher.assignment.solve import solve

random = np.random.default_rng(7)
projects, experts = 20, 120
topics = random.dirichlet(np.ones(8) / 4, projects) @ random.dirichlet(np.ones(8) / 3, experts).T
size = np.full(projects, 5)
role = random.choice(3, experts, p=[0.6, 0.22, 0.18])
problem = Problem(
    project_ids=tuple(f"p{i:02d}" for i in range(projects)),
    expert_ids=tuple(f"e{i:03d}" for i in range(experts)),
    scores=topics.astype(np.float32),
    size=size,
    load_max=np.full(experts, 2),
    quotas=tuple(
        Quota(name, role == code, np.full(projects, least), size)
        for code, (name, least) in enumerate((("技术", 3), ("产业", 1), ("投融资", 1)))
    ),
    caps=(Cap("unit", np.arange(experts), random.integers(0, 40, experts), np.ones(projects, dtype=np.int64)),),
)

# %%
plans = {share: solve(problem, Goal(floor_share=share or None)) for share in (0.0, 0.8, 0.9, 0.98, 1.0)}
for share, plan in plans.items():
    assert verify(plan) == []
    print(f"floor {share:4.2f}: total {plan.total:.4f} of {plan.bound:.4f}, weakest {plan.minimum:.4f}, {plan.status}")

# %% [markdown]
# What fairness costs: the total as the weakest panel is lifted.

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 3.5), layout="constrained")
left.plot([plan.minimum for plan in plans.values()], [plan.total for plan in plans.values()], marker="o")
left.set(xlabel="mean score of the weakest panel", ylabel="total", title="Fairness against total")
for share in (0.0, 0.98):
    means = sorted(points / 5e6 for points in plans[share].panel_points)
    middle.plot(means, marker=".", label=f"floor {share}")
middle.set(xlabel="panels, weakest first", ylabel="mean score", title="Score spread")
middle.legend()
right.bar(*np.unique(plans[0.98].loads, return_counts=True))
right.set(xlabel="seats per expert", ylabel="experts", title="Load")
plt.show()

# %% [markdown]
# Somebody declines: one seat changes. Two alternates per seat were ready.

# %%
plan = plans[0.98]
leaver = plan.seats[0][0]
print([problem.expert_ids[a.expert] for a in alternates(problem, plan.seats)[0, leaver]])
print(repair(problem, plan.seats, vacated=[(0, leaver)]).swaps)
