import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readDetector } from "../../src/detector/detector.ts";
import {
  detectorId,
  formatVersion,
  maxFileBytes,
  parseDetector,
  writeDetector,
} from "../../src/detector/detector-file.ts";
import { ArbiterError } from "../../src/errors.ts";
import { tinyDetectorFile } from "../training/tiny-traffic.ts";

const file = Buffer.from(tinyDetectorFile());
const digestBytes = 32;
const headerStart = 16;
const headerLength = file.readUInt32LE(12);
const sectionsStart = (headerStart + headerLength + 7) & ~7;

interface Section {
  name: string;
  type: string;
  offset: number;
  length: number;
}

type Header = Record<string, unknown> & { sections: Section[] };

const header = JSON.parse(file.toString("utf8", headerStart, headerStart + headerLength)) as Header;

/** The file with its digest made to fit: what an attacker with a writer of his own would hand over. */
function sealed(content: Buffer): Buffer {
  return Buffer.concat([content, createHash("sha256").update(content).digest()]);
}

const unsealed = (): Buffer => Buffer.from(file.subarray(0, file.length - digestBytes));

function assembled(
  headerBytes: Buffer,
  sections = file.subarray(sectionsStart, file.length - digestBytes),
): Buffer {
  const start = (headerStart + headerBytes.length + 7) & ~7;
  const front = Buffer.alloc(start);
  file.copy(front, 0, 0, 12);
  front.writeUInt32LE(headerBytes.length, 12);
  headerBytes.copy(front, headerStart);
  return sealed(Buffer.concat([front, sections]));
}

/** The file with a changed header. `change` gets a copy of the header, any part of it, to write to. */
// biome-ignore lint/suspicious/noExplicitAny: a header that is wrong on purpose has no type
function withHeader(change: (copy: any) => unknown): Buffer {
  const copy = structuredClone(header);
  const changed = change(copy) ?? copy;
  return assembled(Buffer.from(JSON.stringify(changed)));
}

/** The file with changed bytes in one section. */
function withSection(name: string, change: (bytes: Buffer, section: Section) => void): Buffer {
  const content = unsealed();
  const section = header.sections.find((candidate) => candidate.name === name)!;
  const width = section.type === "int8" ? 1 : 4;
  const start = sectionsStart + section.offset;
  change(content.subarray(start, start + section.length * width), section);
  return sealed(content);
}

function refusal(bytes: Uint8Array): ArbiterError {
  try {
    parseDetector(bytes);
  } catch (error) {
    if (error instanceof ArbiterError) return error;
    throw error;
  }
  throw new Error("the file was read");
}

const textModel = header.sections[0]!.name.split(".")[0]!;

describe("a file", () => {
  test("comes back byte for byte after reading and writing", () => {
    expect(Buffer.from(writeDetector(parseDetector(file))).equals(file)).toBe(true);
  });

  test("is read from any place in memory", () => {
    const shifted = Buffer.concat([Buffer.of(1, 2, 3), file]).subarray(3);
    expect(Buffer.from(writeDetector(parseDetector(shifted))).equals(file)).toBe(true);
  });

  test("is named by its digest", () => {
    const digest = createHash("sha256").update(unsealed()).digest("hex");
    expect(detectorId(file)).toBe(digest.slice(0, 12));
    expect(readDetector(file).id).toBe(detectorId(file));
  });

  test("rebuilt from its own parts by these tests is still read", () => {
    expect(assembled(Buffer.from(JSON.stringify(header))).equals(file)).toBe(true);
    expect(() => parseDetector(withHeader(() => undefined))).not.toThrow();
    expect(() => parseDetector(withSection("forest.depth", () => {}))).not.toThrow();
  });
});

describe("a damaged file is refused", () => {
  test("cut at each sixty-fourth", () => {
    for (let part = 0; part < 64; part++) {
      const cut = file.subarray(0, Math.floor((file.length * part) / 64));
      expect(refusal(cut).code, `cut after ${cut.length} bytes`).toBe("model_invalid");
    }
    expect(refusal(file.subarray(0, file.length - 1)).code).toBe("model_invalid");
  });

  test("with one bit turned, at 200 places", () => {
    for (let place = 0; place < 200; place++) {
      // The first 40 places cover magic, version and lengths; the others are spread over the file.
      const at = place < 40 ? place : Math.floor(((file.length - 1) * (place - 39)) / 160);
      const turned = Buffer.from(file);
      turned[at]! ^= 1 << (place % 8);
      expect(["model_invalid", "model_incompatible"], `bit ${place % 8} of byte ${at}`).toContain(
        refusal(turned).code,
      );
    }
  });
});

