/**
 * Where an attacker puts a payload: the carriers of each class, which are the shop's own fields, bodies, headers,
 * cookies and paths, with the rest of the request as a browser sends it.
 */
import type { Random } from "../../src/random.ts";
import {
  type Draft,
  type Field,
  formEncoded,
  get,
  type HeaderSource,
  scriptEncoded,
  send,
  sendForm,
  sendJson,
  sendMultipart,
} from "../requests/request.ts";
import type { PayloadFile } from "./payloads.ts";

/** Wraps a payload into a request. */
export type Carrier = (payload: string, headers: HeaderSource, random: Random) => Draft;

/** Percent-encodes only what would break the request line, as people do by hand; what is encoded already stays so. */
function lazilyEncoded(text: string): string {
  const alreadyEncoded = /%[0-9a-f]{2}/i.test(text);
  return [...text]
    .map((character) => {
      if (character === "%") return alreadyEncoded ? "%" : "%25";
      return /[!$'()*,\-./0-9:;=?@A-Z_a-z~]/.test(character) ? character : encodeURIComponent(character);
    })
    .join("");
}

/** In a query, in one of three manners of encoding. */
function inQuery(path: string, name: string, others: readonly Field[] = []): Carrier {
  return (payload, headers, random) => {
    const manner = /%[0-9a-f]{2}/i.test(payload) ? 0 : random.below(3);
    const rest = others.length > 0 ? `&${formEncoded(others)}` : "";
    if (manner === 0) return get(headers, path, `${name}=${lazilyEncoded(payload)}${rest}`);
    const encode = manner === 1 ? formEncoded : scriptEncoded;
    return get(headers, path, encode([[name, payload]]) + rest);
  };
}

function inForm(path: string, name: string, others: readonly Field[] = []): Carrier {
  return (payload, headers) => sendForm(headers, path, [...others, [name, payload]]);
}

function inJson(path: string, wrap: (payload: string) => unknown): Carrier {
  return (payload, headers) => sendJson(headers, path, wrap(payload));
}

function inPart(path: string, name: string): Carrier {
  return (payload, headers, random) =>
    sendMultipart(
      headers,
      path,
      `----formdata-yard-${random.below(1e9)}`,
      [
        ["topic", "question"],
        [name, payload],
      ],
      [],
    );
}

function inFile(name: string, type: string): Carrier {
  return (payload, headers, random) => {
    const file = { field: "file", name, type, content: payload };
    return sendMultipart(
      headers,
      "/upload",
      `----formdata-yard-${random.below(1e9)}`,
      [["description", "plan"]],
      [file],
    );
  };
}

const inFileName: Carrier = (payload, headers, random) => {
  const file = { field: "file", name: payload, type: "image/png", content: "PNG" };
  return sendMultipart(
    headers,
    "/upload",
    `----formdata-yard-${random.below(1e9)}`,
    [["description", "plan"]],
    [file],
  );
};

function inPath(before: string, after = ""): Carrier {
  return (payload, headers) => get(headers, before + lazilyEncoded(payload).replaceAll("?", "%3F") + after);
}

/** In a header field, where its characters allow it, else in the search. */
function inHeader(name: string): Carrier {
  return (payload, headers, random) => {
    if (!/^[\x20-\x7e]+$/.test(payload)) return inQuery("/search", "q")(payload, headers, random);
    const others = headers("page").filter(([known]) => known.toLowerCase() !== name.toLowerCase());
    return { method: "GET", path: "/forum", query: "", headers: [...others, [name, payload]] };
  };
}

function inCookie(name: string, base64 = false): Carrier {
  return (payload, headers) => {
    const value = base64 ? Buffer.from(payload).toString("base64") : encodeURIComponent(payload);
    const own = headers("page").map(
      ([known, old]) => [known, known === "Cookie" ? `${old}; ${name}=${value}` : old] as const,
    );
    return { method: "GET", path: "/profile", query: "", headers: own };
  };
}

/** As the whole body. */
function asBody(path: string, type: string): Carrier {
  return (payload, headers) => send(headers, "POST", path, type, payload);
}

/** As an element and as an attribute of an imported document. */
const inXml: Carrier = (payload, headers) => {
  const text = payload.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  return send(
    headers,
    "POST",
    "/import",
    "application/xml",
    `<stock><item sku="OAK-20"><note>${text}</note></item></stock>`,
  );
};

/** `[$ne]=x` becomes `password[$ne]=x`; JSON becomes the body or a filter; anything else a search. */
const asMongoQuery: Carrier = (payload, headers, random) => {
  if (payload.startsWith("[")) {
    const pairs = payload
      .split("&")
      .map((pair) => `password${pair}`)
      .join("&");
    return random.below(2) === 0
      ? get(headers, "/api/products", `category=saws&${pairs}`, "call")
      : send(headers, "POST", "/login", "application/x-www-form-urlencoded", `login=keeper&${pairs}`, "form");
  }
  if (!payload.startsWith("{")) return inQuery("/search", "q")(payload, headers, random);
  return random.below(3) === 0
    ? get(headers, "/api/products", scriptEncoded([["filter", payload]]), "call")
    : send(
        headers,
        "POST",
        payload.includes("login") ? "/login" : "/api/filters",
        "application/json",
        payload,
      );
};

const inSearch = inQuery("/search", "q", [["page", "1"]]);
const inReview = inForm("/products/coping-saw", "review", [
  ["title", "Good"],
  ["stars", "4"],
]);
const inPost = inForm("/forum/web", "body", [
  ["title", "Question"],
  ["tags", "help"],
]);
const inNote = inJson("/api/notes", (text) => ({ text, pinned: false }));
const inLogin = inForm("/login", "login", [["password", "spring-2024"]]);

/** The carriers of each class; a payload is put into one or two of them. */
export const carriers: Readonly<Record<PayloadFile, readonly Carrier[]>> = {
  sqli: [
    inSearch,
    inLogin,
    inQuery("/search", "sort", [["q", "saw"]]),
    inJson("/api/filters", (text) => ({ where: { category: text }, limit: 20 })),
    inCookie("recent"),
    inPart("/contact", "message"),
    inPath("/products/"),
    inHeader("X-Forwarded-For"),
    inXml,
    inQuery("/api/products", "offset", [["limit", "10"]]),
  ],
  xss: [
    inQuery("/hello", "name"),
    inReview,
    inNote,
    inPart("/forum/web", "body"),
    inHeader("Referer"),
    inForm("/profile", "signature", [
      ["name", "Orla"],
      ["email", "orla@yard.example"],
    ]),
    inFile("plan.svg", "image/svg+xml"),
    inJson("/api/drafts", (html) => ({ title: "Diary", html })),
    inCookie("theme"),
  ],
  cmdi: [
    inQuery("/download", "file"),
    inForm("/upload", "convert_to", [["width", "300"]]),
    inJson("/api/exports", (name) => ({ format: "pdf", name })),
    inFileName,
    inHeader("User-Agent"),
    inQuery("/api/ping", "host"),
    inPart("/upload", "description"),
  ],
  "path-traversal": [
    inQuery("/download", "file"),
    inPath("/assets/"),
    inQuery("/wiki/start", "template", [["edit", "1"]]),
    inJson("/api/exports", (file) => ({ file, format: "zip" })),
    inCookie("theme"),
    inForm("/import", "source", [["format", "csv"]]),
    inFileName,
  ],
  rfi: [
    inQuery("/wiki/start", "page"),
    inQuery("/download", "file"),
    inForm("/import", "include", [["format", "html"]]),
    inJson("/api/layouts", (theme) => ({ theme, blocks: [] })),
    inCookie("lang"),
  ],
  ssti: [
    inJson("/wiki/preview", (markdown) => ({ markdown })),
    inForm("/profile", "name", [["city", "Galway"]]),
    inQuery("/hello", "name"),
    inPart("/contact", "subject"),
    inForm("/wiki/templates", "text", [["summary", "greeting"]]),
    inHeader("Referer"),
  ],
  "code-injection": [
    inPost,
    inJson("/api/snippets", (code) => ({ language: "text", run: true, code })),
    inQuery("/api/calc", "expression"),
    inFile("avatar.php", "image/png"),
    inCookie("prefs"),
    inFile("sheet.csv", "text/csv"),
    inPart("/upload", "description"),
  ],
  xxe: [
    asBody("/import", "application/xml"),
    asBody("/api/orders", "text/xml"),
    inFile("drawing.svg", "image/svg+xml"),
    asBody("/sso/acs", "application/soap+xml; charset=utf-8"),
    inForm("/import", "xml", [["format", "stock"]]),
    inJson("/api/imports", (document) => ({ type: "xml", document })),
  ],
  ssrf: [
    inQuery("/api/preview", "url", [["width", "320"]]),
    inJson("/api/hooks", (url) => ({ event: "order.created", url })),
    inForm("/profile", "avatar_url", [["name", "Orla"]]),
    inQuery("/go", "url"),
    inXml,
  ],
  nosqli: [asMongoQuery, asMongoQuery],
  ldapi: [
    inLogin,
    inQuery("/api/people", "uid"),
    inJson("/login", (login) => ({ login, password: "spring-2024" })),
    inSearch,
    inCookie("account"),
  ],
  crlf: [
    inQuery("/login", "next"),
    inForm("/contact", "email", [
      ["name", "Sam"],
      ["message", "Hello"],
    ]),
    inQuery("/download", "file"),
    inJson("/api/addresses", (name) => ({ name, city: "Galway" })),
    inQuery("/collect", "lang"),
  ],
  deserialization: [
    inCookie("yard_cart"),
    inForm("/profile", "state", [["name", "Orla"]]),
    inJson("/api/drafts", (state) => ({ state, version: 3 })),
    asBody("/api/cart", "application/json"),
    inQuery("/sso/callback", "state", [["code", "8812"]]),
    inCookie("yard_prefs", true),
    asBody("/hooks/ci", "application/x-yaml"),
  ],
  other: [
    inHeader("User-Agent"),
    inHeader("X-Api-Version"),
    inQuery("/search", "q"),
    inJson("/login", (login) => ({ login, password: "x" })),
    inPost,
    inHeader("Referer"),
  ],
  "scanner-paths": [
    (payload, headers) => {
      const [path = "/", query = ""] = payload.split("?");
      return get(headers, path, query);
    },
  ],
  "scanner-agents": [inHeader("User-Agent")],
};
