/** Trees in flat arrays, one after the other, and the one check that all readers of files owe before they walk them. */

/** What trees have in common, whatever their leaves hold. Shape (nodes) each, but for the roots. */
export interface FlatTrees {
  readonly roots: Int32Array;
  /** Column that a node asks about; -1 for a leaf. */
  readonly feature: Int8Array | Int16Array;
  /** Index of the left child of a node; its sibling follows it. */
  readonly left: Int32Array;
}

/** Deepest tree that is read: ten times what an isolation forest of 256 rows needs. */
const deepestTree = 80;

/**
 * What keeps trees over `columns` columns from being walked to an end, or undefined where nothing does: children must stand
 * after their parent, so that no walk can run in circles.
 */
export function problemOfTrees({ roots, feature, left }: FlatTrees, columns: number): string | undefined {
  const nodes = feature.length;
  const levels = new Uint8Array(nodes);
  if (left.length !== nodes) return "the arrays of its trees have different lengths";
  if (roots.some((root) => root < 0 || root >= nodes)) return "a tree begins outside of its nodes";
  for (let node = 0; node < nodes; node++) {
    const column = feature[node]!;
    if (column < -1 || column >= columns) return `node ${node} asks about feature ${column}`;
    if (column < 0) continue;
    const child = left[node]!;
    if (child <= node || child + 1 >= nodes)
      return `node ${node} has a child outside of the nodes or before itself`;
    if (levels[node] === deepestTree) return "a tree is deeper than any that is fitted";
    for (const below of [child, child + 1]) levels[below] = Math.max(levels[below]!, levels[node]! + 1);
  }
  return undefined;
}