describe("what is no detector file is refused", () => {
  test.each<[string, Uint8Array]>([
    ["nothing", Buffer.alloc(0)],
    ["one byte", Buffer.of(0x41)],
    ["text", Buffer.from("hello, world\n".repeat(50))],
    ["zeros", Buffer.alloc(4096)],
    ["a pickle", Buffer.from("800495100000000000000094", "hex")],
    ["a zip archive", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(2000)])],
    ["the file in gzip", gzipSync(file.subarray(0, 100_000))],
    ["JSON", Buffer.from(JSON.stringify(header))],
    ["the magic alone", Buffer.from("ARBITER\n")],
    ["the magic in capitals and small letters", Buffer.concat([Buffer.from("Arbiter\n"), file.subarray(8)])],
    ["an archive before the file", Buffer.concat([Buffer.from("PK\x03\x04"), file])],
    ["an archive behind the file", Buffer.concat([file, Buffer.from("PK\x05\x06")])],
    ["more bytes than any detector has", Buffer.alloc(maxFileBytes + 1)],
  ])("%s", (_, bytes) => {
    const { code, message } = refusal(bytes);
    expect(code).toBe("model_invalid");
    expect(message).toMatch(/no usable detector file: .{10}/);
  });
});

describe("a file for another release is incompatible, and says what to do", () => {
  const withVersion = (version: number): Buffer => {
    const content = unsealed();
    content.writeUInt32LE(version, 8);
    return sealed(content);
  };

  test.each<[string, Buffer]>([
    ["an older format", withVersion(formatVersion - 1)],
    ["a newer format", withVersion(formatVersion + 1)],
    ["the highest version", withVersion(0xffff_ffff)],
    ["other features", withHeader((copy) => ({ ...copy, features: "0123456789abcdef" }))],
  ])("%s", (_, bytes) => {
    const { code, message } = refusal(bytes);
    expect(code).toBe("model_incompatible");
    expect(message).toContain("train it again");
  });
});

describe("a wrong frame is refused, though the digest fits", () => {
  const withHeaderLength = (length: number): Buffer => {
    const content = unsealed();
    content.writeUInt32LE(length, 12);
    return sealed(content);
  };

  test.each<[string, () => Buffer]>([
    ["a header that reaches past the end", () => withHeaderLength(file.length)],
    ["a header of 4 GiB", () => withHeaderLength(0xffff_ffff)],
    ["a header whose end wraps around", () => withHeaderLength(0xffff_fff0)],
    ["a header one byte short", () => withHeaderLength(headerLength - 1)],
    ["a header of no bytes", () => withHeaderLength(0)],
    ["bytes behind the sections", () => sealed(Buffer.concat([unsealed(), Buffer.alloc(8)]))],
    ["a header that is a list", () => withHeader(() => [])],
    ["a header that is null", () => assembled(Buffer.from("null"))],
    [
      "a header nested a hundred thousand deep",
      () => assembled(Buffer.from("[".repeat(1e5) + "]".repeat(1e5))),
    ],
    ["a header in UTF-16", () => assembled(Buffer.from(JSON.stringify(header), "utf16le"))],
  ])("%s", (_, make) => {
    expect(refusal(make()).code).toBe("model_invalid");
  });
});

