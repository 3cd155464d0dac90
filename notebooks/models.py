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
# # Texts as vectors
# What the built-in encoders hold for near, in Chinese, in English and across; a map of the demonstration records; and
# what a search among neighbours costs for what it finds.

# %%
import time

import faiss
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.decomposition import TruncatedSVD

from embeddings.fusion import word_weight
from embeddings.index import VectorIndex
from embeddings.loading import load_encoder
from embeddings.quality import quality_is_built
from matcher.domain import Kind
from matcher.domain.codes import code_list
from matcher.domain.texts import whole
from matcher.evaluation import load_golden
from matcher.evaluation.text import compare_text, sample_tasks

encoders = [load_encoder(name) for name in ("builtin:static", *(["builtin:quality"] if quality_is_built() else []))]
encoder = encoders[0]
projects = load_golden().records[Kind.PROJECT]
texts = [whole(project) for project in projects]
rows = encoder.encode_document(texts)
[(each.name, each.dim, each.fingerprint, word_weight(each.name)) for each in encoders]

# %% [markdown]
# ## Nearest neighbours, in both languages
# The same need, typed in Chinese and in English, meets the same projects though they share no word with one of the two.

# %%
needs = {
    "固态电池电解质": "solid-state battery electrolyte",
    "手术机器人": "surgical robot",
    "无人机物流": "drone delivery",
    "污水处理膜": "membranes for waste water",
}
found = []
for zh, en in needs.items():
    for need in (zh, en):
        scores = encoder.encode_query([need])[0] @ rows.T
        best = np.argsort(-scores)[:3]
        found.append({"need": need} | {f"{n}": f"{projects[i].label} ({scores[i]:.2f})" for n, i in enumerate(best, 1)})
pd.DataFrame(found)

# %% [markdown]
# ## A map of the demonstration projects
# The two directions in which the projects differ most, by emerging industry; unnamed ones in grey.

# %%
centred = rows - rows.mean(axis=0)
places = TruncatedSVD(2, random_state=0).fit_transform(centred)
industry = [code_list("sei").label(project.sei[0], "en") if project.sei else "" for project in projects]
figure, axes = plt.subplots(figsize=(6, 5), layout="constrained")
for name in sorted(set(industry)):
    inside = np.array([each == name for each in industry])
    axes.scatter(*places[inside].T, s=18, color="lightgrey" if not name else None, label=name[:34] or "none stated")
axes.set(xlabel="first direction", ylabel="second direction", title="projects by emerging industry")
axes.legend(fontsize=6)
plt.show()

# %% [markdown]
# ## Words, meaning, both
# Eight tasks over papers that no model of ours was trained on, 95 % intervals of the mean. `matcher evaluate text`
# gives the same for any encoder.

# %%
lines = compare_text(encoders, sample_tasks(), samples=1000)
means = np.array([line.mean.mean for line in lines])
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
bounds = np.abs(np.array([[line.mean.low, line.mean.high] for line in lines]).T - means)
axes.barh([line.ranker for line in lines], means, xerr=bounds, color="tab:blue")
axes.set(xlabel="mean of the tasks", xlim=(0, 1))
axes.invert_yaxis()
plt.show()
pd.DataFrame({line.ranker: line.tasks for line in lines})

# %% [markdown]
# ## Recall against time
# 20,000 vectors around the projects' own. How many clusters are enough is not known beforehand: here four of 283 would
# do, with other vectors or behind a filter half of them do not (docs/search.md). The index looks until little can be
# missing.

# %%
random = np.random.default_rng(0)
many = rows[random.integers(0, len(rows), 20_000)] + random.normal(0, 0.03, (20_000, encoder.dim)).astype(np.float32)
many /= np.linalg.norm(many, axis=1, keepdims=True)
index = VectorIndex(encoder.dim, encoder.fingerprint)
index.put(np.arange(len(many)), many)
index.merge()
queries = many[:200]
exact = np.argsort(-(queries @ many.T), axis=1, kind="stable")[:, :20]


def recall(answers: np.ndarray) -> float:
    return float(np.mean([len(set(a.tolist()) & set(e.tolist())) / 20 for a, e in zip(answers, exact, strict=True)]))


plain = faiss.index_factory(encoder.dim, "IVF283,Flat", faiss.METRIC_INNER_PRODUCT)
plain.train(many)
plain.add(many)
points = []
for plain.nprobe in (1, 2, 4, 8, 16, 32, 64, 128):
    started = time.perf_counter()
    answers = plain.search(queries, 20)[1]
    points.append((1000 * (time.perf_counter() - started) / len(queries), recall(answers)))
started = time.perf_counter()
ours = index.search(queries, 20)[0]
own = (1000 * (time.perf_counter() - started) / len(queries), recall(ours))

figure, axes = plt.subplots(figsize=(5, 3.5), layout="constrained")
axes.plot(*zip(*points, strict=True), "o-", label="1, 2, 4 … 128 of 283 clusters")
axes.plot(*own, "s", color="tab:red", label="the index")
axes.set(xlabel="ms a query", ylabel="recall at 20", ylim=(0, 1.02))
axes.legend(loc="lower right")
plt.show()
own
