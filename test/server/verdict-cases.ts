/**
 * The catalogue of bad input for the verdict API: every case with its id, what it is, the outcome that is expected,
 * and how it is put. Outcomes: R typed refusal; E evaluated, like the plain form where there is one; P evaluated, but
 * not fully inspected; D denied; X connection closed.
 */
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { deflateRawSync, gzipSync } from "node:zlib";
import { call, drip, open, type Reply, sendRaw, statusOf, untilClosed } from "./raw-client.ts";
import type { TestServer } from "./start-test-server.ts";

/** The servers that cases speak to: a patient one, one with the default time limits, and one that wants tokens. */
export interface Servers {
  readonly plain: TestServer;
  readonly hasty: TestServer;
  readonly guarded: TestServer;
  readonly fullToken: string;
  readonly readToken: string;
}

/** What came of a case: replies in order, or a closed connection with what was sent before. */
export type Outcome =
  | { readonly kind: "replies"; readonly replies: readonly Reply[]; readonly plain?: Reply }
  | { readonly kind: "closed"; readonly received: string };

export type Expected =
  | { readonly outcome: "R"; readonly status: number; readonly code: string }
  | { readonly outcome: "E"; readonly verdict?: "attack" | "pass" }
  | { readonly outcome: "P" }
  | { readonly outcome: "D"; readonly status: number }
  | { readonly outcome: "X" };

export interface Case {
  readonly id: string;
  readonly what: string;
  readonly expected: Expected;
  run(servers: Servers): Promise<Outcome>;
}

type Json = Record<string, unknown>;

const json = { "Content-Type": "application/json" };
const bodyLimit = 1_048_576;

/** Attacks in plain sight. */
const sqli = "1' UNION SELECT username, password FROM users-- -";
const xss = "<script>alert(document.cookie)</script>";
const traversal = "../../../../../../etc/passwd";

const refused = (code: string, status = 400): Expected => ({ outcome: "R", status, code });
const evaluated: Expected = { outcome: "E" };
const asAttack: Expected = { outcome: "E", verdict: "attack" };
const partial: Expected = { outcome: "P" };
const closed: Expected = { outcome: "X" };

/** A verdict request for `GET /` unless said otherwise. */
export function message(over: Json = {}): Json {
  return {
    id: "case",
    client: "192.0.2.7",
    method: "GET",
    uri: "/",
    protocol: "HTTP/1.1",
    headers: [["Host", "shop.example"]],
    ...over,
  };
}

function bodyMessage(
  contentType: string | readonly string[],
  body: string | Uint8Array,
  over: Json = {},
): Json {
  const types = typeof contentType === "string" ? [contentType] : contentType;
  return message({
    method: "POST",
    uri: "/submit",
    headers: [["Host", "shop.example"], ...types.map((type) => ["Content-Type", type])],
    bodyBase64: Buffer.from(body as Uint8Array).toString("base64"),
    ...over,
  });
}

const form = "application/x-www-form-urlencoded";
const encode = encodeURIComponent;

async function replies(list: readonly Promise<Reply>[]): Promise<Outcome> {
  return { kind: "replies", replies: await Promise.all(list) };
}

/** Posts bytes as they are to the plain server. */
function post(body: string | Uint8Array, headers: Record<string, string> = json): Case["run"] {
  return ({ plain }) => replies([call(plain.port, { headers, body })]);
}

/** Posts each message and compares it with the verdict on the plain form. */
function ask(list: Json | readonly Json[], plainForm?: Json): Case["run"] {
  return async ({ plain }) => {
    const ask = (one: Json) => call(plain.port, { headers: json, body: JSON.stringify(one) });
    const all = Array.isArray(list) ? (list as Json[]) : [list as Json];
    const answers: Reply[] = [];
    for (const one of all) answers.push(await ask(one));
    return {
      kind: "replies",
      replies: answers,
      ...(plainForm === undefined ? {} : { plain: await ask(plainForm) }),
    };
  };
}

