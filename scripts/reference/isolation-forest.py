"""Makes test/fixtures/isolation-forest.json: a small Isolation Forest of scikit-learn, its scores, and its data.

    python3 scripts/reference/isolation-forest.py > test/fixtures/isolation-forest.json

Made with Python 3.11, scikit-learn (version in the fixture). Numbers are rounded to float32, which is what scikit-learn
compares with.
"""
import json

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(2008)


def ordinary(count):
    """Two clusters, a skewed count and a column that never changes."""
    cluster = rng.integers(0, 2, count)
    return np.column_stack([
        rng.normal(cluster * 4, 1),
        rng.normal(cluster * -3, 0.5),
        rng.poisson(3, count),
        rng.uniform(0, 1, count),
        np.full(count, 7.0),
    ])


def odd(count):
    """Rows that are unusual in one or two columns only, so that no detector is perfect."""
    rows = ordinary(count)
    for row in rows:
        row[rng.integers(0, 4)] += rng.choice([-1, 1]) * rng.uniform(1.5, 6)
    return rows


train = ordinary(600).astype(np.float32)
test = np.vstack([ordinary(120), odd(80)]).astype(np.float32)
labels = [0] * 120 + [1] * 80

forest = IsolationForest(n_estimators=20, max_samples=64, random_state=1).fit(train)
trees = []
for estimator, columns in zip(forest.estimators_, forest.estimators_features_):
    tree = estimator.tree_
    trees.append({
        "feature": [int(columns[f]) if f >= 0 else -1 for f in tree.feature],
        "threshold": [float(t) for t in tree.threshold],
        "left": tree.children_left.tolist(),
        "right": tree.children_right.tolist(),
        "samples": tree.n_node_samples.tolist(),
    })

# AUCs of the default size over seeds: what one forest's luck is worth.
aucs = [
    roc_auc_score(labels, -IsolationForest(n_estimators=100, max_samples=256, random_state=seed).fit(train).score_samples(test))
    for seed in range(10)
]

print(json.dumps({
    "scikitLearn": sklearn.__version__,
    "sampleSize": 64,
    "trees": trees,
    "train": [[float(f"{v:.9g}") for v in row] for row in train.tolist()],
    "test": [[float(f"{v:.9g}") for v in row] for row in test.tolist()],
    "labels": labels,
    "scoreSamples": forest.score_samples(test).tolist(),
    "auc": float(np.mean(aucs)),
}, separators=(",", ":")))
