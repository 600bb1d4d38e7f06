/** Visits to WordPress: reading and commenting, the block editor, classic forms, uploads, settings, code editors. */
import {
  attempt,
  clickThrough,
  pick,
  repeat,
  some,
  submitWith,
  type VisitKind,
  type Visitor,
} from "./visit.ts";

/** Addresses of posts that visitors know. */
const known: string[] = Array.from({ length: 12 }, (_, i) => `/?p=${i + 4}`);

async function logIn({ page, account, goTo }: Visitor): Promise<void> {
  await goTo("/wp-login.php");
  await page.locator("#user_login").fill(account.name);
  await page.locator("#user_pass").fill(account.password);
  await clickThrough(page, "#wp-submit");
}

async function search({ page, random, writing, goTo }: Visitor): Promise<void> {
  const words = writing.search();
  if (random.below(2) === 0) {
    await goTo(`/?s=${encodeURIComponent(words).replaceAll("%20", "+")}`);
    return;
  }
  const field = page.locator("input[type=search]");
  if ((await field.count()) === 0) await goTo(`/?s=${encodeURIComponent(writing.words())}`);
  await submitWith(page, "input[type=search]", words);
}

async function look({ random, goTo }: Visitor): Promise<void> {
  const paths = [
    ...known.slice(-6),
    "/",
    "/?paged=2",
    "/about-us/",
    "/prices-opening-times/",
    "/?author=1",
    "/?cat=1",
    "/?m=202611",
    "/there-is-no-such-page/",
  ];
  await goTo(pick(random, paths));
}

async function comment(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(pick(random, known));
  if ((await page.locator("#comment").count()) === 0) return;
  await page.locator("#comment").fill(random.below(3) === 0 ? writing.page() : writing.remark());
  const author = page.locator("#commentform [name=author]");
  if ((await author.count()) > 0) {
    await author.fill(writing.name());
    await page.locator("#commentform [name=email]").fill(`reader${random.below(1e6)}@post.example.test`);
    if (random.below(2) === 0)
      await page
        .locator("#commentform [name=url]")
        .fill(`https://home.example.org/~reader?id=${random.below(100)}&lang=en`);
  }
  await clickThrough(page, "#submit");
}

/** The block editor's own scripts turn what is pasted into blocks, and save by JSON. */
async function writePost(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(random.below(4) === 0 ? "/wp-admin/post-new.php?post_type=page" : "/wp-admin/post-new.php");
  await page.waitForFunction("window.wp?.data?.select('core/editor')?.getCurrentPost()?.id");
  const text = random.below(3) === 0 ? writing.page("rich") : writing.page();
  const isHtml = text.startsWith("<");
  const save = async (title: string, pasted: string, more: Record<string, unknown>): Promise<void> => {
    const parts = JSON.stringify({ title, pasted, isHtml, more });
    await page.evaluate(`(async () => {
      const { title, pasted, isHtml, more } = ${parts};
      const blocks = wp.blocks.pasteHandler(isHtml ? { HTML: pasted, mode: "BLOCKS" } : { plainText: pasted, HTML: "", mode: "BLOCKS" });
      wp.data.dispatch("core/block-editor").insertBlocks(blocks);
      wp.data.dispatch("core/editor").editPost({ title, ...more });
      await wp.data.dispatch("core/editor").savePost();
    })()`);
  };
  await save(writing.title(), text, {});
  if (random.below(2) === 0)
    await page.evaluate(`(async () => {
      wp.data.dispatch("core/editor").editPost({ excerpt: ${JSON.stringify(writing.paragraph())} });
      await wp.data.dispatch("core/editor").autosave();
      wp.heartbeat?.connectNow();
    })()`);
  await save(writing.title(), writing.paragraph(), random.below(4) === 0 ? {} : { status: "publish" });
  const id = await page.evaluate("wp.data.select('core/editor').getCurrentPostId()");
  known.push(`/?p=${String(id)}`);
  if (random.below(3) === 0) {
    const name = JSON.stringify(writing.words());
    await page.evaluate(
      `wp.apiFetch({ path: "/wp/v2/tags", method: "POST", data: { name: ${name} } }).then(() => 1, () => 0)`,
    );
    await page.evaluate(
      `wp.apiFetch({ path: wp.url.addQueryArgs("/wp/v2/search", { search: ${name}, per_page: 20, type: "post" }) }).then(() => 1, () => 0)`,
    );
  }
}