/** Sends raw bytes to the plain server and takes the reply apart. */
function raw(bytes: string | Uint8Array): Case["run"] {
  return async ({ plain }) => ({ kind: "replies", replies: rawReplies(await sendRaw(plain.port, bytes)) });
}

/** The replies in a byte stream; all of ours have a Content-Length. */
export function rawReplies(stream: string): Reply[] {
  const found: Reply[] = [];
  let rest = stream;
  while (rest.startsWith("HTTP/1.1 ")) {
    const end = rest.indexOf("\r\n\r\n");
    const head = rest.slice(0, end);
    const length = Number(/^content-length: ([0-9]+)/im.exec(head)?.[1] ?? 0);
    found.push({ status: statusOf(head), headers: {}, text: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
  return found;
}

/** A raw request head that asks to close after the reply. */
function head(lines: readonly string[], request = "POST /v1/verdict HTTP/1.1"): string {
  return `${[request, "Host: arbiter", "Content-Type: application/json", "Connection: close", ...lines].join("\r\n")}\r\n\r\n`;
}

const query = (value: string): Json => message({ uri: `/search?q=${value}` });
const text = JSON.stringify(message());
const nested = (depth: number): string =>
  `{"id":"x","method":"GET","uri":"/","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
const withField = (field: string): string => `{"id":"x","method":"GET","uri":"/",${field}}`;
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

const shape: Case[] = [
  { id: "V1", what: "empty body", expected: refused("bad_request"), run: post("") },
  { id: "V2", what: "null", expected: refused("bad_request"), run: post("null") },
  { id: "V3", what: "top-level array", expected: refused("bad_request"), run: post("[]") },
  {
    id: "V4",
    what: "top-level number or string",
    expected: refused("bad_request"),
    run: ({ plain }) => replies(["7", '"x"'].map((body) => call(plain.port, { headers: json, body }))),
  },
  {
    id: "V5",
    what: "cut at every byte",
    expected: refused("bad_request"),
    async run({ plain }) {
      const answers: Reply[] = [];
      for (let end = 0; end < text.length; end++) {
        answers.push(await call(plain.port, { headers: json, body: text.slice(0, end) }));
      }
      return { kind: "replies", replies: answers };
    },
  },
  {
    id: "V6",
    what: "trailing bytes after the JSON",
    expected: refused("bad_request"),
    run: post(`${text}x`),
  },
  {
    id: "V7",
    what: "duplicate key, the second one hostile",
    expected: refused("duplicate_key"),
    run: ({ plain }) =>
      replies(
        [
          withField(`"uri":"/?q=${encode(sqli)}"`),
          withField(`"\\u0075ri":"/?q=${encode(sqli)}"`),
          withField(`"waf":{"score":0,"score":5}`),
        ].map((body) => call(plain.port, { headers: json, body })),
      ),
  },
  { id: "V8", what: "UTF-8 byte order mark", expected: evaluated, run: post(`\ufeff${text}`) },
  {
    id: "V9",
    what: "UTF-16 body",
    expected: refused("bad_request"),
    run: ({ plain }) =>
      replies(
        [Buffer.from(`\ufeff${text}`, "utf16le"), Buffer.from(text, "utf16le")].map((body) =>
          call(plain.port, { headers: json, body }),
        ),
      ),
  },
  {
    id: "V10",
    what: "raw 0xFF bytes in a field",
    expected: evaluated,
    run: post(
      Buffer.concat([
        Buffer.from(`{"id":"x","method":"GET","uri":"/?q=`),
        Buffer.from([0xff, 0xfe, 0xc0]),
        Buffer.from('"}'),
      ]),
    ),
  },
];

