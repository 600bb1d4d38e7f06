import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldPairs, fieldValue, formatFields, parseFields } from "../../testbed/fields.ts";

describe("fields", () => {
  it("hold any byte without changing the framing", () => {
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
    });
    const field = fc.record({
      key: fc.constantFrom("version", "header", "crs-score"),
      values: fc.oneof(fc.tuple(text), fc.tuple(text, text)),
    });
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        expect(parseFields(formatFields(fields))).toEqual(fields);
      }),
    );
  });

  it("are found by key", () => {
    const fields = parseFields(Buffer.from("id 2\nab\nrule 1 6\n1ARGS:q\nrule 1 0\n2\n"));
    expect(fieldValue(fields, "id")).toBe("ab");
    expect(fieldValue(fields, "site")).toBeUndefined();
    expect(fieldPairs(fields, "rule")).toEqual([
      ["1", "ARGS:q"],
      ["2", ""],
    ]);
  });

  it.each(["id\n", "id 5\nab\n", "id 2\nabc", "id -1\n\n", "id 1 1 1\nabc\n", "no newline"])(
    "are refused when broken: %j",
    (text) => {
      expect(() => parseFields(Buffer.from(text))).toThrow();
    },
  );
});
