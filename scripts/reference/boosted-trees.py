"""Makes test/fixtures/boosted-trees.json: rows, and what scikit-learn's histogram gradient boosting says of them.

    python3 scripts/reference/boosted-trees.py > test/fixtures/boosted-trees.json

Made with Python 3.11, scikit-learn (version in the fixture). No column has more than 255 values, so that both sides cut
between the same ones, and constrained columns miss no value, since the two treat these differently.
"""
import json

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(2001)


def draw(count):
    """Two columns that a rise makes worse, an interaction, a count, a flag, noise; the third and fourth miss values."""
    rows = np.column_stack([
        np.round(rng.uniform(0, 1, count), 2),
        np.round(rng.uniform(0, 1, count), 2),
        np.round(rng.normal(0, 1, count), 1),
        rng.poisson(3, count).astype(float),
        rng.integers(0, 2, count).astype(float),
        np.round(rng.normal(0, 1, count), 1),
    ])
    logits = (
        3 * rows[:, 0] + np.sin(6 * rows[:, 1]) - 1.5 * rows[:, 2] * (2 * rows[:, 4] - 1) + 0.5 * (rows[:, 3] == 2) - 2
    )
    labels = (rng.uniform(size=count) < 1 / (1 + np.exp(-logits))).astype(int)
    # A value is missing more often where the label is 1: where it is missing says something.
    rows[rng.uniform(size=count) < 0.1 + 0.2 * labels, 2] = np.nan
    rows[rng.uniform(size=count) < 0.1, 3] = np.nan
    return rows, labels


train, train_labels = draw(1200)
test, test_labels = draw(1200)
weights = np.round(rng.uniform(0.5, 2, 1200), 2)
common = {
    "max_iter": 40,
    "max_leaf_nodes": 8,
    "learning_rate": 0.1,
    "l2_regularization": 1.0,
    "min_samples_leaf": 1,
    "early_stopping": False,
}
variants = {
    "plain": {},
    "monotone": {"monotonic_cst": [1, 1, 0, 0, -1, 0]},
}


def described(settings):
    model = HistGradientBoostingClassifier(**common, **settings).fit(train, train_labels, sample_weight=weights)
    logits = model.decision_function(test)
    return {
        "monotone": settings.get("monotonic_cst", [0] * 6),
        "logits": [float(f"{logit:.6g}") for logit in logits],
        "auc": float(roc_auc_score(test_labels, logits)),
    }


def listed(rows):
    return [[None if np.isnan(value) else value for value in row] for row in rows.tolist()]


print(json.dumps({
    "scikitLearn": sklearn.__version__,
    "train": listed(train),
    "labels": train_labels.tolist(),
    "weights": weights.tolist(),
    "test": listed(test),
    "testLabels": test_labels.tolist(),
    "variants": {name: described(settings) for name, settings in variants.items()},
}, separators=(",", ":")))
