/** Visits to phpMyAdmin: statements, tables, searches, forms for rows, import and export; nearly all by its scripts. */
import { attempt, clickThrough, pick, repeat, some, type VisitKind, type Visitor } from "./visit.ts";

const tables = ["boats", "owners", "moorings", "log"];

const route = (path: string, rest = ""): string => `/index.php?route=${path}${rest}`;

async function logIn({ page, account, goTo }: Visitor): Promise<void> {
  await goTo("/");
  await page.locator("#input_username").fill(account.name);
  await page.locator("#input_password").fill(account.password);
  await clickThrough(page, "#input_go");
}

function where({ random }: Visitor): string {
  return `&db=${pick(random, ["shed", "shed", "juniors"])}`;
}

/** Waits until the scripts are there, and the form has its editor. */
async function ready({ page }: Visitor): Promise<void> {
  await page.waitForLoadState("load");
  await page.waitForTimeout(300);
}

function statement({ random, writing }: Visitor): string {
  if (random.below(8) === 0) return writing.code();
  const first = writing.statement();
  return random.below(6) === 0 ? `${first.replace(/;$/, "")};\n${writing.statement()}` : first;
}

/** Types into the editor, which has statements checked and completed as they grow. */
async function runStatements(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  const place = pick(random, [
    route("/server/sql"),
    route("/database/sql", where(visitor)),
    route("/table/sql", `${where(visitor)}&table=${pick(random, tables)}`),
  ]);
  await goTo(place);
  await ready(visitor);
  for (let left = 1 + random.below(4); left > 0; left--) {
    const text = JSON.stringify(statement(visitor));
    await page.evaluate(`(() => {
      const editor = document.querySelector("#sqlquerycontainerfull .CodeMirror, #sqlquerycontainer .CodeMirror, .CodeMirror")?.CodeMirror;
      if (editor) editor.setValue(${text}); else document.querySelector("#sqlquery").value = ${text};
    })()`);
    await page.waitForTimeout(700);
    if (random.below(5) === 0) {
      const label = JSON.stringify(writing.title());
      await page.evaluate(
        `{ const field = document.querySelector("[name=bkm_label]"); if (field) field.value = ${label}; }`,
      );
    }
    // Completions and the console may lie over the button.
    await page.evaluate('document.querySelector("#button_submit_query")?.click()');
    await page.waitForTimeout(1_200);
    if ((await page.locator("#button_submit_query").count()) === 0) {
      await goTo(place);
      await ready(visitor);
    }
  }
}

async function browse(visitor: Visitor): Promise<void> {
  const { page, random, goTo, writing } = visitor;
  const table = pick(random, tables);
  const db = where(visitor);
  const query = `SELECT * FROM \`${table}\` ORDER BY \`${table}\`.\`id\` ${pick(random, ["ASC", "DESC"])}`;
  const paths = [
    route("/sql", `${db}&table=${table}&pos=0`),
    route(
      "/sql",
      `${db}&table=${table}&sql_query=${encodeURIComponent(query)}&session_max_rows=25&is_browse_distinct=0`,
    ),
    route("/table/structure", `${db}&table=${table}`),
    route("/table/operations", `${db}&table=${table}`),
    route("/table/triggers", `${db}&table=${table}`),
    route("/table/tracking", `${db}&table=${table}`),
    route("/database/structure", db),
    route("/database/designer", db),
    route("/database/data-dictionary", db),
    route("/database/multi-table-query", db),
    route("/database/qbe", db),
    route("/database/routines", db),
    route("/server/databases"),
  ];
  await goTo(pick(random, paths));
  await ready(visitor);
  const filter = page.locator(".filter_rows").first();
  if ((await filter.count()) > 0)
    await attempt(() => filter.fill(writing.search().slice(0, 20), { timeout: 1_500 }));
  const next = page.locator(".pma_navigation_button, thead a.sortlink, thead th a").first();
  if ((await next.count()) > 0) {
    await attempt(() => next.click({ timeout: 3_000 }));
    await page.waitForTimeout(800);
  }
}