describe("a wrong header is refused, though the digest fits", () => {
  test.each<[string, Parameters<typeof withHeader>[0]]>([
    [
      "an unknown key",
      (h) => {
        h.code = "require('child_process')";
      },
    ],
    [
      "an unknown key deeper down",
      (h) => {
        h.forest.script = "x";
      },
    ],
    ["a key of prototypes", (h) => JSON.parse(`${JSON.stringify(h).slice(0, -1)},"__proto__":{"a":1}}`)],
    [
      "a missing key",
      (h) => {
        delete h.fusion;
      },
    ],
    [
      "no sections",
      (h) => {
        h.sections = [];
      },
    ],
    [
      "a section twice",
      (h) => {
        h.sections.push(h.sections[0]);
      },
    ],
    [
      "sections in another order",
      (h) => {
        h.sections.reverse();
      },
    ],
    [
      "a section of an unknown type",
      (h) => {
        h.sections[0].type = "object";
      },
    ],
    [
      "a section of another type",
      (h) => {
        h.sections[0].type = "int32";
      },
    ],
    [
      "a section of another name",
      (h) => {
        h.sections[0].name = "../../etc/passwd";
      },
    ],
    [
      "a section that overlaps the one before",
      (h) => {
        h.sections[1].offset = 0;
      },
    ],
    [
      "a section behind a gap",
      (h) => {
        h.sections[1].offset += 8;
      },
    ],
    [
      "a section before the beginning",
      (h) => {
        h.sections[0].offset = -8;
      },
    ],
    [
      "a section beyond the end",
      (h) => {
        h.sections.at(-1).length += 1e6;
      },
    ],
    [
      "a section longer than numbers count",
      (h) => {
        h.sections[0].length = 2 ** 63;
      },
    ],
    [
      "a section of negative length",
      (h) => {
        h.sections[0].length = -1;
      },
    ],
    [
      "a section of a fractional length",
      (h) => {
        h.sections[0].length = 1.5;
      },
    ],
    [
      "buckets that are no power of two",
      (h) => {
        h[textModel].buckets -= 1;
      },
    ],
    [
      "more buckets than weights",
      (h) => {
        h[textModel].buckets *= 2;
      },
    ],
    [
      "more buckets than any model has",
      (h) => {
        h[textModel].buckets = 2 ** 40;
      },
    ],
    [
      "a class missing",
      (h) => {
        h.classes.pop();
      },
    ],
    [
      "a class too many",
      (h) => {
        h.classes.push("other");
      },
    ],
    [
      "an unknown class",
      (h) => {
        h.classes[0] = "sorcery";
      },
    ],
    [
      "no classes",
      (h) => {
        h.classes = [];
      },
    ],
    [
      "a forest over more features",
      (h) => {
        h.forest.features += 1;
      },
    ],
    [
      "a forest over fewer features",
      (h) => {
        h.forest.features -= 1;
      },
    ],
    [
      "a forest of no rows",
      (h) => {
        h.forest.sampleSize = 0;
      },
    ],
    [
      "a step of nothing",
      (h) => {
        h[textModel].step = 0;
      },
    ],
    [
      "a step that overflows",
      (h) => {
        h[textModel].step = 1e308;
      },
    ],
    [
      "a bias that overflows",
      (h) => {
        h[textModel].bias = -1e308;
      },
    ],
    [
      "a bias that is null, as NaN is written",
      (h) => {
        h[textModel].bias = null;
      },
    ],
    [
      "a fusion that overflows",
      (h) => {
        h.fusion.weights[0] = 1e308;
      },
    ],
    [
      "a fusion in which a score counts against attacks",
      (h) => {
        h.fusion.weights[0] = -1;
      },
    ],
    [
      "evidence beyond its bound",
      (h) => {
        h.evidence = { signs: [1], weights: [99] };
      },
    ],
    [
      "evidence that counts against an attack",
      (h) => {
        h.evidence = { signs: [1], weights: [-1] };
      },
    ],
    [
      "evidence without a weight for each rule",
      (h) => {
        h.evidence = { signs: [1, 2], weights: [1] };
      },
    ],
    [
      "evidence out of order",
      (h) => {
        h.evidence = { signs: [2, 1], weights: [1, 1] };
      },
    ],
    [
      "a fusion of too few inputs",
      (h) => {
        h.fusion.weights.pop();
      },
    ],
    [
      "a threshold of zero",
      (h) => {
        h.operatingPoints.balanced.general.attack = 0;
      },
    ],
    [
      "a threshold of one",
      (h) => {
        h.operatingPoints.balanced.general.attack = 1;
      },
    ],
    [
      "a threshold that is null, as NaN is written",
      (h) => {
        h.operatingPoints.balanced.scoring.suspect = null;
      },
    ],
    [
      "a threshold below nothing",
      (h) => {
        h.operatingPoints.balanced.scoring.suspect = -0.1;
      },
    ],
    [
      "a threshold in words",
      (h) => {
        h.operatingPoints.balanced.scoring.suspect = "0.5";
      },
    ],
    [
      "thresholds in the wrong order",
      (h) => {
        h.operatingPoints.balanced.general = { suspect: 0.9, attack: 0.1 };
      },
    ],
    [
      "a mode missing",
      (h) => {
        delete h.operatingPoints.balanced.general;
      },
    ],
    [
      "an unknown mode",
      (h) => {
        h.operatingPoints.balanced.other = { suspect: 0.1, attack: 0.9 };
      },
    ],
    [
      "a measured share above one",
      (h) => {
        h.measured[0].detection = 1.1;
      },
    ],
    [
      "a digest of the data that is none",
      (h) => {
        h.provenance.dataDigest = "none";
      },
    ],
  ])("%s", (_, change) => {
    const { code, message } = refusal(withHeader(change));
    expect(code).toBe("model_invalid");
    expect(message.length).toBeGreaterThan(50);
  });

  test("and no prototype has changed", () => {
    refusal(withHeader((h) => JSON.parse(`${JSON.stringify(h).slice(0, -1)},"__proto__":{"polluted":1}}`)));
    expect("polluted" in {}).toBe(false);
  });
});

