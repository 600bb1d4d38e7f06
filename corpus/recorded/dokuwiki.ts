/** Visits to DokuWiki: reading, searching, writing pages, uploading, looking after accounts and settings. */
import { clickThrough, pick, repeat, some, submitWith, type VisitKind, type Visitor } from "./visit.ts";

const spaces = ["shed", "minutes", "howto", "boats:nancy_s_pride", "juniors", "playground", "it:web"];

function pageName({ random, writing }: Visitor): string {
  const title = random.below(2) === 0 ? writing.title() : writing.words();
  return `${pick(random, spaces)}:${title}`;
}

/** Pages that exist already are the ones that people go to. */
const known = new Set<string>(["start", "wiki:syntax"]);

const pagePath = (id: string, rest = ""): string => `/doku.php?id=${encodeURIComponent(id)}${rest}`;

async function logIn({ page, account, goTo }: Visitor): Promise<void> {
  await goTo(pagePath("start", "&do=login"));
  await page.locator("#dw__login [name=u]").fill(account.name.toLowerCase());
  await page.locator("#dw__login [name=p]").fill(account.password);
  await clickThrough(page, "#dw__login button[type=submit]");
}

async function search(visitor: Visitor): Promise<void> {
  const { page, random, writing } = visitor;
  const words = writing.search();
  if (random.below(3) === 0) {
    // The site suggests pages while somebody types.
    await page.locator("#qsearch__in").fill("");
    await page.locator("#qsearch__in").pressSequentially(words.slice(0, 24), { delay: 60 });
    await page.waitForTimeout(600);
  }
  await submitWith(page, "#qsearch__in", words);
  if (random.below(4) === 0) {
    const result = page.locator("#dokuwiki__content .search_results a").first();
    if ((await result.count()) > 0) await result.click();
  }
}