async function insertRows(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(route("/table/change", `${where(visitor)}&table=${pick(random, tables)}`));
  await ready(visitor);
  const fields = page.locator("#insertForm textarea, #insertForm input.textfield");
  const count = Math.min(await fields.count(), 8);
  for (let i = 0; i < count; i++) {
    const field = fields.nth(i);
    const name = (await field.getAttribute("class")) ?? "";
    const value = /datefield|timefield/.test(name)
      ? "2026-10-14"
      : (await field.evaluate("(element) => element.tagName")) === "TEXTAREA"
        ? writing.remark()
        : pick(random, [writing.name(), writing.words(), String(random.below(100)), ""]);
    await attempt(() => field.fill(value, { timeout: 1_500 }));
  }
  await page.locator("#buttonYes").click();
  await page.waitForTimeout(1_500);
}

async function searchTable(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  const table = pick(random, tables);
  const db = where(visitor);
  const kind = random.below(3);
  if (kind === 0) {
    await goTo(route("/table/find-replace", `${db}&table=${table}`));
    await ready(visitor);
    await page.locator("[name=find]").fill(writing.search());
    await page.locator("[name=replaceWith]").fill(writing.search());
    await page.locator("#find_replace_form [type=submit]").first().click();
  } else {
    await goTo(route(kind === 1 ? "/table/search" : "/table/zoom-search", `${db}&table=${table}`));
    await ready(visitor);
    const values = page.locator("input[name^=criteriaValues]");
    const count = await values.count();
    if (count > 1)
      await values
        .nth(1 + random.below(count - 1))
        .fill(pick(random, [writing.search(), writing.name(), "%'%", "> 5"]));
    await page.locator("input[type=submit][name=submit], #inputFormSubmitId").first().click();
  }
  await page.waitForTimeout(1_300);
}

async function searchDatabase(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(route("/database/search", where(visitor)));
  await ready(visitor);
  await page.locator("[name=criteriaSearchString]").fill(writing.search());
  await page.locator(`[name=criteriaSearchType]`).nth(random.below(4)).check();
  await page.evaluate(
    "document.querySelectorAll(\"#themesTable option, [name='criteriaTables[]'] option\").forEach((option) => { option.selected = true; })",
  );
  await page.evaluate('document.querySelector("#buttonGo")?.click()');
  await page.waitForTimeout(1_300);
}

async function exportTables(visitor: Visitor): Promise<void> {
  const { page, random, goTo } = visitor;
  await goTo(
    pick(random, [
      route("/database/export", where(visitor)),
      route("/table/export", `${where(visitor)}&table=${pick(random, tables)}&single_table=true`),
    ]),
  );
  await ready(visitor);
  await page
    .locator("#plugins")
    .selectOption(pick(random, ["sql", "csv", "json", "xml", "yaml", "php_array", "latex"]));
  await attempt(() => page.locator("#buttonGo").click({ timeout: 4_000 }));
  await page.waitForTimeout(1_000);
}

async function importFile(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(pick(random, [route("/server/import"), route("/database/import", where(visitor))]));
  await ready(visitor);
  const text = Array.from(
    { length: 3 + random.below(6) },
    () => `${writing.statement().replace(/;$/, "")};`,
  ).join("\n");
  await page.locator("#input_import_file").setInputFiles({
    name: `backup_${random.below(99)} (2026).sql`,
    mimeType: "application/sql",
    buffer: Buffer.from(`-- ${writing.remark()}\n${text}\n`),
  });
  await page.locator("#buttonGo").click();
  await page.waitForTimeout(2_000);
}

async function makeTable(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  const name = `${pick(random, ["keys", "jackets", "select", "order", "tide table", "größen", "o'clock"])} ${random.below(1000)}`;
  await goTo(route("/table/create", `${where(visitor)}&table=${encodeURIComponent(name)}&num_fields=3`));
  await ready(visitor);
  await page.locator("[name='field_name[0]']").fill("id");
  await page
    .locator("[name='field_name[1]']")
    .fill(pick(random, ["when", "from", "who's", "größe", "value"]));
  await page.locator("[name='field_type[1]']").selectOption("VARCHAR");
  await page.locator("[name='field_length[1]']").fill("80");
  await page.locator("[name='field_name[2]']").fill("note");
  await page.locator("[name='field_type[2]']").selectOption("TEXT");
  await attempt(() => page.locator("[name='field_comments[2]']").fill(writing.remark(), { timeout: 1_500 }));
  await page.locator("[name=comment]").first().fill(writing.remark());
  await page.locator("[name=do_save_data]").first().click();
  await page.waitForTimeout(1_500);
}

