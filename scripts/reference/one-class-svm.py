"""Makes test/fixtures/one-class-svm.json: a One-Class SVM of scikit-learn on generated rows, and what it says of others.

    python3 scripts/reference/one-class-svm.py > test/fixtures/one-class-svm.json

`level` is the sum over the support vectors with weights that sum to 1, which is what our score is one minus of.
"""
import json

import numpy as np
import sklearn
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

rng = np.random.default_rng(2001)
NU = 0.1


def ordinary(count):
    """Two clusters, a skewed count, a share, and a column that never changes."""
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
        row[rng.integers(0, 4)] += rng.choice([-1, 1]) * rng.uniform(1, 4)
    return rows


train = np.round(ordinary(300), 4)
train = np.vstack([train, train[:60], train[:20]])  # Rows that occur more than once.
test = np.round(np.vstack([ordinary(120), odd(80)]), 4)
labels = [0] * 120 + [1] * 80

scaler = StandardScaler().fit(train)
machine = OneClassSVM(kernel="rbf", nu=NU, gamma="scale", tol=1e-8).fit(scaler.transform(train))
mass = machine.dual_coef_.sum()
decision = machine.decision_function(scaler.transform(test))
default = OneClassSVM(kernel="rbf", nu=NU, gamma="scale").fit(scaler.transform(train))

print(json.dumps({
    "scikitLearn": sklearn.__version__,
    "nu": NU,
    "train": train.tolist(),
    "test": test.tolist(),
    "labels": labels,
    "level": ((decision + machine.offset_[0]) / mass).tolist(),
    "boundary": float(1 - machine.offset_[0] / mass),
    "auc": float(roc_auc_score(labels, -default.decision_function(scaler.transform(test)))),
}, separators=(",", ":")))
