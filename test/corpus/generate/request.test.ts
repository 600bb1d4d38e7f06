import { describe, expect, it } from "vitest";
import { loadGrammars } from "../../../corpus/generate/grammars.ts";
import { addClientHeaders, parseRequest, placeValue } from "../../../corpus/generate/request.ts";
import { seededRandom } from "../../../src/random.ts";
import { parseTrafficRow, transactionOf } from "../../../src/traffic/traffic-row.ts";

describe("a request written as text", () => {
  it("is taken apart into its parts", () => {
    expect(parseRequest('POST /a?b=1?2\nContent-Type: application/json\nX-Y: z: w\n\n{"a":1}\n\n')).toEqual({
      method: "POST",
      path: "/a",
      query: "b=1?2",
      headers: { "Content-Type": "application/json", "X-Y": "z: w" },
      body: '{"a":1}\n\n',
    });
  });

  it("needs a request line", () => {
    expect(() => parseRequest("hello")).toThrow(/request line/);
  });
});

describe("the headers of a client", () => {
  it("leave those of the request as they are", () => {
    const { browser } = loadGrammars();
    const random = seededRandom(2);
    for (let i = 0; i < 50; i++) {
      const { headers } = addClientHeaders(random, parseRequest("GET /\nUser-Agent: mine"), browser);
      expect(headers["User-Agent"]).toBe("mine");
    }
  });
});

describe("a value put into a request", () => {
  it("is found by the parser of transactions, wherever it was put", () => {
    const random = seededRandom(3);
    const { benign, browser } = loadGrammars();
    const value = 'o\'clock <b> & 100% "x"; y=z, ünï';
    const bytes = Buffer.from(value).toString("latin1");
    const places = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const around = addClientHeaders(
        random,
        parseRequest(benign.platforms.expand(random, "request")),
        browser,
      );
      const request = placeValue(random, around, value, "note");
      const { parameters } = transactionOf(parseTrafficRow(JSON.stringify({ ...request, id: "1" })));
      const found = parameters.find((parameter) =>
        [parameter.name, parameter.value].some(
          (text) => text.includes(bytes) || decoded(text).includes(bytes),
        ),
      );
      expect(found, JSON.stringify(request)).toBeDefined();
      places.add(found!.location);
    }
    for (const place of ["query", "form", "json", "cookie", "header", "path", "xml", "multipart"])
      expect([...places]).toContain(place);
  });
});

function decoded(text: string): string {
  if (text.includes("&#39;")) {
    const entities: Record<string, string> = {
      "&#39;": "'",
      "&lt;": "<",
      "&gt;": ">",
      "&quot;": '"',
      "&amp;": "&",
    };
    return text.replace(/&(?:#39|lt|gt|quot|amp);/g, (entity) => entities[entity]!);
  }
  try {
    return Buffer.from(decodeURIComponent(text), "utf8").toString("latin1");
  } catch {
    return text;
  }
}
