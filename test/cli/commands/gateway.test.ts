import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { call } from "../../server/raw-client.ts";
import { startCommand } from "../run-command.ts";

describe("arbiter gateway", () => {
  it("blocks an attack with the default detector, passes the rest on, and ends with 0 when told to", async () => {
    const application = createServer((request, response) => response.end(`you asked for ${request.url}`));
    await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
    const { port } = application.address() as { port: number };
    const gateway = await startCommand([
      "gateway",
      "--listen",
      "127.0.0.1:0",
      "--upstream",
      `http://127.0.0.1:${port}`,
    ]);
    expect(gateway.stdout()).toMatch(/^arbiter: ready on http:\/\/127\.0\.0\.1:[0-9]+\n$/);
    const gatewayPort = Number(gateway.addresses[0]?.split(":").at(-1));
    const ordinary = await call(gatewayPort, { method: "GET", path: "/search?q=green+tea" });
    expect(ordinary).toMatchObject({ status: 200, text: "you asked for /search?q=green+tea" });
    const attack = await call(gatewayPort, {
      method: "GET",
      path: `/search?q=${encodeURIComponent("1' UNION SELECT name, password FROM users-- -")}`,
    });
    expect(attack.status).toBe(403);
    await gateway.untilLogged(attack.headers["x-arbiter-id"] as string);
    gateway.process.kill("SIGTERM");
    expect(await gateway.ended).toBe(0);
    application.close();
  });
});
