/**
 * A map with a limit that strangers cannot fill: whoever sends made-up names only pushes out other names that were seen
 * once or twice.
 */

/** Entries that are looked at for one to give way, oldest first. */
const looked = 32;

/**
 * The entry of `key`, made where there is room for it; undefined where the map is full of entries that have earned their
 * place. `isSlight` says of an entry that it may give way. Mutates `map`.
 */
export function admit<V>(
  map: Map<string, V>,
  key: string,
  limit: number,
  make: () => V,
  isSlight: (entry: V) => boolean,
): V | undefined {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= limit) {
    let left = looked;
    let given: string | undefined;
    for (const [name, entry] of map) {
      if (isSlight(entry)) given = name;
      if (given !== undefined || --left === 0) break;
    }
    if (given === undefined) return undefined;
    map.delete(given);
  }
  const made = make();
  map.set(key, made);
  return made;
}
