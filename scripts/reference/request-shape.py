"""Makes test/fixtures/request-shape.json: what the published definition of the 26 features says of varied requests.

    python3 scripts/reference/request-shape.py FEATURES.PY > test/fixtures/request-shape.json

FEATURES.PY is the published file; it defines `extract(method, path, args, hour, day)`. Python 3.11 made the fixture.
"""
import importlib.util
import json
import random
import sys

spec = importlib.util.spec_from_file_location("features", sys.argv[1])
features = importlib.util.module_from_spec(spec)
spec.loader.exec_module(features)

rng = random.Random(26)

SCRIPTS = {
    "ascii": [chr(c) for c in range(0x20, 0x7F)],
    "controls": [chr(c) for c in range(0x00, 0x20)] + list("\x7f\x80\x85\x9f\xa0"),
    "latin": [chr(c) for c in range(0xA0, 0x250)],
    "greek": [chr(c) for c in range(0x391, 0x3CA) if c != 0x3A2],
    "cyrillic": [chr(c) for c in range(0x400, 0x460)],
    "arabic": [chr(c) for c in range(0x620, 0x64A)] + [chr(c) for c in range(0x660, 0x66A)],
    "devanagari": [chr(c) for c in range(0x905, 0x939)] + [chr(c) for c in range(0x93E, 0x94E)] + [chr(c) for c in range(0x966, 0x970)],
    "cjk": [chr(c) for c in range(0x4E00, 0x4E60)] + list("、。「」・　一二三十百千万"),
    "hangul": [chr(c) for c in range(0xAC00, 0xAC60)],
    "marks": list("\u2000\u2003\u200b\u2028\u2029\u202f\u205f\u3000\ufeff\u0300\u0301\u20ac\u2122\u00b2\u00b3\u00b9\u2460\u2474\u2488\u24f5\u2776\u00bd\u2160\u2170\u24b6\u24d0\u01c5\u00aa\u00ba\u0130\u0131\u017f\u212a\u2070\u2085\u00df\u1e9e"),
    "astral": list("😀👍🏽𝐀𝐚𝟘𐐀𐐨🄰𐩀🀄𠀀𠀁"),
}
WORDS = """select union insert update delete drop from where or and having sleep benchmark SELECT Union selection band fort
script onerror onload alert javascript: iframe svg <script> Alert( /bin/ /etc/ cat wget curl bash cmd ping whoami id catalog valid
<?php eval( system( exec( base64_decode ${ {{ hello world O'Connor "quoted" 1=1 -- /* */ ../../etc/passwd %27 &amp; a_id id_a id.
ſelect ſcript Kelvin \u212a selectédrop orécho éid idé catñ ñcat 𝐚select select𝐚 ıd İd ıframe onloaD SVG wHeRe ſvg\u200bid""".split()


def text(limit):
    kind = rng.choice(["words", "words", "script", "mix", "empty", "repeat"])
    length = rng.randint(1, limit)
    if kind == "empty":
        return ""
    if kind == "words":
        return rng.choice([" ", "+", ";", "\n", "/", "é", "_", ""]).join(rng.choices(WORDS, k=min(12, length)))
    if kind == "script":
        return "".join(rng.choices(SCRIPTS[rng.choice(list(SCRIPTS))], k=length))
    if kind == "repeat":
        return rng.choice(WORDS) * min(20, length)
    return "".join(rng.choice(SCRIPTS[rng.choice(list(SCRIPTS))]) for _ in range(length))


def request(index):
    path = "/" + "/".join(
        rng.choice(["", "a", "index.html", "..", "%2e%2e", "%20", "файл", "日本", "a.b.c", "x" * 40]) for _ in range(rng.randint(0, 6))
    )
    limit = 2000 if index % 40 == 0 else 60
    arguments = {text(12) or f"p{i}": text(limit) for i in range(rng.choice([0, 1, 1, 2, 3, 8]))}
    method = rng.choice(["GET", "GET", "POST", "PUT", "get", "OPTIONS"])
    return method, path, arguments, rng.randint(0, 23), rng.randint(0, 6)


cases = [("GET", "/", {}, 12, 1), ("POST", "/", {"": ""}, 0, 0), ("GET", "/", {"a": " "}, 23, 6)]
cases += [("GET", "/", {"q": word}, 12, 1) for word in WORDS]
cases += [("GET", "/", {"q": "".join(characters)}, 12, 1) for characters in SCRIPTS.values()]
cases += [request(index) for index in range(220)]

print("[")
for index, case in enumerate(cases):
    method, path, arguments, hour, weekday = case
    row = {
        "method": method,
        "path": path,
        "arguments": list(arguments.items()),
        "hour": hour,
        "weekday": weekday,
        "row": features.extract(*case),
    }
    print(json.dumps(row, ensure_ascii=True, separators=(",", ":")) + ("," if index + 1 < len(cases) else ""))
print("]")
