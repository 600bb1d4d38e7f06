"""Makes test/fixtures/half-space-trees.json: the algorithm of Tan, Ting and Liu (IJCAI 2011) in a few lines of Python.

    python3 scripts/reference/half-space-trees.py > test/fixtures/half-space-trees.json

Trees, a stream, and the mass of some rows after each window; beside it the AUC of the library `river` on the same stream,
which adds up the mass of every node on the way, where the paper takes that of the last one.
"""
import importlib.metadata
import json

import numpy as np
from river.anomaly import HalfSpaceTrees
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(2011)
TREES, DEPTH, WINDOW, COLUMNS = 7, 5, 100, 4


def ordinary(count, shift=0.0):
    cluster = rng.integers(0, 2, count)
    return np.column_stack([
        rng.normal(0.3 + shift + 0.3 * cluster, 0.04),
        rng.normal(0.7 - 0.4 * cluster, 0.05),
        rng.uniform(0.2, 0.8, count),
        rng.beta(2, 5, count),
    ])


def odd(count):
    rows = ordinary(count)
    for row in rows:
        row[rng.integers(0, 2)] = rng.uniform(0, 1)
    return rows


class Tree:
    """A heap of nodes: the children of i are 2i + 1 and 2i + 2."""

    def __init__(self):
        middle = rng.uniform(size=COLUMNS)
        reach = 2 * np.maximum(middle, 1 - middle)
        self.feature = [0] * (2 ** DEPTH - 1)
        self.split = [0.0] * (2 ** DEPTH - 1)
        self.reference = [0] * (2 ** (DEPTH + 1) - 1)
        self.latest = [0] * (2 ** (DEPTH + 1) - 1)
        self.halve(0, middle - reach, middle + reach)

    def halve(self, node, low, high):
        if node >= len(self.feature):
            return
        q = int(rng.integers(COLUMNS))
        p = float(np.float32((low[q] + high[q]) / 2))
        self.feature[node], self.split[node] = q, p
        left, right = high.copy(), low.copy()
        left[q] = right[q] = p
        self.halve(2 * node + 1, low, left)
        self.halve(2 * node + 2, right, high)

    def child(self, node, row):
        return 2 * node + (1 if row[self.feature[node]] < self.split[node] else 2)

    def learn(self, row):
        node = 0
        self.latest[0] += 1
        while node < len(self.feature):
            node = self.child(node, row)
            self.latest[node] += 1

    def mass(self, row):
        node, depth = 0, 0
        while node < len(self.feature) and self.reference[node] > 0.1 * WINDOW:
            node, depth = self.child(node, row), depth + 1
        return self.reference[node] * 2 ** depth


trees = [Tree() for _ in range(TREES)]
stream = np.round(np.vstack([ordinary(WINDOW), ordinary(WINDOW, 0.2), ordinary(50)]), 4)
test = np.round(np.vstack([ordinary(40), odd(40)]), 4)
masses = []
for number, row in enumerate(stream):
    for tree in trees:
        tree.learn(row)
    if (number + 1) % WINDOW == 0:
        for tree in trees:
            tree.reference, tree.latest = tree.latest, [0] * len(tree.latest)
        masses.append([sum(tree.mass(row) for tree in trees) for row in test])

# A longer stream for the AUC of fitted models, over the luck of the trees.
train = np.round(ordinary(750), 4)
unseen = np.round(np.vstack([ordinary(300), odd(300)]), 4)
labels = [0] * 300 + [1] * 300
limits = {str(c): (float(train[:, c].min()), float(train[:, c].max())) for c in range(COLUMNS)}
named = lambda row: {str(c): float(v) for c, v in enumerate(row)}
aucs = []
for seed in range(10):
    model = HalfSpaceTrees(n_trees=25, height=10, window_size=250, limits=limits, seed=seed)
    for row in train:
        model.learn_one(named(row))
    aucs.append(roc_auc_score(labels, [model.score_one(named(row)) for row in unseen]))

print(json.dumps({
    "river": importlib.metadata.version("river"),
    "depth": DEPTH,
    "windowSize": WINDOW,
    "trees": [{"feature": tree.feature, "split": tree.split} for tree in trees],
    "stream": stream.tolist(),
    "test": test.tolist(),
    "masses": masses,
    "train": train.tolist(),
    "unseen": unseen.tolist(),
    "labels": labels,
    "auc": float(np.mean(aucs)),
}, separators=(",", ":")))
