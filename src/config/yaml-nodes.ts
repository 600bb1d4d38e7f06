/**
 * Walks the nodes of a settings file in YAML, so that every complaint knows its place. Anchors, tags and everything else that
 * makes a file say more than it shows are refused.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { nearestName } from "./nearest-name.ts";
import type { Setting } from "./setting.ts";

/** Ends the reading with a complaint about the place at `offset`. */
export type Fail = (offset: number, message: string) => never;

/** Complains about a key that nobody knows, with the one that may have been meant. */
export function unknown(
  key: string,
  prefix: string,
  known: readonly string[],
  offset: number,
  fail: Fail,
): never {
  const nearest = nearestName(key, known);
  const hint =
    nearest === undefined ? `known are ${known.join(", ")}` : `did you mean "${prefix}${nearest}"?`;
  return fail(offset, `unknown setting "${prefix}${key.slice(0, 64)}"; ${hint}`);
}

/** The entries of a map node: key, value node, offset of the key. An empty value is no entries. */
export function entries(node: unknown, what: string, fail: Fail): [string, unknown, number][] {
  if (node === null || (isScalar(node) && node.value === null)) return [];
  if (!isMap(node)) return fail(offsetOf(node, 0), `${what} must be a map of settings`);
  refuseTricks(node, fail);
  return (node as YAMLMap).items.map((pair: Pair) => {
    const key = pair.key;
    if (!isScalar(key) || typeof key.value !== "string")
      return fail(offsetOf(key, 0), "every key must be a plain text");
    refuseTricks(key, fail);
    return [key.value, pair.value, offsetOf(key, 0)];
  });
}

/** The plain value of a scalar or list node. A number is taken by its spelling where the row wants whole numbers or modes. */
export function plainValue(node: unknown, row: Setting, fail: Fail): unknown {
  if (node === null || node === undefined) return undefined;
  refuseTricks(node as Node, fail);
  if (isSeq(node)) return node.items.map((item) => plainValue(item, row, fail));
  if (!isScalar(node)) return {};
  if (row.type === "file mode" && typeof node.value === "number") return node.source;
  if (row.type === "integer" && !/^-?[0-9]+$/.test(node.source ?? "")) return String(node.source);
  return node.value;
}

/** Refuses aliases, anchors and tags. */
export function refuseTricks(node: Node, fail: Fail): void {
  if (isAlias(node)) fail(offsetOf(node, 0), "aliases are not allowed: write the value out");
  if ((node as { anchor?: string }).anchor !== undefined) fail(offsetOf(node, 0), "anchors are not allowed");
  if (node.tag !== undefined && !node.tag.startsWith("tag:yaml.org,2002:"))
    fail(offsetOf(node, 0), "tags are not allowed");
}

/** Where a node begins. */
export function offsetOf(node: unknown, otherwise: number): number {
  return (node as { range?: [number, number, number] } | null)?.range?.[0] ?? otherwise;
}

/** The value of a scalar node; an empty object, which fits nothing, for any other node. */
export function plainScalar(node: unknown, fail: Fail): unknown {
  if (node === null || node === undefined) return undefined;
  refuseTricks(node as Node, fail);
  return isScalar(node) ? node.value : {};
}
