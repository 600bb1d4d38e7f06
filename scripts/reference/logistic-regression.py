"""Makes test/fixtures/logistic-regression.json: weights of scikit-learn without a penalty on generated rows.

    python3 scripts/reference/logistic-regression.py > test/fixtures/logistic-regression.json
"""
import json

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(4)
inputs = np.round(rng.normal(0, 2, (1500, 2)) @ np.array([[1.0, 0.6], [0.0, 0.8]]), 4)
labels = (rng.uniform(size=1500) < 1 / (1 + np.exp(-(0.7 * inputs[:, 0] + 1.3 * inputs[:, 1] - 0.4)))).astype(int)
weights = np.round(rng.uniform(0.5, 2, 1500), 3)

model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(inputs, labels, sample_weight=weights)
print(json.dumps({
    "scikitLearn": sklearn.__version__,
    "inputs": inputs.tolist(),
    "labels": labels.tolist(),
    "rowWeights": weights.tolist(),
    "bias": float(model.intercept_[0]),
    "weights": model.coef_[0].tolist(),
}, separators=(",", ":")))
