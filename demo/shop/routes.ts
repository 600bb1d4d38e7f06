/**
 * The pages and interfaces of the shop, a function each. The deliberate holes are marked HOLE; everything else is
 * written as it should be. Every reply carries `x-shop`, by which the demo tells the shop's word from the WAF's.
 */
import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { posix } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Body } from "./body.ts";
import { addPost, keepDocument, type Product, savePage } from "./database.ts";
import { escapeHtml, form, page } from "./page.ts";
import { renderTemplate } from "./template.ts";

/** One request as the routes see it; `path` holds the decoded segments. */
export interface Visit {
  readonly database: DatabaseSync;
  readonly request: IncomingMessage;
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Body;
}

/** What the shop answers. `type` defaults to HTML. */
export interface Reply {
  readonly status: number;
  readonly content: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Route = (visit: Visit) => Reply;

const html = (title: string, content: string, status = 200): Reply => ({
  status,
  content: page(title, content),
});
const json = (value: unknown, status = 200): Reply => ({
  status,
  content: JSON.stringify(value),
  type: "application/json",
});
const seeOther = (location: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: 303,
  content: "",
  headers: { location, ...headers },
});
const notFound = (): Reply => html("Not found", "<h1>There is no such page</h1>", 404);

/** Every route by the first segment of its path. */
const routes: Readonly<Record<string, Route>> = {
  "": home,
  search,
  autocomplete,
  products,
  forum,
  wiki,
  api,
  login,
  logout: () => seeOther("/", { "set-cookie": "yard_session=; Path=/; Max-Age=0" }),
  register: account,
  profile: account,
  contact,
  upload,
  download,
  import: importDocument,
  hooks: takeDocument,
  beacon: () => ({ status: 204, content: "" }),
  collect: () => ({ status: 200, content: "GIF89a", type: "image/gif" }),
  csp: () => ({ status: 204, content: "" }),
  sso,
  go,
  hello,
  assets,
  "robots.txt": () => ({ status: 200, content: "User-agent: *\nDisallow: /profile\n", type: "text/plain" }),
  "favicon.ico": () => ({ status: 200, content: "", type: "image/x-icon" }),
  "feed.xml": () => ({ status: 200, content: "<feed/>", type: "application/atom+xml" }),
};

/** Answers one visit; whatever no route knows is a 404. */
export function answer(visit: Visit): Reply {
  const first = visit.path[0] ?? "";
  const route = Object.hasOwn(routes, first) ? routes[first] : undefined;
  return route === undefined ? notFound() : route(visit);
}

function home({ database }: Visit): Reply {
  const rows = database.prepare("SELECT * FROM products ORDER BY id LIMIT 20").all() as unknown as Product[];
  return html("Home", `<h1>Everything for makers</h1>${productList(rows)}`);
}

function productList(rows: readonly Product[]): string {
  const items = rows.map(
    (row) =>
      `<li><a href="/products/${escapeHtml(String(row.slug))}">${escapeHtml(String(row.name))}</a></li>`,
  );
  return `<ul>${items.join("")}</ul>`;
}

/** HOLE: the words of the search go into the SQL text as they are, and the error comes back to the visitor. */
function search({ database, query }: Visit): Reply {
  const words = query.get("q") ?? "";
  const order = query.get("sort") === "price" ? "price" : "name";
  try {
    const rows = database
      .prepare(
        `SELECT * FROM products WHERE name LIKE '%${words}%' OR category = '${words}' ORDER BY ${order}`,
      )
      .all() as unknown as Product[];
    return html("Search", `<h1>${rows.length} found for ${escapeHtml(words)}</h1>${productList(rows)}`);
  } catch (error) {
    return html("Search", `<h1>Search failed</h1><pre>${escapeHtml(String(error))}</pre>`, 500);
  }
}

function autocomplete({ database, query }: Visit): Reply {
  const rows = database
    .prepare("SELECT name FROM products WHERE instr(lower(name), lower(?)) LIMIT 8")
    .all(query.get("term") ?? "");
  return json(rows.map((row) => row["name"]));
}

