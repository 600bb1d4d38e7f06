"""Makes test/fixtures/autoencoder.json: requests, a network, and what PyTorch makes of them.

    python3 scripts/reference/autoencoder.py > test/fixtures/autoencoder.json

Made with Python 3.11, PyTorch and scikit-learn (versions in the fixture). The n-grams are counted anew here, after the
definition of FNV-1a.
"""
import json
import random

import numpy as np
import sklearn
import torch
from sklearn.metrics import roc_auc_score

torch.set_num_threads(1)
BUCKETS, ENCODER = 64, [16, 4]
SIZES = [BUCKETS, *ENCODER, *ENCODER[:-1][::-1], BUCKETS]
rng = random.Random(2006)
WORDS = "red green blue small large house garden river lamp window paper summer winter".split()


def ordinary():
    pairs = [f"{rng.choice(['q', 'page', 'sort', 'name'])}={rng.choice(WORDS)}{rng.choice(['', '+' + rng.choice(WORDS)])}"
             for _ in range(rng.randint(1, 3))]
    return f"GET /{rng.choice(WORDS)}?{'&'.join(pairs)}\n\n"


def odd():
    marks = ["%27", "%27+or+1", "%3Cb%3E", "../", ";id", "%22x", "+--", "1=1", "{{7*7}}", "${x}", "||", "%00"]
    return ordinary().rstrip("\n") + "".join(rng.sample(marks, rng.randint(2, 5))) + "\n\n"


def ngrams(text):
    data, counts = text.encode("latin1"), np.zeros(BUCKETS)
    for length in (2, 3):
        for start in range(len(data) - length + 1):
            value = 0x811C9DC5
            for byte in data[start:start + length]:
                value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
            counts[(value ^ (value >> 15)) % BUCKETS] += 1
    roots = np.sqrt(counts)
    return roots / np.linalg.norm(roots)


def network():
    layers = []
    for inputs, units in zip(SIZES, SIZES[1:]):
        layer = torch.nn.Linear(inputs, units)
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        layers += [layer, torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1]).double()


def numbers(model):
    """All weights, input by input, and biases, layer by layer."""
    flat = []
    for layer in model:
        if isinstance(layer, torch.nn.Linear):
            flat += layer.weight.detach().T.flatten().tolist() + layer.bias.detach().tolist()
    return flat


def rounded(values):
    return [float(f"{value:.7g}") for value in values]


def errors(model, vectors):
    with torch.no_grad():
        return ((model(vectors) - vectors) ** 2).sum(1).numpy()


def train(model, batches, learning_rate):
    """One Adam over all batches; returns the loss before each step."""
    adam, losses = torch.optim.Adam(model.parameters(), lr=learning_rate), []
    for batch in batches:
        adam.zero_grad()
        loss = ((model(batch) - batch) ** 2).sum(1).mean()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return losses


def shuffled(vectors, epochs, batch):
    for _ in range(epochs):
        yield from vectors[torch.randperm(len(vectors))].split(batch)


normal = [ordinary() for _ in range(400)]
test = [ordinary() for _ in range(200)] + [odd() for _ in range(200)]
labels = [0] * 200 + [1] * 200
normal_vectors = torch.tensor(np.array([ngrams(text) for text in normal]))
test_vectors = torch.tensor(np.array([ngrams(text) for text in test]))

# A few steps from given numbers, to be followed exactly.
torch.manual_seed(1)
model = network()
with torch.no_grad():
    for values in model.parameters():
        values.copy_(torch.tensor(np.round(values.numpy(), 4)))
start = numbers(model)
batch, steps = 20, 10
losses = train(model, normal_vectors[:batch * steps].split(batch), 0.01)

# What training by chance reaches, over seeds.
options = {"epochs": 20, "batch": 16, "learningRate": 0.01}
aucs = []
for seed in range(5):
    torch.manual_seed(seed)
    chance = network()
    used = normal_vectors[torch.randperm(400)[40:]]
    train(chance, shuffled(used, options["epochs"], options["batch"]), options["learningRate"])
    aucs.append(float(roc_auc_score(labels, errors(chance, test_vectors))))

print(json.dumps({
    "torch": torch.__version__,
    "scikitLearn": sklearn.__version__,
    "buckets": BUCKETS,
    "encoder": ENCODER,
    "normal": normal,
    "test": test,
    "labels": labels,
    "start": start,
    "steps": {"batch": batch, "learningRate": 0.01, "losses": losses, "end": rounded(numbers(model))},
    "errors": rounded(errors(model, test_vectors)[::8]),
    "options": options,
    "aucs": aucs,
}, separators=(",", ":")))
