import { describe, expect, test } from "vitest";
import type { TreeNodes, TreeOptions } from "../../src/models/grow-tree.ts";
import { treeGrower } from "../../src/models/grow-tree.ts";
import { binRows, fitCuts } from "../../src/models/quantile-bins.ts";
import { seededRandom } from "../../src/random.ts";

const options: TreeOptions = { leaves: 8, depth: 9, l2: 1, leastHessian: 0.5, monotone: [] };

interface Grown {
  readonly nodes: TreeNodes;
  readonly root: number;
}

function growOn(
  rows: Float64Array,
  columns: number,
  slopes: { gradients: Float64Array; hessians: Float64Array },
  changed: Partial<TreeOptions> = {},
): Grown {
  const cuts = fitCuts(rows, columns, 255);
  const binned = binRows(rows, cuts);
  const grow = treeGrower(binned, cuts, { ...options, ...changed });
  const nodes: TreeNodes = { feature: [], bin: [], missingRight: [], left: [], value: [] };
  const all = Uint32Array.from({ length: binned.count }, (_, row) => row);
  const root = grow(
    slopes,
    all,
    Uint32Array.from({ length: columns }, (_, column) => column),
    nodes,
  );
  return { nodes, root };
}

const slopesOf = (gradients: readonly number[]) => ({
  gradients: Float64Array.from(gradients),
  hessians: new Float64Array(gradients.length).fill(1),
});

describe("one split by hand", () => {
  // Six rows of one column; the first four pull up, the others down. Values are -G / (H + 1).
  const rows = Float64Array.of(1, 2, 3, 4, 5, 6);
  const slopes = slopesOf([-1, -1, -1, -1, 2, 2]);

  test("parts what pulls apart, and gives each side its step", () => {
    const { nodes } = growOn(rows, 1, slopes, { leaves: 2 });
    expect(nodes.feature).toEqual([0, -1, -1]);
    expect(nodes.bin[0]).toBe(3);
    expect(nodes.value).toEqual([0, 4 / 5, -4 / 3]);
  });

  test("is not made against a constraint", () => {
    expect(growOn(rows, 1, slopes, { leaves: 2, monotone: [1] }).nodes.feature).toEqual([-1]);
    expect(growOn(rows, 1, slopes, { leaves: 2, monotone: [-1] }).nodes.feature).toEqual([0, -1, -1]);
  });

  test("needs enough curvature on both sides", () => {
    const { nodes } = growOn(rows, 1, slopes, { leaves: 2, leastHessian: 3 });
    expect(nodes.bin[0]).toBe(2);
    expect(growOn(rows, 1, slopes, { leaves: 2, leastHessian: 4 }).nodes.feature).toEqual([-1]);
  });

  test("is not made where nothing is gained", () => {
    expect(growOn(rows, 1, slopesOf([1, 1, 1, 1, 1, 1]), { l2: 0 }).nodes.feature).toEqual([-1]);
  });
});

test.each([
  ["low", [5, 5, -3, -3], 0],
  ["high", [-3, -3, 5, 5], 1],
])("missing values go with the %s values where they pull alike", (_, gradients, side) => {
  const rows = Float64Array.of(1, 1, 2, 2, Number.NaN, Number.NaN);
  const { nodes } = growOn(rows, 1, slopesOf([...gradients, 5, 5]), { leaves: 2 });
  expect(nodes.missingRight[0]).toBe(side);
});

test("the leaf with the most to gain is split first, and every leaf has the step of its own rows", () => {
  const random = seededRandom(9);
  const columns = 7;
  const rows = Float64Array.from({ length: 300 * columns }, () =>
    random.next() < 0.1 ? Number.NaN : random.below(40),
  );
  const slopes = {
    gradients: Float64Array.from(
      { length: 300 },
      (_, row) =>
        Math.sin(rows[row * columns]! || 0) + Math.cos((rows[row * columns + 6]! || 0) / 4) + random.next(),
    ),
    hessians: Float64Array.from({ length: 300 }, () => 0.5 + random.next()),
  };
  const cuts = fitCuts(rows, columns, 255);
  const { bins, count } = binRows(rows, cuts);
  const { nodes, root } = growOn(rows, columns, slopes);
  const members = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    let node = root;
    while (nodes.feature[node]! >= 0) {
      const column = nodes.feature[node]!;
      const isMissing = Number.isNaN(rows[row * columns + column]!);
      const bin = bins[column * count + row]!;
      const right = isMissing ? nodes.missingRight[node] === 1 : bin > nodes.bin[node]!;
      node = nodes.left[node]! + (right ? 1 : 0);
    }
    members.set(node, [...(members.get(node) ?? []), row]);
  }
  expect(members.size).toBe(8);
  for (const [node, of] of members) {
    const gradient = of.reduce((sum, row) => sum + slopes.gradients[row]!, 0);
    const hessian = of.reduce((sum, row) => sum + slopes.hessians[row]!, 0);
    expect(nodes.value[node]).toBeCloseTo(-gradient / (hessian + 1), 9);
  }
  // With fewer leaves allowed, the tree is the same up to there.
  const smaller = growOn(rows, columns, slopes, { leaves: 4 }).nodes;
  const questions = smaller.feature.flatMap((column, node) => (column >= 0 ? [node] : []));
  for (const node of questions) expect(smaller.feature[node]).toBe(nodes.feature[node]);
});

test("a grower keeps nothing of one tree for the next", () => {
  const rows = Float64Array.of(1, 2, 3, 4, 5, 6);
  const cuts = fitCuts(rows, 1, 255);
  const grow = treeGrower(binRows(rows, cuts), cuts, options);
  const grown = (gradients: readonly number[]): TreeNodes => {
    const nodes: TreeNodes = { feature: [], bin: [], missingRight: [], left: [], value: [] };
    grow(slopesOf(gradients), Uint32Array.of(0, 1, 2, 3, 4, 5), Uint32Array.of(0), nodes);
    return nodes;
  };
  const first = grown([-1, -1, 2, 2, -3, 4]);
  grown([7, -5, 3, 1, 2, 2]);
  expect(grown([-1, -1, 2, 2, -3, 4])).toEqual(first);
});
