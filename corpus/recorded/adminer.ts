/** Visits to Adminer: whole statements, filters, forms for rows and tables, import and export, in plain forms and addresses. */
import { attempt, clickThrough, pick, repeat, type VisitKind, type Visitor } from "./visit.ts";

const tables = ["boats", "owners", "moorings", "log"];
const database = "/?sqlite=&username=&db=register.sqlite";

const at = (rest: string): string => `${database}&${rest}`;

async function logIn({ page, account, goTo }: Visitor): Promise<void> {
  await goTo("/");
  await page.locator("[name='auth[driver]']").selectOption("sqlite");
  await page.locator("[name='auth[username]']").fill("");
  await page.locator("[name='auth[password]']").fill(account.password);
  await page.locator("[name='auth[db]']").fill("register.sqlite");
  await clickThrough(page, "input[type=submit]");
}

async function runStatements({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo(at("sql="));
  const first = random.below(8) === 0 ? writing.code() : writing.statement();
  const text = random.below(4) === 0 ? `${first.replace(/;$/, "")};\n${writing.statement()}` : first;
  // The editor is a box of its own; what is sent stands in the field behind it.
  await page.evaluate(`(() => {
    const text = ${JSON.stringify(text)};
    const field = document.querySelector("textarea[name=query]");
    field.value = text;
    const box = document.querySelector("pre.sqlarea");
    if (box) box.textContent = text;
  })()`);
  if (random.below(4) === 0)
    await attempt(() => page.locator("[name=error_stops]").check({ timeout: 1_000 }));
  await clickThrough(page, "#form input[type=submit]");
}

async function select({ page, random, writing, goTo }: Visitor): Promise<void> {
  const table = pick(random, tables);
  const encode = (text: string): string => encodeURIComponent(text).replaceAll("%20", "+");
  const column = pick(
    random,
    {
      boats: ["name", "remarks", ""],
      owners: ["surname", "email", "note", ""],
      moorings: ["pier", "fee", ""],
      log: ["who", "message", ""],
    }[table]!,
  );
  const operator = pick(random, ["=", "<", ">", "!=", "LIKE", "LIKE %%", "IN", "IS NULL", "NOT LIKE", "SQL"]);
  const value =
    operator === "SQL"
      ? "length(id) > 1 OR id = 3"
      : pick(random, [writing.search(), writing.name(), "%'%", "7.5"]);
  const rest = pick(random, [
    `select=${table}`,
    `select=${table}&where[0][col]=${column}&where[0][op]=${encode(operator)}&where[0][val]=${encode(value)}&limit=50&text_length=100`,
    `select=${table}&columns[0][fun]=count&columns[0][col]=id&columns[1][fun]=&columns[1][col]=${column || "id"}&order[0]=id&desc[0]=1`,
    `select=${table}&page=1&order%5B0%5D=id`,
    `table=${table}`,
    `indexes=${table}`,
    `schema=`,
    `create=${table}`,
  ]);
  await goTo(at(rest));
  if (random.below(3) === 0)
    await attempt(async () => {
      await page
        .locator("#fieldset-search input[type=search]")
        .first()
        .fill(writing.search(), { timeout: 1_500 });
      await clickThrough(page, "#form input[type=submit]");
    });
}

async function editRow({ page, random, writing, goTo }: Visitor): Promise<void> {
  const where = random.below(2) === 0 ? `&where%5Bid%5D=${1 + random.below(12)}` : "";
  await goTo(at(`edit=${pick(random, tables)}${where}`));
  const fields = page.locator("#form textarea, #form input[name^='fields[']");
  const count = await fields.count();
  for (let i = 1; i < count; i++) {
    const value = pick(random, [
      writing.remark(),
      writing.name(),
      writing.words(),
      writing.search(),
      String(random.below(100)),
    ]);
    await attempt(() => fields.nth(i).fill(value, { timeout: 1_000 }));
  }
  await clickThrough(page, "#form input[type=submit]");
}

async function searchAll({ page, writing, goTo }: Visitor): Promise<void> {
  await goTo(database);
  await page.locator("input[name=query]").first().fill(writing.search());
  await clickThrough(page, "input[name=search]");
}

async function exportTables({ page, random, goTo }: Visitor): Promise<void> {
  await goTo(at("dump="));
  await page.locator("input[name=output][value=text]").check();
  await page.locator(`input[name=format][value='${pick(random, ["sql", "csv", "csv;", "tsv"])}']`).check();
  await clickThrough(page, "input[type=submit]");
}

async function importFile({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo(at("import="));
  const text = Array.from(
    { length: 2 + random.below(5) },
    () => `${writing.statement().replace(/;$/, "")};`,
  ).join("\n");
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles({
      name: `register ${random.below(99)} (copy).sql`,
      mimeType: "application/sql",
      buffer: Buffer.from(`-- ${writing.remark()}\n${text}\n`),
    });
  await clickThrough(page, "input[type=submit]");
}

async function makeTable({ page, random, writing, goTo }: Visitor): Promise<void> {
  await goTo(at("create="));
  await page
    .locator("[name=name]")
    .fill(`${pick(random, ["keys", "order", "größen", "o'clock", "tide table"])} ${random.below(1000)}`);
  await page
    .locator("[name='fields[1][field]']")
    .fill(pick(random, ["from", "when", "who's", writing.words()]));
  await clickThrough(page, "#form input[type=submit]");
}

async function makeTriggerOrView({ page, random, writing, goTo }: Visitor): Promise<void> {
  if (random.below(2) === 0) {
    await goTo(at("view="));
    await page.locator("[name=name]").fill(`v${random.below(1e5)}`);
    await page.evaluate(
      `document.querySelector("textarea[name=select]").value = ${JSON.stringify(writing.statement())}`,
    );
  } else {
    await goTo(at(`trigger=${pick(random, tables)}`));
    await page.evaluate(
      `document.querySelector("textarea[name=Statement]").value = ${JSON.stringify(`BEGIN ${writing.statement().replace(/;$/, "")}; END`)}`,
    );
  }
  await clickThrough(page, "#form input[type=submit]");
}

const steps = [
  runStatements,
  runStatements,
  runStatements,
  select,
  select,
  select,
  editRow,
  editRow,
  searchAll,
  exportTables,
  importFile,
  makeTable,
  makeTriggerOrView,
];

export const adminerVisits: readonly VisitKind[] = [
  {
    name: "works with tables",
    by: "member",
    share: 5,
    visit: async (visitor) => {
      await logIn(visitor);
      await repeat(visitor.random, 6, 14, () => pick(visitor.random, steps)(visitor));
    },
  },
  {
    name: "asks without a login",
    by: "guest",
    share: 1,
    visit: async ({ page, random, writing, goTo }) => {
      await goTo(at(`select=${pick(random, tables)}`));
      await page.locator("[name='auth[username]']").fill(writing.name());
      await page.locator("[name='auth[password]']").fill(`guess ${random.below(1e6)}`);
      await clickThrough(page, "input[type=submit]");
    },
  },
];
