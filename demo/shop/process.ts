/** The shop as a process of its own, told what to do by its parent: it says its port, empties itself on request, and ends with it. */
import { startShop } from "./shop.ts";

const shop = await startShop();
process.on("message", () => {
  shop.reset();
  process.send?.("reset");
});
process.on("disconnect", () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the parent decides when the shop ends.
process.on("SIGINT", () => {});
process.send?.({ port: shop.port });