/** A file by the editor's script (REST, multipart). */
async function uploadByScript({ page, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/post-new.php");
  await page.waitForFunction("window.wp?.mediaUtils");
  const { name, mimeType, buffer } = writing.file();
  const parts = JSON.stringify({ name, type: mimeType, base64: buffer.toString("base64") });
  await page.evaluate(`(async () => {
    const { name, type, base64 } = ${parts};
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const file = new File([bytes], name, { type });
    await new Promise((resolve) => {
      wp.mediaUtils.uploadMedia({ filesList: [file], allowedTypes: undefined, onError: resolve,
        onFileChange: ([media]) => { if (media?.id) resolve(); } });
      setTimeout(resolve, 6000);
    });
  })()`);
}

async function uploadByForm({ page, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/media-new.php?browser-uploader");
  await page.locator("#async-upload").setInputFiles(writing.file());
  await clickThrough(page, "#html-upload");
}

async function quickDraft({ page, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/");
  await page.locator("#quick-press #title").fill(writing.title());
  await page.locator("#quick-press #content").fill(writing.page());
  await page.locator("#save-post").click();
  await page.waitForTimeout(1_000);
}

async function browseLists({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo(
    pick(random, [
      "/wp-admin/edit.php",
      "/wp-admin/edit-comments.php",
      "/wp-admin/upload.php?mode=list",
      "/wp-admin/edit.php?post_type=page",
    ]),
  );
  await submitWith(page, "input[type=search]", writing.search());
}

async function quickEdit({ page, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/edit.php");
  await page.locator("#the-list tr").first().hover();
  await page.locator("#the-list .editinline").first().click({ force: true });
  await page.locator(".inline-edit-row [name=post_title]").first().fill(writing.title());
  const tags = page.locator(".inline-edit-row textarea.tax_input_post_tag").first();
  if ((await tags.count()) > 0)
    await tags.fill(`${writing.words()}, ${writing.search().replaceAll(",", " ")}`);
  await page.locator(".inline-edit-row .save").first().click();
  await page.waitForTimeout(1_000);
}

async function answerComment({ page, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/edit-comments.php");
  await page.locator("#the-comment-list tr").first().hover();
  await page.locator("#the-comment-list .reply button").first().click({ force: true });
  await page.locator("#replycontent").fill(writing.remark());
  await page.locator("#replybtn").click();
  await page.waitForTimeout(1_000);
}

async function addTerm({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo(`/wp-admin/edit-tags.php?taxonomy=${pick(random, ["post_tag", "category"])}`);
  await page.locator("#tag-name").fill(writing.words());
  await page.locator("#tag-description").fill(writing.remark());
  await page.locator("#submit").click();
  await page.waitForTimeout(800);
}

async function editProfile({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/profile.php");
  await page.locator("#first_name").fill(writing.name());
  await page.locator("#url").fill(`https://home.example.org/?user=${random.below(99)}&tab=about`);
  await page.locator("#description").fill(writing.paragraph());
  await clickThrough(page, "#submit");
}

async function settings({ page, random, writing, goTo }: Visitor): Promise<void> {
  const which = pick(random, ["general", "writing", "reading", "discussion", "media"]);
  await goTo(`/wp-admin/options-${which}.php`);
  if (which === "general") await page.locator("#blogdescription").fill(writing.words());
  if (which === "discussion")
    await page.locator("#moderation_keys").fill(`${writing.search()}\n${writing.search()}`);
  await clickThrough(page, "#submit");
}

async function addUser({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/user-new.php");
  await page.locator("#user_login").fill(`helper${random.below(1e6)}`);
  await page.locator("#email").fill(`helper${random.below(1e6)}@post.example.test`);
  await page.locator("#first_name").fill(writing.name());
  await page.locator("#send_user_notification").uncheck();
  await clickThrough(page, "#createusersub");
  await goTo(`/wp-admin/users.php?s=${encodeURIComponent(writing.search())}&role=&action=-1`);
}

/** A program sent as a form's field: the editors for files of themes and plugins. */
async function editCode({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo(
    pick(random, [
      "/wp-admin/theme-editor.php?file=style.css&theme=twentytwentythree",
      "/wp-admin/theme-editor.php?file=parts%2Ffooter.html&theme=twentytwentythree",
      "/wp-admin/theme-editor.php?file=theme.json&theme=twentytwentythree",
    ]),
  );
  await attempt(() =>
    page.locator("#file-editor-warning .file-editor-warning-dismiss").click({ timeout: 2_000 }),
  );
  const text = JSON.stringify(`${writing.code()}\n`);
  await page.evaluate(`(() => {
    const editor = document.querySelector(".CodeMirror")?.CodeMirror;
    const before = editor ? editor.getValue() : document.querySelector("#newcontent").value;
    const after = before.slice(0, 1500) + "\\n/* " + ${text} + " */\\n";
    if (editor) editor.setValue(after); else document.querySelector("#newcontent").value = after;
  })()`);
  await page.locator("#submit").click();
  await page.waitForTimeout(1_200);
}

async function customCss({ page, writing, goTo }: Visitor): Promise<void> {
  await goTo("/wp-admin/site-editor.php");
  await page.waitForFunction("window.wp?.apiFetch");
  const css = JSON.stringify(
    `.note > p:first-child::before { content: "\\201C"; } /* ${writing.remark()} */`,
  );
  await page.evaluate(
    `wp.apiFetch({ path: "/wp/v2/global-styles/themes/twentytwentythree" }).then(() => 1, () => 0)`,
  );
  const content = JSON.stringify(
    `<!-- wp:html --><p class="note">${writing.paragraph()}</p><!-- /wp:html -->`,
  );
  await page.evaluate(
    `wp.apiFetch({ path: "/wp/v2/blocks", method: "POST", data: { title: ${css}, content: ${content}, status: "publish" } }).then(() => 1, () => 0)`,
  );
}

const adminPages = [
  "/wp-admin/plugins.php",
  "/wp-admin/themes.php",
  "/wp-admin/users.php",
  "/wp-admin/tools.php",
  "/wp-admin/import.php",
  "/wp-admin/export.php",
  "/wp-admin/site-health.php",
  "/wp-admin/options-permalink.php",
  "/wp-admin/options-privacy.php",
  "/wp-admin/update-core.php",
  "/wp-admin/erase-personal-data.php",
  "/wp-admin/about.php",
];

export const wordpressVisits: readonly VisitKind[] = [
  {
    name: "reads, searches and comments",
    by: "guest",
    share: 6,
    visit: async (visitor) => {
      const { random, goTo } = visitor;
      await goTo("/");
      await repeat(random, 4, 9, () => {
        const step = random.below(6);
        if (step < 2) return search(visitor);
        return step < 4 ? comment(visitor) : look(visitor);
      });
    },
  },
  {
    name: "reads feeds and the interface",
    by: "guest",
    share: 1,
    visit: async ({ page, random, writing, goTo }) => {
      await goTo("/");
      for (const path of some(random, [
        "/?feed=rss2",
        "/?feed=comments-rss2",
        `/?rest_route=/wp/v2/posts&search=${encodeURIComponent(writing.search())}&per_page=5&_fields=id,title,link`,
        `/wp-json/wp/v2/search?search=${encodeURIComponent(writing.search())}&subtype[]=post&_embed=1`,
        "/wp-json/oembed/1.0/embed?url=http%3A%2F%2Fblog.example.test%2F%3Fp%3D4",
        "/wp-json/",
        "/wp-sitemap.xml",
        "/robots.txt",
      ]))
        await page.evaluate(`fetch(${JSON.stringify(path)}).then((reply) => reply.text())`);
      await goTo("/wp-login.php?action=lostpassword");
      await page.locator("#user_login").fill(writing.name());
      await clickThrough(page, "#wp-submit");
    },
  },
  {
    name: "writes posts",
    by: "member",
    share: 4,
    visit: async (visitor) => {
      await logIn(visitor);
      await repeat(visitor.random, 1, 3, () => writePost(visitor));
      await attempt(() => (visitor.random.below(2) === 0 ? uploadByScript(visitor) : uploadByForm(visitor)));
    },
  },
  {
    name: "works through lists",
    by: "member",
    share: 3,
    visit: async (visitor) => {
      await logIn(visitor);
      const steps = [quickDraft, browseLists, browseLists, editProfile, comment, uploadByForm];
      await repeat(visitor.random, 2, 5, () => pick(visitor.random, steps)(visitor));
    },
  },
  {
    name: "administrates",
    by: "admin",
    share: 4,
    visit: async (visitor) => {
      const { random, goTo } = visitor;
      await logIn(visitor);
      for (const path of some(random, adminPages)) await attempt(() => goTo(path));
      const steps = [
        settings,
        addUser,
        editCode,
        editCode,
        customCss,
        addTerm,
        quickEdit,
        answerComment,
        browseLists,
      ];
      await repeat(random, 3, 6, () => pick(random, steps)(visitor));
    },
  },
];