async function routines(visitor: Visitor): Promise<void> {
  const { page, random, writing, goTo } = visitor;
  await goTo(route("/database/routines", where(visitor)));
  await ready(visitor);
  await page.locator("a.ajax.add_anchor, a[href*='add_item']").first().click();
  await page.locator("[name=item_name]").fill(`overdue${random.below(1000)}`);
  const body = JSON.stringify(
    `BEGIN\n  -- ${writing.remark().replaceAll("\n", " ")}\n  ${writing.statement().replace(/;$/, "")};\nEND`,
  );
  await page.evaluate(`(() => {
    const editor = document.querySelector(".rte_form .CodeMirror")?.CodeMirror;
    if (editor) editor.setValue(${body}); else document.querySelector("[name=item_definition]").value = ${body};
  })()`);
  await page
    .locator(".ui-dialog-buttonset button:visible, .modal.show .modal-footer button:visible")
    .first()
    .click({ timeout: 4_000 });
  await page.waitForTimeout(1_300);
}

/** The console at the foot of every page. */
async function useConsole(visitor: Visitor): Promise<void> {
  const { page, goTo } = visitor;
  await goTo(route("/database/structure", where(visitor)));
  await ready(visitor);
  await attempt(() =>
    page
      .locator("#pma_console .switch_button, #pma_console_container .switch_button")
      .first()
      .click({ timeout: 3_000 }),
  );
  await page.waitForTimeout(500);
  const text = JSON.stringify(statement(visitor));
  await page.evaluate(`window.Console?.execute?.(${text})`);
  await page.waitForTimeout(1_200);
}

const steps = [
  runStatements,
  runStatements,
  runStatements,
  browse,
  browse,
  insertRows,
  insertRows,
  searchTable,
  searchTable,
  searchDatabase,
  exportTables,
  importFile,
  makeTable,
  routines,
  useConsole,
];

export const phpmyadminVisits: readonly VisitKind[] = [
  {
    name: "works with tables",
    by: "member",
    share: 6,
    visit: async (visitor) => {
      await logIn(visitor);
      await repeat(visitor.random, 4, 8, () => pick(visitor.random, steps)(visitor));
    },
  },
  {
    name: "mistypes the password",
    by: "guest",
    share: 1,
    visit: async ({ page, random, writing, goTo }) => {
      await goTo("/");
      await page.locator("#input_username").fill(pick(random, ["root", "admin", writing.name(), "O'Connor"]));
      await page.locator("#input_password").fill(`let me in ${random.below(1e6)}`);
      await clickThrough(page, "#input_go");
      await goTo("/doc/html/index.html");
      await goTo(route("/server/sql", "&lang=de"));
    },
  },
  {
    name: "administrates",
    by: "admin",
    share: 3,
    visit: async (visitor) => {
      const { page, random, goTo } = visitor;
      await logIn(visitor);
      const paths = [
        "status",
        "status/processes",
        "status/queries",
        "status/variables",
        "status/advisor",
        "variables",
        "collations",
        "engines",
        "plugins",
        "privileges",
        "databases",
        "replication",
        "status/monitor",
      ];
      for (const path of some(random, paths)) {
        await attempt(() => goTo(route(`/server/${path}`)));
        await page.waitForTimeout(path.endsWith("monitor") ? 4_000 : 300);
      }
      await attempt(async () => {
        await goTo(route("/server/privileges", "&adduser=1"));
        await page
          .locator("#pma_username, [name=username]")
          .first()
          .fill(pick(random, [`reader${random.below(1000)}`, "o'brien", "größe"]));
        const password = `Pw${random.below(1e9)}xQz`;
        await page.locator("#text_pma_pw").fill(password);
        await page.locator("#text_pma_pw2").fill(password);
        await page.locator("#adduser_submit").click();
        await page.waitForTimeout(1_200);
      });
      await attempt(async () => {
        await goTo(route("/preferences/features"));
        await clickThrough(page, "[name=submit_save]");
      });
      await repeat(random, 2, 5, () => pick(random, steps)(visitor));
    },
  },
];