const values: Case[] = [
  {
    id: "V11",
    what: "lone surrogate",
    expected: evaluated,
    run: post(withField(`"body":"a\\ud800b\\udc00"`)),
  },
  {
    id: "V12",
    what: "NUL in the URI",
    expected: evaluated,
    run: ask(message({ uri: "/a\u0000b?c=\u0000" })),
  },
  {
    id: "V13",
    what: "nesting 65, 1,025 and 100,000 deep",
    expected: refused("too_deep"),
    run: ({ plain }) =>
      replies([65, 1_025, 100_000].map((depth) => call(plain.port, { headers: json, body: nested(depth) }))),
  },
  {
    id: "V14",
    what: "array of a million elements",
    expected: refused("too_many"),
    run: post(withField(`"x":[${"1,".repeat(999_999)}1]`)),
  },
  {
    id: "V15",
    what: "100,000 keys",
    expected: refused("too_many"),
    run: post(withField(`"x":{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(",")}}`)),
  },
  {
    id: "V16",
    what: "__proto__ key",
    expected: refused("forbidden_key"),
    run: ({ plain }) =>
      replies(
        [
          '"__proto__":{"polluted":1}',
          '"\\u005f_proto__":{"polluted":1}',
          '"waf":{"categories":{"__proto__":5}}',
        ].map((field) => call(plain.port, { headers: json, body: withField(field) })),
      ),
  },
  {
    id: "V17",
    what: "constructor.prototype",
    expected: refused("forbidden_key"),
    run: post(withField(`"constructor":{"prototype":{"polluted":1}}`)),
  },
  {
    id: "V18",
    what: "arguments named toString and hasOwnProperty",
    expected: evaluated,
    run: ask(
      message({
        uri: "/?toString=1&hasOwnProperty=2&__proto__=3",
        arguments: [
          ["engine", "toString", "1"],
          ["engine", "hasOwnProperty", "2"],
        ],
        waf: { score: 0, threshold: 5, paranoiaLevel: 1, categories: { toString: 5 } },
      }),
    ),
  },
  {
    id: "V19",
    what: "1e400, −0, 2^53+1 as numbers",
    expected: refused("bad_value"),
    run: ({ plain }) =>
      replies(
        [
          '"deadlineMs":1e400',
          '"deadlineMs":-0',
          '"waf":{"rules":[9007199254740993]}',
          '"waf":{"score":1.5}',
          '"waf":{"score":-1}',
          '"waf":{"score":"5"}',
        ].map((field) => call(plain.port, { headers: json, body: withField(field) })),
      ),
  },
  {
    id: "V20",
    what: "flood of keys that collide in V8's table of integer-like strings",
    expected: refused("too_many"),
    run: post(withField(`"x":{${Array.from({ length: 30_000 }, (_, i) => `"${i * 65_536}":1`).join(",")}}`)),
  },
];

const sizeAndHttp: Case[] = [
  {
    id: "V21",
    what: "body of the limit and one byte",
    expected: partial,
    run: ask([
      bodyMessage("text/plain", Buffer.alloc(bodyLimit + 1, "a")),
      message({ method: "POST", body: "a".repeat(bodyLimit + 1) }),
    ]),
  },
  {
    id: "V22",
    what: "body of exactly the limit",
    expected: evaluated,
    run: ask([
      bodyMessage("text/plain", Buffer.alloc(bodyLimit, "a ")),
      message({ method: "POST", body: "a ".repeat(bodyLimit / 2) }),
    ]),
  },
  {
    id: "V23",
    what: "Content-Length too big, then nothing",
    expected: closed,
    async run({ hasty }) {
      return {
        kind: "closed",
        received: await sendRaw(hasty.port, `${head([`Content-Length: ${text.length + 9}`])}${text}`),
      };
    },
  },
  {
    id: "V24",
    what: "Content-Length too small",
    expected: refused("bad_request"),
    run: raw(`${head([`Content-Length: ${text.length - 5}`])}${text}`),
  },
  {
    id: "V25",
    what: "Content-Length and Transfer-Encoding together",
    expected: refused("bad_request"),
    run: raw(`${head([`Content-Length: ${text.length}`, "Transfer-Encoding: chunked"])}0\r\n\r\n`),
  },
  {
    id: "V26",
    what: "two Content-Lengths",
    expected: refused("bad_request"),
    run: raw(`${head([`Content-Length: ${text.length}`, "Content-Length: 3"])}${text}`),
  },
  {
    id: "V27",
    what: "bad chunk size",
    expected: refused("bad_request"),
    run: raw(`${head(["Transfer-Encoding: chunked"])}zz\r\n${text}\r\n0\r\n\r\n`),
  },
  {
    id: "V28",
    what: "chunk extension of 64 KiB",
    expected: refused("too_large", 413),
    run: raw(`${head(["Transfer-Encoding: chunked"])}1;${"x".repeat(65_536)}\r\n{\r\n0\r\n\r\n`),
  },
  {
    id: "V29",
    what: "chunked body without Content-Length is seen",
    expected: asAttack,
    run: (servers) => {
      const body = JSON.stringify(query(encode(sqli)));
      const chunks = [...body].map((byte) => `1\r\n${byte}\r\n`).join("");
      return raw(`${head(["Transfer-Encoding: chunked"])}${chunks}0\r\n\r\n`)(servers);
    },
  },
  {
    id: "V30",
    what: "HTTP/2 preface",
    expected: refused("bad_request"),
    run: raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
  },
];

