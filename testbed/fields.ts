/** The compact dialect of the verdict protocol, as a test's counterpart of the Lua client or of the server needs it. */

/** One field of a request: key, then one value or two. */
export interface Field {
  readonly key: string;
  /** One value for a plain field, name and value for a pair; byte strings (latin1). */
  readonly values: readonly string[];
}

/** Reads the fields of a request body; throws when the framing is broken. */
export function parseFields(body: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < body.length) {
    const lineEnd = body.indexOf(10, at);
    const line = body.toString("latin1", at, lineEnd);
    const head = /^([a-z-]+)((?: \d+){1,2})$/.exec(line);
    if (lineEnd === -1 || head === null)
      throw new Error(`not the head of a field: ${JSON.stringify(line.slice(0, 80))}`);
    at = lineEnd + 1;
    const lengths = (head[2] ?? "").trim().split(" ").map(Number);
    const values = lengths.map((length) => {
      const value = body.toString("latin1", at, at + length);
      at += length;
      return value;
    });
    if (at > body.length) throw new Error(`field ${head[1]} is longer than the body`);
    fields.push({ key: head[1] ?? "", values });
    if (body[at] !== 10) throw new Error(`field ${head[1]} does not end with a newline`);
    at += 1;
  }
  return fields;
}

/** The value of the first plain field with this key. */
export function fieldValue(fields: readonly Field[], key: string): string | undefined {
  return fields.find((field) => field.key === key)?.values[0];
}

/** The pairs with this key, in order. */
export function fieldPairs(fields: readonly Field[], key: string): readonly (readonly [string, string])[] {
  return fields
    .filter((field) => field.key === key)
    .map(({ values: [name = "", value = ""] }) => [name, value] as const);
}

/** Writes a body from fields. */
export function formatFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ key, values }) => {
      const bytes = values.map((value) => Buffer.from(value, "latin1"));
      return [
        Buffer.from(`${key} ${bytes.map((value) => value.length).join(" ")}\n`),
        ...bytes,
        Buffer.from("\n"),
      ];
    }),
  );
}
