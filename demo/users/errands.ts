/**
 * What visitors do in the shop, errand by errand: each gives the requests that a browser sends for it. Reading is most
 * of the traffic; writing is where rules raise false alarms.
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
import { slugOf } from "../shop/database.ts";
import { type Piece, readLines, type Writing } from "./writing.ts";

/** A request and, where it carries something written by hand, that text. */
export interface Step {
  readonly draft: Draft;
  readonly text?: string;
}

const plainSearches = readLines("plain-searches");

const slugs = [
  "brass-pocket-level",
  "marking-gauge-no-3",
  "folding-rule-2-m",
  "japanese-pull-saw",
  "coping-saw",
  "low-angle-block-plane",
  "soldering-station-60-w",
  "breadboard-830-points",
  "single-board-computer",
  "the-home-server-handbook",
  "queries-for-gardeners",
  "sourdough-by-numbers",
  "enamel-stock-pot-8-l",
  "carbon-steel-pan",
  "linen-apron",
] as const;
const boards = ["tools", "databases", "servers", "kitchen", "garden", "web", "off-topic"] as const;

/** One of the items. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)]!;
}

function boundary(random: Random): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return `----WebKitFormBoundary${Array.from({ length: 16 }, () => letters[random.below(letters.length)]).join("")}`;
}

/** Several sentences of ordinary praise and blame. */
function chatter(random: Random, { remarks }: Writing): string {
  return Array.from({ length: random.below(3) + 1 }, () => pick(random, remarks)).join(" ");
}

/** Reading: pages, pictures, suggestions while typing, lists, and what analytics send along. No text worth a rule's attention. */
export function read(random: Random, headers: HeaderSource, writing: Writing): Step[] {
  const slug = pick(random, slugs);
  const board = pick(random, boards);
  const words = pick(random, plainSearches);
  const page = pick(random, [
    "/",
    `/products/${slug}`,
    `/forum/${board}`,
    "/wiki/start",
    "/contact",
    "/login",
  ]);
  const drafts: Draft[] = [get(headers, page)];
  if (random.below(2) === 0)
    drafts.push(get(headers, "/assets/yard.css", `v=${random.below(90) + 10}`, "asset"));
  if (random.below(2) === 0)
    drafts.push(get(headers, "/assets/yard.js", `v=${random.below(90) + 10}`, "asset"));
  switch (random.below(9)) {
    case 0:
      for (const length of [3, Math.ceil(words.length / 2), words.length]) {
        const fields: Field[] = [
          ["term", words.slice(0, length)],
          ["_", `17${random.below(1e9)}`],
        ];
        drafts.push(get(headers, "/autocomplete", scriptEncoded(fields), "call"));
      }
      drafts.push(get(headers, "/search", formEncoded([["q", words]])));
      break;
    case 1: {
      const fields: Field[] = [
        ["q", words],
        ["sort", pick(random, ["price", "name"])],
        ["page", `${random.below(5) + 1}`],
      ];
      drafts.push(get(headers, "/search", formEncoded(fields)));
      break;
    }
    case 2: {
      const shown: Field[] = [
        ["v", "2"],
        ["tid", `Y-${random.below(99_999)}`],
        ["dl", `https://yard.example${page}`],
        ["dr", `https://yard.example/search?q=${encodeURIComponent(words)}`],
        ["dt", `${pick(random, ["Home", "Search", "Forum"])} · Tinker's Yard`],
        ["sr", pick(random, ["1920x1080", "390x844", "1440x900"])],
      ];
      drafts.push(get(headers, "/collect", scriptEncoded(shown), "asset"));
      break;
    }
    case 3: {
      const seen = {
        page: `https://yard.example${page}`,
        from: "",
        title: "Tinker's Yard",
        width: 900 + random.below(900),
      };
      drafts.push(send(headers, "POST", "/beacon", "text/plain;charset=UTF-8", JSON.stringify(seen)));
      break;
    }
    case 4: {
      const fields: Field[] = [
        ["limit", `${random.below(40) + 5}`],
        ["fields", "id,name,price"],
        ["offset", `${random.below(9) * 10}`],
      ];
      drafts.push(get(headers, "/api/products", scriptEncoded(fields), "call"));
      break;
    }
    case 5:
      drafts.push(
        sendJson(headers, "/api/cart", {
          sku: slug,
          quantity: random.below(4) + 1,
          gift: random.below(5) === 0,
        }),
      );
      break;
    case 6: {
      const fields: Field[] = [
        ["title", pick(random, writing.remarks).slice(0, 30)],
        ["stars", `${random.below(5) + 1}`],
        ["review", chatter(random, writing)],
      ];
      drafts.push(sendForm(headers, `/products/${slug}`, fields));
      break;
    }
    case 7: {
      const fields: Field[] = [
        ["title", pick(random, plainSearches)],
        ["body", chatter(random, writing)],
        ["tags", `${board},question`],
      ];
      drafts.push(sendForm(headers, `/forum/${board}`, fields));
      break;
    }
    default:
      drafts.push(sendJson(headers, "/api/notes", { text: chatter(random, writing), pinned: false }));
      drafts.push(get(headers, `/api/notes/${random.below(400) + 1}`, "", "call"));
  }
  return drafts.map((draft) => ({ draft }));
}