function products({ database, path, method, body, request }: Visit): Reply {
  const slug = path[1] ?? "";
  const row = database.prepare("SELECT * FROM products WHERE slug = ?").get(slug) as Product | undefined;
  if (row === undefined) return notFound();
  if (method === "POST") {
    addPost(
      database,
      slug,
      visitorOf(request),
      body.fields.get("title") ?? "",
      body.fields.get("review") ?? "",
    );
    return seeOther(`/products/${slug}`);
  }
  const price = (row.price / 100).toFixed(2);
  return html(
    row.name,
    `<h1>${escapeHtml(row.name)}</h1><p>${escapeHtml(row.description)}</p><p>€ ${price}</p>
${posts(database, slug)}${form(`/products/${slug}`, ["title", "stars", "review*"])}`,
  );
}

function posts(database: DatabaseSync, place: string): string {
  const rows = database.prepare("SELECT * FROM posts WHERE place = ? ORDER BY id DESC LIMIT 20").all(place);
  return rows
    .map(
      (row) =>
        `<article><h2>${escapeHtml(String(row["title"]))}</h2><p>${escapeHtml(String(row["body"]))}</p></article>`,
    )
    .join("");
}

function forum({ database, path, method, body, request }: Visit): Reply {
  const place = path[1] === undefined ? "forum" : `forum/${path[1]}`;
  if (method === "POST") {
    addPost(
      database,
      place,
      visitorOf(request),
      body.fields.get("title") ?? "",
      body.fields.get("body") ?? "",
    );
    return seeOther(`/${place}`);
  }
  return html(
    "Forum",
    `<h1>Forum</h1>${posts(database, place)}${form(`/${place}`, ["title", "body*", "tags"])}`,
  );
}

function wiki({ database, path, method, body, query }: Visit): Reply {
  const name = path[1] ?? "start";
  if (name === "preview" && method === "POST") {
    const source = textOf(body.json, "markdown") ?? body.fields.get("markdown") ?? "";
    return json({ html: escapeHtml(renderTemplate(source)) });
  }
  if (method === "POST" || method === "PUT") {
    savePage(database, name, body.fields.get("text") ?? body.text);
    return seeOther(`/wiki/${encodeURIComponent(name)}`);
  }
  const row = database.prepare("SELECT body FROM pages WHERE name = ?").get(name);
  const source = String(row?.["body"] ?? "");
  const editor = query.has("edit") ? form(`/wiki/${encodeURIComponent(name)}`, ["text*", "summary"]) : "";
  return html(name, `<h1>${escapeHtml(name)}</h1><pre>${escapeHtml(source)}</pre>${editor}`);
}

/** The JSON interface: lists and filters of products, documents that are kept, and one query endpoint in the GraphQL manner. */
function api({ database, path, method, query, body }: Visit): Reply {
  const [, collection = "", id] = path;
  if (collection === "products" && method === "GET") {
    const limit = Math.min(Number(query.get("limit")) || 10, 50);
    return json(database.prepare("SELECT id, name, price FROM products LIMIT ?").all(limit));
  }
  if (collection === "query") {
    const text = textOf(body.json, "query") ?? query.get("query") ?? "";
    return json({ data: { products: text.includes("products") ? [{ id: 1 }] : [] } });
  }
  if (method === "GET") {
    const row = database.prepare("SELECT content FROM documents WHERE id = ?").get(Number(id) || 0);
    return json({ id: id ?? null, content: row?.["content"] ?? null });
  }
  if (method === "DELETE") return json({ deleted: id ?? null });
  return json({ id: keepDocument(database, collection, body.text) }, method === "POST" ? 201 : 200);
}

/** Signs the name of a member into a session cookie; the key is no secret, so that recorded sessions stay valid. */
export function sessionOf(login: string): string {
  const claims = Buffer.from(JSON.stringify({ sub: login, yard: 1 })).toString("base64url");
  return `${claims}.${createHmac("sha256", "demonstration").update(claims).digest("base64url")}`;
}

