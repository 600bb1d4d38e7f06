/**
 * Visitors: a browser with its header fields in its own order, a language, and the cookies that the shop and its
 * analytics have left there. The same seed gives the same visitors.
 */
import type { Random } from "../../src/random.ts";
import { sessionOf } from "../shop/routes.ts";
import type { HeaderPair, HeaderSource, RequestKind } from "./request.ts";

/** The name under which the demo's traffic knows the shop. */
export const shopHost = "yard.example";

interface Browser {
  readonly agent: string;
  /** The client-hint fields of Chromium's family, or nothing. */
  readonly hints: readonly HeaderPair[];
  readonly acceptPage: string;
}

const chromiumPage =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const plainPage = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

function chromium(
  system: string,
  version: number,
  platform: string,
  brand = "Google Chrome",
  suffix = "",
): Browser {
  const mobile = system.includes("Android");
  return {
    agent: `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 ${mobile ? "Mobile " : ""}Safari/537.36${suffix}`,
    hints: [
      ["sec-ch-ua", `"${brand}";v="${version}", "Chromium";v="${version}", "Not/A)Brand";v="24"`],
      ["sec-ch-ua-mobile", mobile ? "?1" : "?0"],
      ["sec-ch-ua-platform", `"${platform}"`],
    ],
    acceptPage: chromiumPage,
  };
}

const browsers: readonly Browser[] = [
  chromium("Windows NT 10.0; Win64; x64", 138, "Windows"),
  chromium("X11; Linux x86_64", 137, "Linux"),
  chromium("Macintosh; Intel Mac OS X 10_15_7", 139, "macOS"),
  chromium("Linux; Android 10; K", 138, "Android"),
  chromium("Windows NT 10.0; Win64; x64", 137, "Windows", "Microsoft Edge", " Edg/137.0.0.0"),
  {
    agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    hints: [],
    acceptPage: plainPage,
  },
  {
    agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0",
    hints: [],
    acceptPage: plainPage,
  },
  {
    agent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    hints: [],
    acceptPage: plainPage,
  },
  {
    agent:
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
    hints: [],
    acceptPage: plainPage,
  },
];

const languages = [
  "en-IE,en;q=0.9",
  "en-US,en;q=0.9",
  "de-DE,de;q=0.9,en;q=0.6",
  "fr-FR,fr;q=0.8,en-US;q=0.5",
  "es-ES,es;q=0.9",
  "pl-PL,pl;q=0.9,en;q=0.7",
  "ja,en-US;q=0.7,en;q=0.3",
] as const;
const members = ["orla", "bjorn", "helene", "sean", "ngolo", "zoe"] as const;
const pages = ["/", "/forum", "/wiki/start", "/search?q=plane", "/products/coping-saw", "/profile"] as const;

/** Invents a visitor; about half of them are logged in. */
export function visitor(random: Random): HeaderSource {
  const browser = browsers[random.below(browsers.length)] ?? browsers[0]!;
  const language = languages[random.below(languages.length)] ?? "en";
  const cookie = cookies(random);
  const referer = pages[random.below(pages.length)] ?? "/";
  return (kind) => headersOf(browser, kind, language, cookie, referer);
}

function cookies(random: Random): string {
  const member = members[random.below(members.length)] ?? "orla";
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join("");
  const jar = [`_visits=GS1.1.17${digits(8)}.${random.below(9) + 1}.1.17${digits(8)}.0.0.0`];
  if (random.below(2) === 0) jar.push(`yard_session=${sessionOf(member)}`);
  if (random.below(12) === 0) {
    const choice = { necessary: true, statistics: false, at: `2024-0${random.below(9) + 1}-1${digits(1)}` };
    jar.push(`yard_consent=${encodeURIComponent(JSON.stringify(choice))}`);
  } else {
    jar.push(`yard_consent=v2.${random.below(2)}.${random.below(2)}`);
  }
  if (random.below(3) === 0) {
    jar.push(
      `yard_prefs=${Buffer.from(`theme=dark&per_page=${random.below(5) * 10 + 10}`).toString("base64")}`,
    );
  }
  if (random.below(3) === 0) jar.push(`recent=${[1, 2, 3].map(() => random.below(18) + 1).join(".")}`);
  if (random.below(4) === 0) {
    const token = [
      { alg: "HS256", typ: "JWT" },
      { sub: member, aud: "api", exp: 1_790_000_000 + random.below(9_999) },
    ];
    const signed = token.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const signature = Array.from(
      { length: 43 },
      () => "abcdefghkmnpqrstuvwxyzABCDEFGH23456789_-"[random.below(40)],
    );
    jar.push(`yard_api=${signed.join(".")}.${signature.join("")}`);
  }
  return jar.join("; ");
}

function headersOf(
  browser: Browser,
  kind: RequestKind,
  language: string,
  cookie: string,
  referer: string,
): HeaderPair[] {
  const navigates = kind === "page" || kind === "form";
  const headers: HeaderPair[] = [["Host", shopHost], ...browser.hints];
  if (navigates) headers.push(["Upgrade-Insecure-Requests", "1"]);
  headers.push(["User-Agent", browser.agent]);
  headers.push(["Accept", navigates ? browser.acceptPage : "*/*"]);
  if (kind === "form" || kind === "call") headers.push(["Origin", `https://${shopHost}`]);
  headers.push(["Sec-Fetch-Site", "same-origin"]);
  headers.push(["Sec-Fetch-Mode", navigates ? "navigate" : kind === "call" ? "cors" : "no-cors"]);
  headers.push(["Sec-Fetch-Dest", navigates ? "document" : kind === "call" ? "empty" : "script"]);
  headers.push(["Referer", `https://${shopHost}${referer}`]);
  headers.push(["Accept-Encoding", "gzip, deflate, br"], ["Accept-Language", language], ["Cookie", cookie]);
  return headers;
}
