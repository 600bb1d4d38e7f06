/** The shop works for its visitors, and its holes are real. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Shop, startShop } from "../../../demo/shop/shop.ts";

let shop: Shop;
const ask = (path: string, options?: RequestInit) =>
  fetch(`http://127.0.0.1:${shop.port}${path}`, { redirect: "manual", ...options });
const text = async (path: string, options?: RequestInit) => (await ask(path, options)).text();
const form = (fields: Record<string, string>): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
});

beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

describe("the shop", () => {
  it("marks every reply, so that the WAF's can be told apart", async () => {
    for (const path of ["/", "/nowhere", "/search?q='", "/%ff"]) {
      expect((await ask(path)).headers.get("x-shop")).toBe("yard");
    }
  });

  it("finds products and suggests them", async () => {
    expect(await text("/search?q=saw")).toContain("2 found for saw");
    expect(await (await ask("/autocomplete?term=sOl")).json()).toEqual(["Soldering Station 60 W"]);
  });

  it("keeps what is written and shows it escaped", async () => {
    await ask("/forum/tools", form({ title: "Hello", body: "<b>bold</b>" }));
    expect(await text("/forum/tools")).toContain("&lt;b&gt;bold&lt;/b&gt;");
    await ask("/wiki/glue", form({ text: "# Glue" }));
    expect(await text("/wiki/glue")).toContain("# Glue");
  });

  it("logs a member in, and knows them by the cookie", async () => {
    const reply = await ask("/login", form({ login: "orla", password: "harbour-lantern" }));
    const cookie = reply.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(await text("/profile", { headers: { cookie } })).toContain("Orla O&#39;Connor");
    expect((await ask("/login", form({ login: "orla", password: "wrong" }))).status).toBe(401);
  });

  it("reads multipart forms with files", async () => {
    const body = new FormData();
    body.set("description", "two files");
    body.append("file", new Blob(["one"]), "a.txt");
    body.append("file", new Blob(["two"]), 'b"c.txt');
    expect(await text("/upload", { method: "POST", body })).toContain("2 files kept");
  });

  it("forgets everything on reset", async () => {
    await ask("/forum/garden", form({ title: "Seeds", body: "in spring" }));
    shop.reset();
    expect(await text("/forum/garden")).not.toContain("in spring");
  });
});

describe("the holes", () => {
  it("let the search be rewritten", async () => {
    const injected = "x' UNION SELECT 1, login, password, 4, 5, 6 FROM members -- ";
    expect(await text(`/search?q=${encodeURIComponent(injected)}`)).toContain("nobody-guesses-this");
  });

  it("print a name as markup", async () => {
    expect(await text("/hello?name=<i>x</i>")).toContain("<i>x</i>");
  });

  it("lead out of the folder, into a tree that is no real one", async () => {
    expect(await text("/download?file=../settings.ini")).toContain("password=not-a-real-one");
    expect((await ask("/download?file=../../../etc/hosts")).status).toBe(404);
  });

  it("evaluate templates", async () => {
    const body = JSON.stringify({ markdown: "{{ 6 * 7 }} {{ unknown }}" });
    const reply = await text("/wiki/preview", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect(JSON.parse(reply)).toEqual({ html: "42 {{ unknown }}" });
  });
});
