/** Two virtual hosts on one server, each with settings and a verdict server of its own. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeVerdictServer, startFakeVerdictServer } from "../../testbed/fake-verdict-server.ts";
import { fieldValue } from "../../testbed/fields.ts";
import { pairs } from "../../testbed/matrix.ts";
import { injection, type Pair, startPair } from "./waf-pair.ts";

describe.each(pairs)("$title", ({ engine, crs }) => {
  let pair: Pair;
  let others: FakeVerdictServer;
  beforeAll(async () => {
    others = await startFakeVerdictServer({ verdict: "attack" });
    pair = await startPair(engine, crs, {
      virtualHosts: [
        {
          name: "shop.example",
          plugin: { settings: { socket: others.socket, deadline: 60_000, mode: "general", site: "shop" } },
        },
        { name: "bare.example", plugin: { settings: { enabled: 0 } } },
      ],
    });
  });
  afterAll(async () => {
    await pair?.stop();
    await others?.stop();
  });

  it("asks each site's own server, in its own mode", async () => {
    const { status } = await pair.send({}, { path: injection, host: "localhost" });
    expect(status).toBe(200);
    expect(pair.verdicts.asked.map(({ fields }) => fieldValue(fields, "mode"))).toEqual(["second-opinion"]);
    expect(others.asked).toHaveLength(0);

    const shop = await pair.send({}, { path: "/", host: "shop.example" });
    expect(shop).toMatchObject({ status: 403 });
    expect(shop.lines.map(({ id }) => id)).toEqual([9529360]);
    expect(others.asked.map(({ fields }) => fieldValue(fields, "site"))).toEqual(["shop"]);
    expect(pair.verdicts.asked).toHaveLength(1);

    const bare = await pair.send({}, { path: injection, host: "bare.example" });
    expect(bare.status).toBe(403);
    expect(bare.ruleIds).toContain(949110);
    expect(pair.verdicts.asked).toHaveLength(1);
    expect(others.asked).toHaveLength(1);
  });
});