const transport: Case[] = [
  {
    id: "V31",
    what: "header dripping in",
    expected: closed,
    async run({ hasty }) {
      return {
        kind: "closed",
        received: await drip(hasty.port, "POST /v1/verdict HTTP/1.1\r\nX-Slow: ", "a"),
      };
    },
  },
  {
    id: "V32",
    what: "body dripping in",
    expected: closed,
    async run({ hasty }) {
      return { kind: "closed", received: await drip(hasty.port, head(["Content-Length: 100000"]), " ") };
    },
  },
  {
    id: "V33",
    what: "1,100 idle connections",
    expected: closed,
    async run({ hasty }) {
      const ends: Promise<string>[] = [];
      for (let i = 0; i < 1_100; i++) ends.push(untilClosed(await open(hasty.port)));
      return {
        kind: "closed",
        received: (await Promise.all(ends)).join("").replace(/^(?:HTTP\/1\.1 408[^{]*\{[^}]*\}\})*$/, ""),
      };
    },
  },
  {
    id: "V34",
    what: "gzip that grows from 10 KiB to 10 MiB",
    expected: refused("unsupported_encoding", 415),
    run: post(gzipSync(Buffer.alloc(10 * bodyLimit, " ")), { ...json, "Content-Encoding": "gzip" }),
  },
  {
    id: "V35",
    what: "three stacked encodings",
    expected: refused("unsupported_encoding", 415),
    run: post(gzipSync(gzipSync(gzipSync(text))), { ...json, "Content-Encoding": "gzip, gzip, gzip" }),
  },
  {
    id: "V36",
    what: "br and zstd bombs",
    expected: refused("unsupported_encoding", 415),
    run: ({ plain }) =>
      replies([
        call(plain.port, { headers: { ...json, "Content-Encoding": "br" }, body: deflateRawSync(text) }),
        call(plain.port, { headers: { ...json, "Content-Encoding": "zstd" }, body: zstdMagic }),
      ]),
  },
  {
    id: "V37",
    what: "1,000 pipelined requests are answered in order",
    expected: evaluated,
    async run({ plain }) {
      const one = (i: number, connection: string): string => {
        const body = JSON.stringify(message({ id: `n${i}` }));
        return `POST /v1/verdict HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      };
      const stream = Array.from({ length: 1_000 }, (_, i) => one(i, i === 999 ? "close" : "keep-alive")).join(
        "",
      );
      const answers = rawReplies(await sendRaw(plain.port, stream));
      const ids = answers.map((reply) => (JSON.parse(reply.text) as { id: string }).id);
      const inOrder = ids.length === 1_000 && ids.every((id, i) => id === `n${i}`);
      return { kind: "replies", replies: inOrder ? answers : [] };
    },
  },
  {
    id: "V38",
    what: "header block of 64 KiB",
    expected: refused("too_large", 431),
    run: raw(head([`X-Big: ${"a".repeat(65_536)}`, "Content-Length: 0"])),
  },
  {
    id: "V39",
    what: "1,000 header fields",
    expected: refused("too_many", 431),
    run: raw(
      `${head([...Array.from({ length: 1_000 }, (_, i) => `x${i}: 1`), `Content-Length: ${text.length}`])}${text}`,
    ),
  },
  {
    id: "V40",
    what: "CR, LF or NUL in a header",
    expected: refused("bad_request"),
    async run({ plain }) {
      const answers: Reply[] = [];
      for (const bad of ["a\rb", "a\0b", "a\nb c"]) {
        answers.push(
          ...rawReplies(
            await sendRaw(plain.port, `${head([`X-Bad: ${bad}`, `Content-Length: ${text.length}`])}${text}`),
          ),
        );
      }
      return { kind: "replies", replies: answers.length === 3 ? answers : [] };
    },
  },
];

const access: Case[] = [
  {
    id: "V41",
    what: "unknown path",
    expected: refused("not_found", 404),
    run: ({ plain }) =>
      replies(
        ["/v1", "/v1/verdict/", "/../v1/verdict"].map((path) =>
          call(plain.port, { path, headers: json, body: text }),
        ),
      ),
  },
  {
    id: "V41",
    what: "unknown method",
    expected: refused("method_not_allowed", 405),
    run: ({ plain }) =>
      replies(["GET", "PUT", "DELETE", "PATCH"].map((method) => call(plain.port, { method, headers: json }))),
  },
  {
    id: "V42",
    what: "no token",
    expected: { outcome: "D", status: 401 },
    run: ({ guarded }) => replies([call(guarded.port, { headers: json, body: text })]),
  },
  {
    id: "V42",
    what: "wrong token",
    expected: { outcome: "D", status: 403 },
    run: ({ guarded, fullToken }) =>
      replies(
        ["wrong", `${fullToken}x`, fullToken.slice(1), ""].map((token) =>
          call(guarded.port, { headers: { ...json, Authorization: `Bearer ${token || "-"}` }, body: text }),
        ),
      ),
  },
  {
    id: "V43",
    what: "token that may read only asks for a verdict",
    expected: { outcome: "D", status: 403 },
    run: ({ guarded, readToken }) =>
      replies([
        call(guarded.port, { headers: { ...json, Authorization: `Bearer ${readToken}` }, body: text }),
      ]),
  },
  {
    id: "V44",
    what: "another user at the socket",
    expected: closed,
    async run({ plain }) {
      // Only root can become somebody else; elsewhere the mode of the socket is what keeps others out.
      if (process.getuid?.() !== 0) return { kind: "closed", received: "" };
      chmodSync(plain.directory, 0o755);
      const script = `require("net").connect(${JSON.stringify(plain.socket)}).on("connect", () => process.exit(7)).on("error", (e) => process.exit(e.code === "EACCES" ? 0 : 8))`;
      const { status } = spawnSync("/proc/self/exe", ["-e", script], {
        uid: 65_534,
        gid: 65_534,
        argv0: "node",
      });
      return { kind: "closed", received: status === 0 ? "" : `status ${status}` };
    },
  },
  {
    id: "V45",
    what: "the caller leaves in the middle of its message",
    expected: closed,
    async run({ plain }) {
      const socket = await open(plain.port);
      socket.write(`${head(["Content-Length: 5000"])}{`);
      const arriving = async () =>
        Number(/^arbiter_messages_arriving ([0-9]+)$/m.exec(await plain.metrics.text())?.[1]);
      while ((await arriving()) === 0) await new Promise(setImmediate);
      socket.destroy();
      while ((await arriving()) !== 0) await new Promise(setImmediate);
      const held = /^arbiter_held_bytes ([0-9]+)$/m.exec(await plain.metrics.text())?.[1];
      return { kind: "closed", received: held === "0" ? "" : `${held} bytes are still held` };
    },
  },
  {
    id: "V46",
    what: "the caller closes its half after sending",
    expected: evaluated,
    async run({ plain }) {
      const socket = await open(plain.port);
      const received = untilClosed(socket);
      socket.end(`${head([`Content-Length: ${text.length}`])}${text}`);
      return { kind: "replies", replies: rawReplies(await received) };
    },
  },
  {
    id: "V47",
    what: "repeated request id",
    expected: asAttack,
    run: ask([query(encode(sqli)), query(encode(sqli))], query(encode(sqli))),
  },
  {
    id: "V48",
    what: "unknown extra fields",
    expected: evaluated,
    run: ask(message({ later: 1, extension: { a: [1] } })),
  },
  {
    id: "V49",
    what: "newer protocol version",
    expected: refused("unsupported_version"),
    async run({ plain }) {
      const fields = "version 1\n2\nid 1\na\nline 14\nGET / HTTP/1.1\n";
      return replies([
        call(plain.port, { headers: json, body: withField('"version":2') }),
        call(plain.port, { headers: { "Content-Type": "application/vnd.arbiter.fields" }, body: fields }),
      ]);
    },
  },
  {
    id: "V50",
    what: "values full of our own delimiters",
    expected: evaluated,
    run: ask(
      message({
        uri: "/a?b=&path=/x&args=%22%5C$%23$",
        id: 'x" \\ \n verdict 6\nattack\n',
        headers: [["X-A", '","method":"FAKE']],
      }),
    ),
  },
];

const encodings: Case[] = [
  {
    id: "V51",
    what: "URL-encoded twice",
    expected: asAttack,
    run: ask(query(encode(encode(sqli))), query(encode(sqli))),
  },
  {
    id: "V52",
    what: "URL-encoded three times",
    expected: asAttack,
    run: ask(query(encode(encode(encode(sqli)))), query(encode(sqli))),
  },
  {
    id: "V53",
    what: "overlong UTF-8",
    expected: asAttack,
    run: ask(query(traversal.replaceAll(".", "%c0%ae").replaceAll("/", "%c0%af")), query(encode(traversal))),
  },
  {
    id: "V54",
    what: "UTF-7",
    expected: partial,
    run: ask(bodyMessage(`${form}; charset=utf-7`, "q=+ADw-script+AD4-alert(1)+ADw-/script+AD4-")),
  },
  {
    id: "V55",
    what: "%u0027",
    expected: asAttack,
    run: ask(query(encode(sqli).replaceAll("'", "%u0027")), query(encode(sqli))),
  },
  {
    id: "V56",
    what: "full-width apostrophe",
    expected: asAttack,
    run: ask(query(encode(sqli.replaceAll("'", "\uff07"))), query(encode(sqli))),
  },
  {
    id: "V57",
    what: "Cyrillic look-alikes in keywords",
    expected: asAttack,
    run: ask(
      query(encode("1' UNI\u041eN S\u0415LECT us\u0435rname, p\u0430ssword FR\u041eM users-- -")),
      query(encode(sqli)),
    ),
  },
  {
    id: "V58",
    what: "entities inside URL encoding",
    expected: asAttack,
    run: ask(query(encode(xss.replaceAll("<", "&lt;").replaceAll(">", "&#x3e;"))), query(encode(xss))),
  },
  {
    id: "V59",
    what: "base64 value",
    expected: asAttack,
    run: ask(query(encode(Buffer.from(xss).toString("base64"))), query(encode(xss))),
  },
  {
    id: "V60",
    what: "NUL inside a keyword",
    expected: asAttack,
    run: ask(query(encode(sqli.replace("SELECT", "SEL\0ECT"))), query(encode(sqli))),
  },
  {
    id: "V61",
    what: "mixed-case percent encoding and a bare percent",
    expected: asAttack,
    run: ask(query(`100%${encode(xss).replace("%3C", "%3c").replace("%3E", "%3e")}%`), query(encode(xss))),
  },
  {
    id: "V62",
    what: "EBCDIC",
    expected: partial,
    run: ask(bodyMessage(`${form}; charset=ibm037`, Buffer.from([0x98, 0x7e, 0x7d]))),
  },
];

const parameters: Case[] = [
  {
    id: "V63",
    what: "the same parameter twice",
    expected: asAttack,
    run: ask(message({ uri: `/?a=1&a=${encode(sqli)}` }), query(encode(sqli))),
  },
  {
    id: "V64",
    what: "semicolons between parameters",
    expected: asAttack,
    run: ask(message({ uri: `/?a=1;b=${encode(sqli)}` }), query(encode(sqli))),
  },
  {
    id: "V65",
    what: "10,000 parameters",
    expected: partial,
    run: ask(bodyMessage(form, Array.from({ length: 10_000 }, (_, i) => `p${i}=1`).join("&"))),
  },
  {
    id: "V66",
    what: "attack after 8 to 128 KiB of padding",
    expected: asAttack,
    run: ask(
      [8, 16, 32, 64, 128].map((size) =>
        bodyMessage(form, `a=${"lorem+ipsum+".repeat((size * 1024) / 12)}&q=${encode(sqli)}`),
      ),
      query(encode(sqli)),
    ),
  },
  {
    id: "V67",
    what: "%3f in the path",
    expected: asAttack,
    run: ask(message({ uri: `/search%3fq=${encode(sqli)}` }), query(encode(sqli))),
  },
  {
    id: "V68",
    what: "//x/../",
    expected: asAttack,
    run: ask(message({ uri: `//x/../search?q=${encode(sqli)}` }), query(encode(sqli))),
  },
  {
    id: "V69",
    what: "path parameters",
    expected: asAttack,
    run: ask(message({ uri: `/a;jsessionid=${encode(sqli)}/b` }), query(encode(sqli))),
  },
  {
    id: "V70",
    what: "one-character values in every place that is decoded",
    expected: evaluated,
    run: ask(
      ["%", "&", "=", "\\", "+", "<", "{", "[", '"', "'", ";", "\0", "\u00e9"].flatMap((one) => [
        message({ uri: `/?a=${encode(one)}`, headers: [["Cookie", `a=${encode(one)}`]] }),
        bodyMessage(form, `a=${encode(one)}`),
        bodyMessage("application/json", JSON.stringify(one)),
      ]),
    ),
  },
];

const boundary = "----b0undary";
const multipartType = `multipart/form-data; boundary=${boundary}`;
const part = (headers: string, content: string): string =>
  `--${boundary}\r\n${headers}\r\n\r\n${content}\r\n`;
const field = (name: string, content: string): string =>
  part(`Content-Disposition: form-data; name="${name}"`, content);
const lastLine = `--${boundary}--\r\n`;

const bodies: Case[] = [
  {
    id: "V71",
    what: "JSON labelled text/plain",
    expected: asAttack,
    run: ask(bodyMessage("text/plain", JSON.stringify({ q: sqli })), query(encode(sqli))),
  },
  {
    id: "V72",
    what: "two Content-Types",
    expected: partial,
    run: ask(bodyMessage([form, "application/json"], "q=1")),
  },
  {
    id: "V73",
    what: "charset twice",
    expected: partial,
    run: ask(bodyMessage(`${form}; charset=utf-8; charset=utf-7`, "q=1")),
  },
  {
    id: "V74",
    what: "no closing boundary",
    expected: partial,
    run: ask(bodyMessage(multipartType, field("a", "1"))),
  },
  {
    id: "V75",
    what: "boundary with quote, blank or semicolon",
    expected: partial,
    run: ask(
      ['"b\\"x"', "b x", "b;x"].map((odd) =>
        bodyMessage(
          `multipart/form-data; boundary=${odd}`,
          `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n`,
        ),
      ),
    ),
  },
  {
    id: "V76",
    what: "filename* parameter",
    expected: evaluated,
    run: ask(
      bodyMessage(
        multipartType,
        part(`Content-Disposition: form-data; name="f"; filename*=iso-8859-1''x.php`, "hello") + lastLine,
      ),
    ),
  },
  {
    id: "V77",
    what: "line breaks inside a field are kept",
    expected: asAttack,
    run: ask(
      bodyMessage(multipartType, field("a", `line one\r\n\r\n${xss}\r\nline three`) + lastLine),
      query(encode(xss)),
    ),
  },
  {
    id: "V78",
    what: "5,000 parts; several parts with character sets",
    expected: partial,
    run: ask([
      bodyMessage(multipartType, field("a", "1").repeat(5_000) + lastLine),
      bodyMessage(
        multipartType,
        ["utf-7", "utf-16"]
          .map((charset) =>
            part(
              `Content-Disposition: form-data; name="_"\r\nContent-Type: text/plain; charset=${charset}`,
              "x",
            ),
          )
          .join("") + lastLine,
      ),
    ]),
  },
  {
    id: "V79",
    what: "Content-Transfer-Encoding in a part",
    expected: partial,
    run: ask(
      bodyMessage(
        multipartType,
        part(
          'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64',
          Buffer.from(xss).toString("base64"),
        ) + lastLine,
      ),
    ),
  },
  {
    id: "V80",
    what: "attack in an XML attribute",
    expected: asAttack,
    run: ask(
      bodyMessage("application/xml", `<?xml version="1.0"?><order><item name="${sqli}">1</item></order>`),
      query(encode(sqli)),
    ),
  },
  {
    id: "V81",
    what: "entity expansion and external entity",
    expected: partial,
    run: ask([
      bodyMessage(
        "application/xml",
        `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>`,
      ),
      bodyMessage(
        "application/xml",
        `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "http://127.0.0.1:9/x">]><a>&b;</a>`,
      ),
    ]),
  },
  {
    id: "V82",
    what: "protobuf and gRPC",
    expected: partial,
    run: ask([
      bodyMessage("application/grpc", Buffer.from([0, 0, 0, 0, 3, 0x0a, 0x01, 0x61])),
      bodyMessage("application/x-protobuf", Buffer.from([0x0a, 0x01, 0x61])),
    ]),
  },
  {
    id: "V83",
    what: "GraphQL batch of 900, one of them hostile",
    expected: asAttack,
    run: ask(
      bodyMessage(
        "application/json",
        JSON.stringify(
          Array.from({ length: 900 }, (_, i) => ({
            query: i === 700 ? `{ user(name: "${sqli}") { id } }` : "{ user { id } }",
          })),
        ),
      ),
      query(encode(sqli)),
    ),
  },
  {
    id: "V84",
    what: "client addresses that are none",
    expected: refused("bad_value"),
    run: ask(
      ["999.1.1.1", "fe80::1%eth0", "1.2.3.4:80", "localhost", "010.0.0.1x"].map((client) =>
        message({ client }),
      ),
    ),
  },
  {
    id: "V84",
    what: "IPv4-mapped client address",
    expected: evaluated,
    run: ask(message({ client: "::ffff:192.0.2.7" })),
  },
  {
    id: "V85",
    what: "time that is none, or lies in the future",
    expected: refused("bad_value"),
    run: ask(
      ["NaN", "2026-13-45T00:00:00Z", "yesterday", "2999-01-01T00:00:00Z", ""].map((time) =>
        message({ time }),
      ),
    ),
  },
];

/** The whole catalogue. */
export const verdictCases: readonly Case[] = [
  ...shape,
  ...values,
  ...sizeAndHttp,
  ...transport,
  ...access,
  ...encodings,
  ...parameters,
  ...bodies,
];