/** A forum post: looked at in the preview, then sent from the plain form or from the app. */
export function post(random: Random, headers: HeaderSource, piece: Piece): Step[] {
  const { title, text } = piece;
  const board = pick(random, boards);
  const fields: Field[] = [
    ["title", title],
    ["body", text],
    ["tags", pick(random, ["", "help", "code", "sql,beginner", "solved"])],
  ];
  const sent =
    random.below(4) === 0
      ? sendMultipart(headers, `/forum/${board}`, boundary(random), fields, [])
      : random.below(3) === 0
        ? sendJson(headers, "/api/posts", { board, title, body: text, notify: true })
        : sendForm(headers, `/forum/${board}`, fields);
  const steps: Step[] = [{ draft: sent, text }];
  if (random.below(2) === 0) {
    const preview =
      random.below(2) === 0
        ? sendJson(headers, "/wiki/preview", { markdown: text })
        : sendForm(headers, "/wiki/preview", [["markdown", text]]);
    steps.unshift({ draft: preview, text });
  }
  return steps;
}

/** Rich text from an editor that hands over HTML. */
export function richText(random: Random, headers: HeaderSource, piece: Piece): Step[] {
  const { title, text } = piece;
  const format = random.below(3);
  const draft =
    format === 0
      ? sendForm(headers, `/forum/${pick(random, boards)}`, [
          ["title", title],
          ["body", text],
          ["format", "html"],
        ])
      : format === 1
        ? sendJson(
            headers,
            "/api/drafts/".concat(`${random.below(90) + 1}`),
            { title, html: text, version: random.below(9) },
            "PUT",
          )
        : sendMultipart(
            headers,
            `/forum/${pick(random, boards)}`,
            boundary(random),
            [
              ["title", title],
              ["body", text],
            ],
            [],
          );
  return [{ draft, text }];
}

/** An edited page of the handbook. */
export function wikiPage(random: Random, headers: HeaderSource, piece: Piece): Step[] {
  const path = `/wiki/${piece.title}`;
  const text = piece.text;
  return [
    { draft: get(headers, path, "edit=1") },
    { draft: sendJson(headers, "/wiki/preview", { markdown: text }), text },
    random.below(4) === 0
      ? { draft: send(headers, "PUT", path, "text/plain;charset=UTF-8", text), text }
      : {
          draft: sendForm(headers, path, [
            ["text", text],
            ["summary", pick(random, ["typo", "more detail", "fixed the example", ""])],
          ]),
          text,
        },
  ];
}

/** A JSON document that an app of the shop sends: a snippet, a filter, a query, an error report. */
export function document(random: Random, headers: HeaderSource, piece: Piece): Step[] {
  const text = piece.text;
  if (piece.title === "filters" && random.below(2) === 0) {
    return [
      {
        draft: get(
          headers,
          "/api/products",
          scriptEncoded([
            ["filter", text],
            ["limit", "20"],
          ]),
          "call",
        ),
        text,
      },
    ];
  }
  return [{ draft: send(headers, "POST", `/api/${piece.title}`, "application/json", text), text }];
}

/** An uploaded file; tables and XML also go to the import. `title` is the file's name and type. */
export function uploadFile(
  random: Random,
  headers: HeaderSource,
  { remarks }: Writing,
  piece: Piece,
): Step[] {
  const at = piece.title.lastIndexOf(" ");
  const [name, type] = [piece.title.slice(0, at), piece.title.slice(at + 1)];
  const file = { field: "file", name, type, content: piece.text };
  const description: Field = ["description", pick(random, remarks)];
  const steps: Step[] = [
    { draft: sendMultipart(headers, "/upload", boundary(random), [description], [file]), text: piece.text },
  ];
  if (type === "text/csv" || type === "application/xml") {
    steps.push({ draft: send(headers, "POST", "/import", type, piece.text), text: piece.text });
  }
  if (type !== "image/svg+xml") {
    const fields: Field[] = [
      ["name", name],
      ["email", "orla@yard.example"],
      ["subject", `About ${name}`],
      ["message", piece.text],
    ];
    steps.push({ draft: sendForm(headers, "/contact", fields), text: piece.text });
  }
  return steps;
}

/** A message in the contact form, now and then with a picture of the screen. */
export function message(random: Random, headers: HeaderSource, { names }: Writing, piece: Piece): Step[] {
  const [name = "", email = ""] = pick(random, names).split("|");
  const fields: Field[] = [
    ["name", name],
    ["email", email],
    ["subject", piece.title],
    ["message", piece.text],
  ];
  const picture = {
    field: "screenshot",
    name: `Screenshot (${random.below(90)}).png`,
    type: "image/png",
    content: "\u0089PNG",
  };
  const draft =
    random.below(3) === 0
      ? sendMultipart(headers, "/contact", boundary(random), fields, [picture])
      : sendForm(headers, "/contact", fields);
  return [{ draft, text: piece.text }];
}

