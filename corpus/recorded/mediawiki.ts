/** Visits to MediaWiki: reading, searching, editing in three editors, uploading, talking, looking after the wiki. */
import { clickThrough, pick, repeat, some, submitWith, type VisitKind, type Visitor } from "./visit.ts";

/** Pages that exist already are the ones that people go to. */
const known = new Set<string>(["Main Page"]);
const spaces = ["", "", "", "Talk:", "User:Anselm/", "Template:", "Help:", "Project:", "Category:"];

const pagePath = (title: string, rest = ""): string => `/index.php?title=${encodeURIComponent(title)}${rest}`;
const special = (name: string, rest = ""): string => `/index.php?title=Special:${name}${rest}`;

function newTitle({ random, writing }: Visitor): string {
  const title = random.below(2) === 0 ? writing.title() : writing.words();
  // Some marks cannot stand in titles.
  return pick(random, spaces) + title.replace(/[<>[\]{}|#]/g, "").slice(0, 90);
}

const someTitle = (visitor: Visitor): string =>
  visitor.random.below(3) === 0 ? pick(visitor.random, [...known]) : newTitle(visitor);

async function logIn({ page, account, goTo }: Visitor): Promise<void> {
  await goTo(special("UserLogin", "&returnto=Main+Page"));
  await page.locator("#wpName1").fill(account.name);
  await page.locator("#wpPassword1").fill(account.password);
  await clickThrough(page, "#wpLoginAttempt");
}

/** Markdown as it comes, or with its code marked as wikis of this kind do. */
function wikiText({ random, writing }: Visitor): string {
  if (random.below(4) === 0) return writing.page();
  const kind = random.below(3);
  const text = writing.page().replace(/^```(\w*)\n([\s\S]*?)^```/gm, (_, language: string, code: string) => {
    if (kind === 0) return `<syntaxhighlight lang="${language || "text"}">\n${code}</syntaxhighlight>`;
    return kind === 1 ? `<pre><nowiki>\n${code}</nowiki></pre>` : code.replace(/^/gm, " ");
  });
  return `${text
    .replace(/`([^`\n]+)`/g, "<code><nowiki>$1</nowiki></code>")
    .replace(/^## (.*)$/gm, "== $1 ==")
    .replace(/\*\*([^*\n]+)\*\*/g, "'''$1'''")}${pick(random, extras)}`;
}

const extras: readonly string[] = [
  "",
  "\n\n[[Category:Notes]]",
  '\n\n{{stub}}<ref name="a">See [https://docs.example.org/?id=4&lang=en the manual], p. 3.</ref>\n<references />',
  '\n\n{| class="wikitable" style="width:50%"\n! Boat !! Length\n|-\n| Nancy\'s Pride || 7.5&nbsp;m\n|}',
  "\n\n{{#if: {{{owner|}}} | ''Owner:'' {{{owner}}} | <!-- nobody -->}}",
  "\n\n<gallery>\nFile:Boat.png|The ''boat''\n</gallery>",
  "\n\n<div style=\"float:right\" class=\"note\">'''NB:''' don't touch!</div> --~~~~",
];

async function search(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  const words = writing.search();
  const kind = random.below(6);
  if (kind === 0) {
    await goTo(special("Search", `&profile=all&fulltext=1&search=${encodeURIComponent(words)}`));
    return;
  }
  const field = page.locator("input[name=search]").first();
  if (kind < 3) {
    // The wiki suggests titles while somebody types.
    await field.click();
    await field.pressSequentially(words.slice(0, 20), { delay: 70 });
    await page.waitForTimeout(500);
  }
  await submitWith(page, "input[name=search]", words);
}

async function editSource(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  const title = someTitle(visitor);
  await goTo(pagePath(title, "&action=edit"));
  const area = page.locator("#wpTextbox1");
  if ((await area.count()) === 0) return;
  const before = await area.inputValue();
  await area.fill(
    before === "" || random.below(3) === 0 ? wikiText(visitor) : `${before}\n\n${writing.paragraph()}`,
  );
  await page
    .locator("#wpSummary")
    .fill(random.below(3) === 0 ? writing.paragraph().slice(0, 200) : writing.remark());
  if (random.below(2) === 0) {
    await clickThrough(page, "#wpPreview");
    await page.locator("#wpTextbox1").fill(wikiText(visitor));
  }
  if (random.below(5) === 0) await clickThrough(page, "#wpDiff");
  await clickThrough(page, "#wpSave");
  known.add(title);
}

/** The visual editor sends the page as HTML and gets wikitext back, all by scripts. */
async function editVisually(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(pagePath(pick(random, [...known]), "&veaction=edit"));
  await page.waitForFunction("window.ve?.init?.target?.getSurface?.()?.getModel?.()", { timeout: 40_000 });
  const parts = JSON.stringify({ text: writing.paragraph(), summary: writing.remark() });
  await page.evaluate(`(() => {
    const surface = ve.init.target.getSurface().getModel();
    surface.getLinearFragment(new ve.Range(1)).insertContent(${parts}.text);
  })()`);
  await page.waitForTimeout(800);
  if (random.below(2) === 0) {
    await page.evaluate("void ve.init.target.showChanges(ve.init.target.getDocToSave())");
    await page.waitForTimeout(1_500);
  }
  await page.evaluate(`ve.init.target.startSave({ summary: ${parts}.summary })`);
  await page.waitForTimeout(3_000);
}

/** What the wiki's own scripts and gadgets ask of its interface. */
async function askInterface(visitor: Visitor): Promise<void> {
  const { page, random, writing } = visitor;
  const title = pick(random, [...known]);
  const call = pick<readonly ["get" | "post" | "postWithToken", Record<string, string>]>(random, [
    ["get", { action: "query", list: "search", srsearch: writing.search(), srwhat: "text" }],
    ["get", { action: "opensearch", search: writing.search().slice(0, 30), limit: "10" }],
    [
      "get",
      { action: "query", prop: "revisions|info", titles: title, rvprop: "content|ids", rvslots: "main" },
    ],
    ["get", { action: "query", generator: "allpages", gapfrom: writing.words(), prop: "info|pageprops" }],
    ["get", { action: "query", list: "recentchanges", rcprop: "title|user|comment|flags", rclimit: "25" }],
    ["get", { action: "query", meta: "siteinfo|userinfo", siprop: "general|namespaces|specialpagealiases" }],
    ["post", { action: "parse", text: wikiText(visitor), title, prop: "text|categories", preview: "true" }],
    ["post", { action: "parse", summary: writing.remark(), prop: "", formatversion: "2" }],
    [
      "post",
      { action: "expandtemplates", text: "{{#ifexpr: 2 > 1 | {{PAGENAME}} | no }}", prop: "wikitext" },
    ],
    ["post", { action: "compare", fromtitle: title, "totext-main": wikiText(visitor), toslots: "main" }],
    [
      "postWithToken",
      { action: "edit", title: newTitle(visitor), text: wikiText(visitor), summary: writing.remark() },
    ],
    [
      "postWithToken",
      {
        action: "edit",
        title: `Talk:${title}`,
        section: "new",
        sectiontitle: writing.title(),
        text: writing.page(),
      },
    ],
    ["postWithToken", { action: "watch", titles: title }],
    ["postWithToken", { action: "purge", titles: title }],
    [
      "postWithToken",
      {
        action: "options",
        optionname: "userjs-note",
        optionvalue: JSON.stringify({ seen: [1, 2], q: writing.search() }),
      },
    ],
    [
      "postWithToken",
      {
        action: "stashedit",
        title,
        section: "",
        text: wikiText(visitor),
        contentmodel: "wikitext",
        contentformat: "text/x-wiki",
        baserevid: "0",
      },
    ],
  ]);
  const [method, parameters] = call;
  const token = parameters["action"] === "watch" ? "watch" : "csrf";
  const argument = JSON.stringify(parameters);
  await page.waitForFunction("window.mw?.loader?.using");
  const expression =
    method === "postWithToken" ? `postWithToken("${token}", ${argument})` : `${method}(${argument})`;
  await page.evaluate(
    `mw.loader.using("mediawiki.api").then(() => new mw.Api().${expression}).then(() => 1, () => 0)`,
  );
}

async function look(visitor: Visitor): Promise<void> {
  const { random, writing, goTo } = visitor;
  const title = pick(random, [...known]);
  const paths = [
    pagePath(title),
    pagePath(title),
    pagePath(title, "&action=history"),
    pagePath(title, "&action=info"),
    pagePath(title, "&action=raw"),
    pagePath(title, "&printable=yes"),
    pagePath(title, "&diff=cur&oldid=prev"),
    pagePath(writing.title().replace(/[<>[\]{}|#]/g, "")),
    special("RecentChanges", "&limit=100&days=30&hidebots=1&urlversion=2"),
    special("AllPages", `&from=${encodeURIComponent(writing.words())}&namespace=0`),
    special(`WhatLinksHere/${encodeURIComponent(title)}`),
    special("PrefixIndex", `&prefix=${encodeURIComponent(writing.words().slice(0, 8))}&hideredirects=1`),
    special("Random"),
    special("NewPages"),
    special("Version"),
    special("ListFiles", `&ilsearch=${encodeURIComponent(writing.search())}`),
    special(`Contributions/${encodeURIComponent("Anselm")}`),
    special("CiteThisPage", `&page=${encodeURIComponent(title)}`),
    special("LinkSearch", `&target=${encodeURIComponent("https://*.example.org")}`),
    special("Log", "&type=&user=&page=&wpdate=&wpFormIdentifier=logeventslist"),
    special("ExpandTemplates"),
    special("Search"),
  ];
  await goTo(pick(random, paths));
}

async function upload(visitor: Visitor): Promise<void> {
  const { page, writing, goTo } = visitor;
  await goTo(special("Upload"));
  const file = writing.file();
  await page.locator("#wpUploadFile").setInputFiles(file);
  await page.waitForTimeout(500);
  await page.locator("#wpUploadDescription").fill(writing.paragraph());
  const ignore = page.locator("#wpIgnoreWarning");
  if ((await ignore.count()) > 0) await ignore.check();
  await clickThrough(page, "[name=wpUpload]");
}

async function talk(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(pagePath(`Talk:${pick(random, [...known]).replace(/^\w+:/, "")}`, "&action=edit&section=new"));
  await page.locator("#wpSummary").fill(writing.title());
  await page
    .locator("#wpTextbox1")
    .fill(`${random.below(2) === 0 ? writing.remark() : writing.page()} --~~~~`);
  await clickThrough(page, random.below(3) === 0 ? "#wpPreview" : "#wpSave");
}

const specialOfAdmins = [
  "UserRights&user=Bartek.w",
  "ListUsers&group=sysop",
  "Interwiki",
  "ReplaceText",
  "Nuke",
  "Import",
  "Export",
  "ProtectedPages",
  "SpecialPages",
  "AllMessages&prefix=edit&filter=all&lang=en",
  "Statistics",
  "Undelete",
];

export const mediawikiVisits: readonly VisitKind[] = [
  {
    name: "reads and searches",
    by: "guest",
    share: 5,
    visit: async (visitor) => {
      const { random, goTo } = visitor;
      await goTo(pick(random, ["/", "/index.php", pagePath("Main Page"), "/index.php/Main_Page"]));
      await repeat(random, 4, 8, () => (random.below(3) === 0 ? look(visitor) : search(visitor)));
    },
  },
  {
    name: "edits without an account",
    by: "guest",
    share: 3,
    visit: async (visitor) => {
      await visitor.goTo("/");
      await repeat(visitor.random, 2, 4, () =>
        visitor.random.below(4) === 0 ? talk(visitor) : editSource(visitor),
      );
    },
  },
  {
    name: "asks the interface",
    by: "guest",
    share: 2,
    visit: async (visitor) => {
      await visitor.goTo(pagePath("Main Page"));
      await repeat(visitor.random, 6, 12, () => askInterface(visitor));
    },
  },
  {
    name: "edits and uploads",
    by: "member",
    share: 5,
    visit: async (visitor) => {
      const { random } = visitor;
      await logIn(visitor);
      await repeat(random, 3, 6, () => {
        const step = random.below(10);
        if (step < 4) return editSource(visitor);
        if (step < 6) return talk(visitor);
        if (step < 7) return upload(visitor);
        return step < 9 ? askInterface(visitor) : look(visitor);
      });
    },
  },
  {
    name: "edits visually",
    by: "member",
    share: 2,
    visit: async (visitor) => {
      await logIn(visitor);
      await repeat(visitor.random, 1, 3, () => editVisually(visitor));
    },
  },
  {
    name: "looks after preferences and watchlist",
    by: "member",
    share: 1,
    visit: async (visitor) => {
      const { page, random, writing, goTo } = visitor;
      await logIn(visitor);
      await goTo(special("Preferences"));
      await page.locator("#mw-input-wprealname input, input[name=wprealname]").first().fill(writing.name());
      await page
        .locator("input[name=wpnickname]")
        .first()
        .fill(`[[User:A|A]] <small>''&ndash; it's me''</small>`);
      await clickThrough(page, "#prefcontrol button, #prefcontrol");
      await goTo(special("Watchlist"));
      await goTo(special("Watchlist/raw"));
      await page
        .locator("textarea")
        .first()
        .fill([...known].slice(0, 8 + random.below(8)).join("\n"));
      await clickThrough(page, ".mw-htmlform-submit button, .mw-htmlform-submit");
      await goTo(special("ChangeEmail"));
    },
  },
  {
    name: "administrates",
    by: "admin",
    share: 2,
    visit: async (visitor) => {
      const { page, random, writing, goTo } = visitor;
      await logIn(visitor);
      for (const name of some(random, specialOfAdmins)) await goTo(special(name));
      await goTo(
        pagePath(
          pick(random, [
            "MediaWiki:Common.js",
            "MediaWiki:Common.css",
            "MediaWiki:Sidebar",
            "MediaWiki:Sitenotice",
          ]),
          "&action=edit",
        ),
      );
      await page
        .locator("#wpTextbox1")
        .fill(random.below(2) === 0 ? writing.code() : `/* ${writing.remark()} */\n${writing.code()}`);
      await clickThrough(page, random.below(2) === 0 ? "#wpPreview" : "#wpSave");
      await goTo(special("Export"));
      await page
        .locator("textarea[name=pages]")
        .first()
        .fill([...known].slice(0, 12).join("\n"));
      await page.locator("input[name=wpDownload]").first().uncheck();
      await clickThrough(page, ".mw-htmlform-submit button, .mw-htmlform-submit");
      await goTo(special("ReplaceText"));
      await page.locator("[name=target]").first().fill(writing.search());
      await page.locator("[name=replacement]").first().fill(writing.search());
      await clickThrough(page, "#mw-content-text [type=submit]");
      await goTo(pagePath(pick(random, [...known]), "&action=protect"));
      await page.locator("[name=mwProtect-reason], #mwProtect-reason input").first().fill(writing.remark());
      await clickThrough(page, "#mw-Protect-submit button, #mw-Protect-submit");
      await goTo(special("Block/198.18.7.9"));
      await page.locator("[name=wpReason-other]").first().fill(writing.remark());
    },
  },
];
