"""Makes test/fixtures/models/: small ONNX files of several kinds, and scores.json with what Python says of the same inputs.

    node src/cli/main.ts features TRAFFIC > rows.csv         (columns as in src/features/catalog.ts; two labels)
    node src/cli/main.ts features --input text TRAFFIC > texts.jsonl
    node src/cli/main.ts features --input values TRAFFIC > values.jsonl
    node src/cli/main.ts features --input bytes --length 128 TRAFFIC > bytes.jsonl
    python3 scripts/reference/onnx-models.py rows.csv texts.jsonl values.jsonl bytes.jsonl test/fixtures/models

TRAFFIC is test/fixtures/models/traffic.jsonl, requests around values of corpus/. Made with Python 3.11 and the versions that stand in scores.json. Scores are those of scikit-learn and PyTorch themselves, not
of an ONNX runtime. `expected` holds, for each file, the probability of an attack for every request of the traffic.
"""
import base64
import csv
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import skl2onnx
import sklearn
import torch
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.ensemble import GradientBoostingClassifier, IsolationForest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rows_file, texts_file, values_file, bytes_file, target = sys.argv[1:]
target = Path(target)
opset = {"": 17, "ai.onnx.ml": 3}

table = list(csv.DictReader(open(rows_file, newline="")))
names = list(table[0])[4:]
rows = np.array([[row[name] for name in names] for row in table], dtype=np.float32)
labels = np.array([row["label"] == "attack" for row in table]).astype(int)
texts = [json.loads(line)["text"] for line in open(texts_file, encoding="utf-8")]
values = [json.loads(line)["values"] for line in open(values_file, encoding="utf-8")]
expected = {}


def keep(name, graph, scores):
    (target / f"{name}.onnx").write_bytes(graph.SerializeToString())
    expected[name] = [float(score) for score in scores]


# The numbers of a request: scaled, then boosted trees.
boosting = make_pipeline(StandardScaler(), GradientBoostingClassifier(n_estimators=30, max_depth=3, random_state=1))
boosting.fit(rows, labels)
keep("boosting", to_onnx(boosting, initial_types=[("row", FloatTensorType([None, len(names)]))],
                         options={"zipmap": False}, target_opset=opset), boosting.predict_proba(rows)[:, 1])
zipmap = to_onnx(boosting, initial_types=[("row", FloatTensorType([None, len(names)]))], target_opset=opset)
(target / "zipmap.onnx").write_bytes(zipmap.SerializeToString())

# A few of them, in an order of its own.
few = ["path-entropy", "values-length", "longest-value", "arguments"]
chosen = rows[:, [names.index(name) for name in few]]
linear = make_pipeline(StandardScaler(), LogisticRegression()).fit(chosen, labels)
keep("few", to_onnx(linear, initial_types=[("row", FloatTensorType([None, len(few)]))],
                    options={"zipmap": False}, target_opset=opset), linear.predict_proba(chosen)[:, 1])

# An outlier detector: `scores` is its decision_function, where lower is worse.
forest = make_pipeline(StandardScaler(), IsolationForest(n_estimators=20, max_samples=32, random_state=1))
forest.fit(rows[labels == 0])
keep("outliers", to_onnx(forest, initial_types=[("row", FloatTensorType([None, len(names)]))], target_opset=opset),
     1 / (1 + np.exp(forest.decision_function(rows) / 0.1)))

# The whole request as one string. The pattern is given, since skl2onnx writes another one than scikit-learn's default; and
# min_df in place of max_features, since ONNX runtimes miss an n-gram of which one word was left out of the vocabulary.
words = make_pipeline(TfidfVectorizer(token_pattern="[a-zA-Z0-9_]+", ngram_range=(1, 2), min_df=2),
                      LogisticRegression(C=10)).fit(texts, labels)
keep("words", to_onnx(words, initial_types=[("text", StringTensorType([None, 1]))], options={"zipmap": False},
                      target_opset=opset), words.predict_proba(texts)[:, 1])

# Each value by itself, the worst one counts.
flat = [(value, label) for row, label in zip(values, labels) for value in row]
marks = make_pipeline(TfidfVectorizer(token_pattern=r"[a-zA-Z0-9_]+|[^a-zA-Z0-9_\s]", ngram_range=(1, 3), min_df=2),
                      LogisticRegression(C=10))
marks.fit([value for value, _ in flat], [label for _, label in flat])
keep("marks", to_onnx(marks, initial_types=[("value", StringTensorType([None, 1]))], options={"zipmap": False},
                      target_opset=opset),
     [max(marks.predict_proba(row)[:, 1]) for row in values])

# The first bytes of the text, through a small network that ends in log-odds.
class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = torch.nn.Embedding(256, 8)
        self.convolve = torch.nn.Conv1d(8, 16, 5, padding=2)
        self.decide = torch.nn.Linear(16, 1)

    def forward(self, data):
        hidden = torch.relu(self.convolve(self.embed(data).transpose(1, 2)))
        return self.decide(hidden.amax(dim=2))


torch.manual_seed(1)
torch.set_num_threads(1)
network = Network()
data = torch.tensor([list(base64.b64decode(json.loads(line)["bytes"])) for line in open(bytes_file, encoding="utf-8")])
goal = torch.from_numpy(labels.astype(np.float32)).unsqueeze(1)
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
for _ in range(60):
    optimizer.zero_grad()
    torch.nn.functional.binary_cross_entropy_with_logits(network(data), goal).backward()
    optimizer.step()
network.eval()
torch.onnx.export(network, (data[:1],), target / "network.onnx", input_names=["bytes"], output_names=["logit"],
                  dynamo=False, opset_version=17)
expected["network"] = torch.sigmoid(network(data)).detach().squeeze(1).tolist()

# A tensor that lies in another file, which is refused.
outside = onnx.load(target / "network.onnx")
for tensor in outside.graph.initializer:
    onnx.external_data_helper.set_external_data(tensor, "../../../../../../etc/passwd")
    tensor.ClearField("raw_data")
(target / "external.onnx").write_bytes(outside.SerializeToString())

versions = {module.__name__: module.__version__ for module in (sklearn, skl2onnx, onnx, torch)}
(target / "scores.json").write_text(json.dumps({"versions": versions, "expected": expected}) + "\n")