/** A search as it is typed. */
export function search(random: Random, headers: HeaderSource, words: string): Step[] {
  const steps: Step[] = [{ draft: get(headers, "/search", formEncoded([["q", words]])), text: words }];
  if (random.below(3) === 0) {
    steps.unshift({
      draft: get(headers, "/autocomplete", scriptEncoded([["term", words]]), "call"),
      text: words,
    });
  }
  return steps;
}

/** A new or changed profile of somebody with a name, a town and a signature. */
export function profile(random: Random, headers: HeaderSource, person: string): Step[] {
  const [name = "", email = "", city = "", signature = ""] = person.split("|");
  const fields: Field[] = [
    ["name", name],
    ["email", email],
    ["city", city],
    ["signature", signature],
  ];
  return [
    { draft: get(headers, "/profile") },
    { draft: sendForm(headers, random.below(2) === 0 ? "/profile" : "/register", fields), text: signature },
    {
      draft: sendJson(headers, "/api/addresses", {
        name,
        city,
        street: `${random.below(90) + 1}, rue de l'Atelier`,
      }),
      text: name,
    },
  ];
}

/** A link that leaves the shop, is shared, or comes back from the single sign-on. */
export function link(random: Random, headers: HeaderSource, { remarks }: Writing, url: string): Step[] {
  const shared = `${pick(random, remarks)} ${url}`;
  return [
    { draft: get(headers, "/go", scriptEncoded([["url", url]])), text: url },
    {
      draft: get(
        headers,
        "/api/preview",
        scriptEncoded([
          ["url", url],
          ["width", "320"],
        ]),
        "call",
      ),
      text: url,
    },
    {
      draft: sendForm(headers, `/forum/${pick(random, boards)}`, [
        ["title", "Found this"],
        ["body", shared],
        ["tags", "link"],
      ]),
      text: url,
    },
    { draft: signOn(random, headers, url) },
  ];
}

function signOn(random: Random, headers: HeaderSource, url: string): Draft {
  if (random.below(2) === 0) {
    const assertion = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_${random.below(1e9)}" Version="2.0"><saml:Subject>orla</saml:Subject></samlp:Response>`;
    const fields: Field[] = [
      ["SAMLResponse", Buffer.from(assertion).toString("base64")],
      ["RelayState", "/profile"],
    ];
    return sendForm(headers, "/sso/acs", fields);
  }
  const fields: Field[] = [
    ["code", Buffer.from(`${random.below(1e9)}:${url}`).toString("base64url")],
    ["state", Buffer.from(JSON.stringify({ next: "/profile", nonce: random.below(1e9) })).toString("base64")],
    ["scope", "openid email profile"],
    ["iss", "https://login.example/realms/yard"],
  ];
  return get(headers, "/sso/callback", scriptEncoded(fields));
}

/** What another service reports to the shop: a push to the repository, a paid invoice. Machines send no browser's headers. */
export function webhook(random: Random, piece: Piece): Step[] {
  const headers: HeaderSource = () => [
    ["Host", "yard.example"],
    ["User-Agent", "Forge-Hook/2.4"],
    ["Accept", "*/*"],
    ["X-Forge-Event", "push"],
    ["X-Forge-Delivery", `${random.below(1e9)}-${random.below(1e9)}`],
  ];
  const event = {
    ref: "refs/heads/main",
    repository: { full_name: "yard/handbook", html_url: "https://git.example/yard/handbook" },
    commits: [
      {
        message: piece.title,
        author: { name: "Orla O'Connor" },
        added: [`notes/${slugOf(piece.title)}.md`],
        patch: piece.text,
      },
    ],
  };
  return [{ draft: sendJson(headers, "/hooks/forge", event), text: piece.text }];
}

/** Everything that was written in one period, as errands of one visitor each. */
export function writingErrands(random: Random, visitor: () => HeaderSource, writing: Writing): Step[][] {
  return [
    ...writing.posts.map((piece) => post(random, visitor(), piece)),
    ...writing.posts.filter((_, index) => index % 6 === 0).map((piece) => webhook(random, piece)),
    ...writing.richText.map((piece) => richText(random, visitor(), piece)),
    ...writing.pages.map((piece) => wikiPage(random, visitor(), piece)),
    ...writing.documents.map((piece) => document(random, visitor(), piece)),
    ...writing.uploads.map((piece) => uploadFile(random, visitor(), writing, piece)),
    ...writing.messages.map((piece) => message(random, visitor(), writing, piece)),
    ...writing.searches.map((words) => search(random, visitor(), words)),
    ...writing.names.map((person) => profile(random, visitor(), person)),
    ...writing.links.map((url) => link(random, visitor(), writing, url)),
  ];
}