function visitorOf(request: IncomingMessage): string {
  const cookies = (request.headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
  const session =
    cookies.find((cookie) => cookie.startsWith("yard_session="))?.slice("yard_session=".length) ?? "";
  try {
    const claims: unknown = JSON.parse(Buffer.from(session.split(".")[0] ?? "", "base64url").toString());
    const login = textOf(claims, "sub") ?? "";
    return sessionOf(login) === session ? login : "guest";
  } catch {
    return "guest";
  }
}

function login({ database, method, body }: Visit): Reply {
  if (method !== "POST") return html("Log in", form("/login", ["login", "password"]));
  const name = body.fields.get("login") ?? textOf(body.json, "login") ?? "";
  const password = body.fields.get("password") ?? textOf(body.json, "password") ?? "";
  const row = database
    .prepare("SELECT login FROM members WHERE login = ? AND password = ?")
    .get(name, password);
  if (row === undefined) return html("Log in", `<h1>Wrong name or password</h1>`, 401);
  return seeOther("/profile", { "set-cookie": `yard_session=${sessionOf(name)}; Path=/; HttpOnly` });
}

function account({ database, method, path, body, request }: Visit): Reply {
  const visitor = visitorOf(request);
  if (method === "POST") {
    if (visitor !== "guest") {
      database
        .prepare("UPDATE members SET name = ?, email = ? WHERE login = ?")
        .run(body.fields.get("name") ?? "", body.fields.get("email") ?? "", visitor);
    }
    return seeOther("/profile");
  }
  const row = database.prepare("SELECT name, email FROM members WHERE login = ?").get(visitor);
  const name = escapeHtml(String(row?.["name"] ?? "guest"));
  return html("Profile", `<h1>${name}</h1>${form(`/${path[0]}`, ["name", "email", "city", "signature*"])}`);
}

function contact({ database, method, body }: Visit): Reply {
  if (method !== "POST") return html("Contact", form("/contact", ["name", "email", "subject", "message*"]));
  keepDocument(database, "contact", body.fields.get("message") ?? "");
  return html("Contact", "<h1>Thank you. We answer within a day or two.</h1>");
}

function upload({ database, method, body }: Visit): Reply {
  if (method !== "POST") return html("Upload", form("/upload", ["description*", "file"], true));
  for (const file of body.uploads)
    keepDocument(database, `upload ${file.name}`, file.content.toString("latin1"));
  return html("Upload", `<h1>${body.uploads.length} files kept</h1>`, 201);
}

/** HOLE: `..` leads out of the folder of manuals. The tree is rows of the database, so no real file can be read. */
function download({ database, query }: Visit): Reply {
  const path = posix.join("/srv/yard/manuals", query.get("file") ?? "");
  const row = database.prepare("SELECT content FROM files WHERE path = ?").get(path);
  if (row === undefined) return notFound();
  return { status: 200, content: String(row["content"]), type: "text/plain" };
}

function importDocument({ database, method, body }: Visit): Reply {
  if (method !== "POST") return html("Import", form("/import", ["file"], true));
  return json({ id: keepDocument(database, "import", body.text), lines: body.text.split("\n").length }, 201);
}

function takeDocument({ database, path, body }: Visit): Reply {
  return json({ id: keepDocument(database, `hook ${path[1] ?? ""}`, body.text) }, 202);
}

function sso({ query, body }: Visit): Reply {
  const state = query.get("RelayState") ?? body.fields.get("RelayState") ?? "/";
  return seeOther(state.startsWith("/") && !state.startsWith("//") ? encodeURI(state) : "/");
}

/** The page before a link leaves the shop: it shows the address and lets the visitor decide. */
function go({ query }: Visit): Reply {
  return html("You are leaving", `<p>This link leads to ${escapeHtml(query.get("url") ?? "")}</p>`);
}

/** HOLE: the name comes back unescaped. */
function hello({ query }: Visit): Reply {
  return html("Hello", `<h1>Hello, ${query.get("name") ?? "stranger"}!</h1>`);
}

function assets({ path }: Visit): Reply {
  const name = path[1] ?? "";
  if (name.endsWith(".css"))
    return { status: 200, content: "body{font-family:serif;max-width:50em}", type: "text/css" };
  if (name.endsWith(".js")) return { status: 200, content: yardScript, type: "text/javascript" };
  if (name.endsWith(".svg")) return { status: 200, content: "<svg/>", type: "image/svg+xml" };
  return notFound();
}

/** What the shop's pages do in a browser: one beacon for each page, with where the visitor came from. */
const yardScript = `addEventListener("load", () => {
  const seen = { page: location.href, from: document.referrer, title: document.title, width: innerWidth };
  navigator.sendBeacon("/beacon", JSON.stringify(seen));
});`;

function textOf(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const text = (value as Record<string, unknown>)[key];
  return typeof text === "string" ? text : undefined;
}
