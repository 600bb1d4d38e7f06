import { expect, test } from "vitest";
import { features } from "../../src/features/catalog.ts";
import { extract } from "../../src/features/extract.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

const transaction = buildTransaction({
  method: "POST",
  uri: "/a?q=%27+or+1%3D1",
  headers: [{ name: "Content-Type", value: "application/json" }],
  body: Buffer.from('{"note":"<b>hi</b>"}'),
});

test("there is one number for each feature, and the texts of the whole request", () => {
  const { row, texts, exhausted } = extract(transaction);
  expect(row()).toHaveLength(features.length);
  expect(texts.map(({ text }) => text)).toEqual(
    expect.arrayContaining(["' or 1=1", "<b>hi</b>", "application/json"]),
  );
  expect(exhausted).toBe(false);
});

test("extracting twice gives the same and changes nothing", () => {
  const before = structuredClone(transaction);
  const [first, second] = [extract(transaction), extract(transaction)];
  expect(second.texts).toEqual(first.texts);
  expect(second.row()).toEqual(first.row());
  expect(first.row()).toEqual(first.row());
  expect(structuredClone(transaction)).toEqual(before);
});
