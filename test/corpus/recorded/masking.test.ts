import { describe, expect, test } from "vitest";
import { collectSecrets, isMaskedRun, maskRun, maskSecrets } from "../../../corpus/recorded/masking.ts";

const plain = { method: "GET", path: "/", query: "", headers: [] } as const;
const encoded = (text: string): string => Buffer.from(text).toString("base64");

describe("a masked run", () => {
  test.each([
    "9f86d081884c7d65",
    "Kq3ZxT90bLm2",
    "0123456789",
    "aB3aB3aB3aB3aB3aB3aB3",
    "deadbeefdeadbeefdeadbeefdeadbeef",
  ])("of %s has its length and kinds, another value, and is known as masked", (run) => {
    const masked = maskRun(run);
    expect(masked).toHaveLength(run.length);
    expect(masked).not.toBe(run);
    const kinds = (text: string): string =>
      text.replace(/[0-9]/g, "0").replace(/[a-z]/g, "a").replace(/[A-Z]/g, "A");
    if (/^[0-9a-f]+$/.test(run)) expect(masked).toMatch(/^[0-9a-f]+$/);
    else expect(kinds(masked)).toBe(kinds(run));
    expect(isMaskedRun(masked)).toBe(true);
    expect(isMaskedRun(run)).toBe(false);
    expect(maskRun(masked)).toBe(masked);
  });

  test("depends on the value alone", () => {
    expect(maskRun("9f86d081884c7d65")).toBe(maskRun("9f86d081884c7d65"));
    expect(maskRun("9f86d081884c7d65")).not.toBe(maskRun("9f86d081884c7d66"));
  });
});

describe("secrets are found", () => {
  const secret = "a94a8fe5ccb19ba6";
  test.each([
    ["in a query", { ...plain, query: `_wpnonce=${secret}&s=x` }],
    [
      "in the address that it came from",
      { ...plain, headers: [["Referer", `http://a.test/?sectok=${secret}`]] as const },
    ],
    ["in a header", { ...plain, headers: [["X-WP-Nonce", secret]] as const }],
    ["in a cookie, by its name", { ...plain, headers: [["Cookie", `a=b; my_session=${secret}`]] as const }],
    ["in a cookie, by its looks", { ...plain, headers: [["Cookie", `DW1=${secret}`]] as const }],
    ["in a form", { ...plain, body_b64: encoded(`text=y&wpEditToken=${secret}%2B%5C`) }],
    ["in JSON", { ...plain, body_b64: encoded(`{"a":1,"token":"${secret}"}`) }],
    [
      "in a multipart form",
      {
        ...plain,
        body_b64: encoded(
          `--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n${secret}\r\n--b--\r\n`,
        ),
      },
    ],
  ])("%s", (_, draft) => {
    expect([...collectSecrets([draft])]).toEqual([secret]);
  });

  test("and words, short values and other fields are none", () => {
    const draft = {
      ...plain,
      query: `q=${secret}&token=short1&password=correcthorse&author=${secret}x`,
      headers: [["Cookie", "theme=dark"]] as const,
    };
    expect([...collectSecrets([draft])]).toEqual([]);
  });

  test("a password that is known is one wherever it stands", () => {
    expect([...collectSecrets([plain], ["Kab12cd34ef!w7"])]).toEqual(["Kab12cd34ef"]);
  });
});

test("a secret is masked wherever it stands, the longer one first, and everything else stays", () => {
  const secrets = new Set(["abcd1234", "abcd1234efgh5678"]);
  const text = "x=abcd1234efgh5678&y=%2Babcd1234&z=it's abcd 1234";
  const masked = maskSecrets(text, secrets);
  expect(masked).toBe(`x=${maskRun("abcd1234efgh5678")}&y=%2B${maskRun("abcd1234")}&z=it's abcd 1234`);
  expect(maskSecrets(text, new Set())).toBe(text);
});