describe("wrong numbers are refused, though the digest fits", () => {
  const firstInner = (name: string, change: (bytes: Buffer, node: number) => void): Buffer => {
    const features = header.sections.find((section) => section.name === "forest.feature")!;
    const start = sectionsStart + features.offset;
    let node = 0;
    while (file.readInt8(start + node) < 0) node++;
    return withSection(name, (bytes) => change(bytes, node));
  };

  test.each<[string, () => Buffer]>([
    [
      "a weight that is NaN",
      () => withSection(`${textModel}.classBias`, (bytes) => bytes.writeFloatLE(Number.NaN, 0)),
    ],
    [
      "a threshold that is infinite",
      () => withSection("forest.threshold", (bytes) => bytes.writeFloatLE(Infinity, 0)),
    ],
    ["a depth below nothing", () => withSection("forest.depth", (bytes) => bytes.writeFloatLE(-1, 0))],
    ["a depth that overflows", () => withSection("forest.depth", (bytes) => bytes.writeFloatLE(1e38, 0))],
    ["a model of zeros alone", () => withSection(`${textModel}.weights`, (bytes) => bytes.fill(0))],
    [
      "a node that is its own child",
      () => firstInner("forest.left", (bytes, node) => bytes.writeInt32LE(node, node * 4)),
    ],
    [
      "a child before its parent",
      () => firstInner("forest.left", (bytes, node) => bytes.writeInt32LE(-1, node * 4)),
    ],
    [
      "a child outside the forest",
      () => firstInner("forest.left", (bytes, node) => bytes.writeInt32LE(2 ** 30, node * 4)),
    ],
    [
      "a sibling outside the forest",
      () => firstInner("forest.left", (bytes, node) => bytes.writeInt32LE(bytes.length / 4 - 1, node * 4)),
    ],
    [
      "a feature that does not exist",
      () => withSection("forest.feature", (bytes) => bytes.writeInt8(127, 0)),
    ],
    [
      "a feature below the mark of leaves",
      () => withSection("forest.feature", (bytes) => bytes.writeInt8(-2, 0)),
    ],
    [
      "a tree that begins outside the forest",
      () => withSection("forest.roots", (bytes) => bytes.writeInt32LE(2 ** 30, 0)),
    ],
    [
      "a tree that begins before the forest",
      () => withSection("forest.roots", (bytes) => bytes.writeInt32LE(-1, 0)),
    ],
  ])("%s", (_, make) => {
    expect(refusal(make()).code).toBe("model_invalid");
  });

  const parts = parseDetector(file);

  test("no trees at all", () => {
    const forest = { ...parts.forest, roots: new Int32Array(0) };
    expect(refusal(writeDetector({ ...parts, forest })).message).toContain("no trees");
  });

  test("arrays of different lengths", () => {
    const forest = { ...parts.forest, depth: parts.forest.depth.subarray(1) };
    expect(refusal(writeDetector({ ...parts, forest })).code).toBe("model_invalid");
  });

  test.each([[1_000], [1_000_000]])("a tree %i nodes deep", (depth) => {
    const nodes = depth * 2 + 1;
    const forest = {
      ...parts.forest,
      roots: Int32Array.of(0),
      // Every left child asks again, and its sibling is a leaf.
      feature: Int8Array.from({ length: nodes }, (_, node) => (node % 2 === 1 || node === 0 ? 0 : -1)).fill(
        -1,
        nodes - 2,
      ),
      threshold: new Float32Array(nodes),
      left: Int32Array.from({ length: nodes }, (_, node) => (node === 0 ? 1 : node + 2)),
      depth: new Float32Array(nodes),
    };
    expect(refusal(writeDetector({ ...parts, forest })).message).toContain("deeper");
  });

  test("but a model of the least numbers is only useless", () => {
    const tiny = { ...parts.letters, step: Number.MIN_VALUE, classStep: Number.MIN_VALUE };
    expect(() => readDetector(writeDetector({ ...parts, letters: tiny }))).not.toThrow();
  });
});
