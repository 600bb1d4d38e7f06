"""Makes test/fixtures/tfidf.json: what scikit-learn's TfidfVectorizer and LogisticRegression say of texts of the corpus.

    node scripts/reference/tfidf-texts.ts | python3 scripts/reference/tfidf.py > test/fixtures/tfidf.json

A text has a row for words and one for characters: pairs of the number of a term and its TF-IDF.
"""
import json
import random
import sys

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

rows = json.load(sys.stdin)
random.Random(1).shuffle(rows)
rows = rows[:500]
# What corpora of web requests hold little of: other scripts, letters that change their length, odd white space.
rows[:0] = [
    ["Straße ÉTÉ İstanbul ΟΔΥΣΣΕΥΣ ǅ x ½ ²³ ٣٤ 一二三 東京都", 0],
    ["a\tb  c\n\nd\u00a0\u2003e \x1c\x1d f\ufeffg \x85\x85h", 0],
    ["naïve cafe\u0301 𝐀𝐚 😀😀 _x __ a1 1a _", 0],
    ["", 0],
]
texts, labels = [text for text, _ in rows], [label for _, label in rows]
train, test = slice(0, 350), slice(350, None)


def fitted(analyzer):
    """The most terms below 150 among which frequency alone decides, so that no tie is broken."""
    counts = TfidfVectorizer(analyzer=analyzer, ngram_range=(1, 2), use_idf=False, norm=None).fit_transform(texts[train])
    totals = np.sort(np.asarray(counts.sum(axis=0)).ravel())[::-1]
    terms = next(n for n in range(150, 0, -1) if totals[n - 1] > totals[n])
    vectorizer = TfidfVectorizer(analyzer=analyzer, ngram_range=(1, 2), max_features=terms).fit(texts[train])
    values = vectorizer.transform(texts)
    model = LogisticRegression(C=1.0, tol=1e-8, max_iter=10_000).fit(values[train], labels[train])
    probability = model.predict_proba(values[test])[:, 1]
    return {
        "terms": vectorizer.get_feature_names_out().tolist(),
        "idf": vectorizer.idf_.tolist(),
        "rows": [[[int(c), round(float(v), 9)] for c, v in zip(row.indices, row.data)] for row in values[:60]],
        "weights": model.coef_[0].tolist(),
        "bias": float(model.intercept_[0]),
        "probability": probability.tolist(),
        "auc": float(roc_auc_score(labels[test], probability)),
    }


print(json.dumps({
    "scikitLearn": sklearn.__version__,
    "texts": texts,
    "labels": labels,
    "trained": 350,
    "words": fitted("word"),
    "characters": fitted("char"),
}, separators=(",", ":")))