/** The page's text: Markdown as it comes, which is text to this wiki, or with code marked as this wiki marks it. */
function wikiText({ random, writing }: Visitor): string {
  if (random.below(4) === 0) return writing.page();
  const text = writing.page().replace(/^```(\w*)\n([\s\S]*?)^```/gm, (_, language: string, code: string) => {
    const tag = random.below(3) === 0 ? "file" : "code";
    return `<${tag}${language === "" ? "" : ` ${language}`}>\n${code}</${tag}>`;
  });
  return text.replace(/`([^`\n]+)`/g, "''%%$1%%''").replace(/^## (.*)$/gm, "===== $1 =====");
}

async function writePage(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  const id = random.below(3) === 0 ? pick(random, [...known]) : pageName(visitor);
  await goTo(pagePath(id, "&do=edit"));
  const area = page.locator("#wiki__text");
  if ((await area.count()) === 0 || (await area.getAttribute("readonly")) !== null) return;
  await area.fill(wikiText(visitor));
  await page.locator("#edit__summary").fill(random.below(2) === 0 ? writing.remark() : "");
  if (random.below(2) === 0) {
    // A draft is saved while somebody types.
    await area.press("End");
    await area.pressSequentially(` ${writing.words()}`, { delay: 20 });
    await page.waitForTimeout(400);
  }
  if (random.below(2) === 0) {
    await clickThrough(page, "#edbtn__preview");
    await page.locator("#wiki__text").press("End");
    await page.locator("#wiki__text").pressSequentially(` ${writing.remark()}`);
  }
  await clickThrough(page, random.below(8) === 0 ? "button[name='do[cancel]']" : "#edbtn__save");
  known.add(id);
}

async function editSection(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(pagePath(pick(random, [...known])));
  const button = page.locator(".btn_secedit button").first();
  if ((await button.count()) === 0) return;
  await Promise.all([page.waitForNavigation({ waitUntil: "domcontentloaded" }), button.click()]);
  const area = page.locator("#wiki__text");
  if ((await area.count()) === 0) return;
  await area.fill(`${await area.inputValue()}\n\n${writing.paragraph()}\n`);
  await page.locator("#edit__summary").fill(writing.remark());
  await clickThrough(page, "#edbtn__save");
}

async function look(visitor: Visitor): Promise<void> {
  const { page, random, goTo } = visitor;
  const id = pick(random, [...known]);
  const actions = [
    "",
    "",
    "",
    "&do=revisions",
    "&do=backlink",
    "&do=index",
    "&do=recent",
    "&do=export_xhtml",
    "&do=diff",
    "&do=media",
    "&rev=&do=show",
  ];
  await goTo(pagePath(id, pick(random, actions)));
  const old = page.locator("#page__revisions input[type=checkbox]");
  if ((await old.count()) > 2 && (await page.locator("#page__revisions button:enabled").count()) > 0)
    await clickThrough(page, "#page__revisions button:enabled");
}

async function upload(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  const space = pick(random, spaces);
  await goTo(`/doku.php?id=start&do=media&ns=${encodeURIComponent(space)}&tab_files=upload`);
  const input = page.locator(".qq-upload-button input[type=file], #upload__file").first();
  await input.setInputFiles(writing.file());
  await page.waitForTimeout(300);
  const title = page.locator(".qq-upload-name-input input, .qq-upload-list input[type=text]").first();
  if ((await title.count()) > 0 && random.below(2) === 0) await title.fill(`${writing.words()}.png`);
  const button = page.locator("#mediamanager__upload_button");
  if ((await button.count()) > 0) {
    await button.click();
    await page.waitForTimeout(800);
  }
  await goTo(`/doku.php?id=start&do=media&ns=${encodeURIComponent(space)}&tab_files=search`);
  await submitWith(page, "#dw__mediasearch [name=q], #mediamanager__sort_textbox", writing.search());
}

export const dokuwikiVisits: readonly VisitKind[] = [
  {
    name: "reads and searches",
    by: "guest",
    share: 5,
    visit: async (visitor) => {
      const { random, goTo } = visitor;
      await goTo(pick(random, ["/", "/doku.php", pagePath("start")]));
      await repeat(random, 4, 9, () => (random.below(3) === 0 ? look(visitor) : search(visitor)));
    },
  },
  {
    name: "reads feeds and maps",
    by: "guest",
    share: 1,
    visit: async ({ page, random, goTo, writing }) => {
      await goTo("/");
      for (const path of some(random, [
        "/feed.php",
        "/feed.php?type=rss2&num=5",
        `/feed.php?mode=search&q=${encodeURIComponent(writing.search())}`,
        "/feed.php?mode=list&ns=minutes",
        "/doku.php?do=index",
        "/lib/exe/opensearch.php",
        "/lib/exe/manifest.php",
      ]))
        await page.evaluate(`fetch(${JSON.stringify(path)}).then((reply) => reply.text())`);
    },
  },
  {
    name: "writes without an account",
    by: "guest",
    share: 3,
    visit: async (visitor) => {
      await visitor.goTo("/");
      await repeat(visitor.random, 2, 5, () => writePage(visitor));
    },
  },
  {
    name: "writes and uploads",
    by: "member",
    share: 6,
    visit: async (visitor) => {
      const { random } = visitor;
      await logIn(visitor);
      await repeat(random, 3, 6, () => {
        const step = random.below(8);
        if (step < 4) return writePage(visitor);
        if (step < 5) return editSection(visitor);
        return step < 6 ? upload(visitor) : search(visitor);
      });
    },
  },
  {
    name: "looks after the profile",
    by: "member",
    share: 1,
    visit: async (visitor) => {
      const { page, goTo, writing, account } = visitor;
      await logIn(visitor);
      await goTo(pagePath("start", "&do=profile"));
      await page.locator("[name=fullname]").fill(writing.name());
      await page.locator("#dw__register [name=oldpass], [name=oldpass]").first().fill(account.password);
      await clickThrough(page, "#dw__register button[type=submit]");
      await goTo(pagePath("start", "&do=subscribe"));
      await page.locator("#subscribe__form input[type=radio]").first().check();
      await clickThrough(page, "#subscribe__form button, #dokuwiki__content form button[type=submit]");
    },
  },
  {
    name: "administrates",
    by: "admin",
    share: 2,
    visit: async (visitor) => {
      const { page, random, goTo, writing } = visitor;
      await logIn(visitor);
      await goTo(pagePath("start", "&do=admin"));
      for (const plugin of some(random, [
        "acl",
        "usermanager",
        "config",
        "extension",
        "revert",
        "styling",
        "logviewer",
      ]))
        await goTo(pagePath("start", `&do=admin&page=${plugin}`));
      await goTo(pagePath("start", "&do=admin&page=usermanager"));
      await page.locator("#add_userid").fill(`guest${random.below(10_000)}`);
      await page.locator("#add_userpass").fill(`Pw${random.below(1e9)}xQ`);
      const again = page.locator("#add_userpass2");
      if ((await again.count()) > 0) await again.fill(await page.locator("#add_userpass").inputValue());
      await page.locator("#add_username").fill(writing.name());
      await page.locator("#add_usermail").fill(`guest${random.below(10_000)}@post.example.test`);
      await clickThrough(page, "button[name='fn[add]']");
      await goTo(pagePath("start", "&do=admin&page=usermanager"));
      await page
        .locator("[name=username]")
        .first()
        .fill(pick(random, ["O'", "an", "%", "*", "Zoë"]));
      await clickThrough(page, "button[name='fn[search][new]']");
      await goTo(pagePath("start", "&do=admin&page=config"));
      await page.locator("#config___tagline").fill(writing.words());
      await clickThrough(
        page,
        "#dw__configmanager button[name=submit], .configmanager button[name=submit], #dokuwiki__content form button[type=submit]",
      );
      await goTo(pagePath("start", "&do=admin&page=revert"));
      await submitWith(page, "[name=filter]", writing.search());
    },
  },
];
