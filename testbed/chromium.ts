/** How a headless Chromium is started for tests, the demo and recordings. */

/** No proxy, no updates, nothing sent home; no sandbox, since it runs as root. */
export const chromiumArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--no-proxy-server",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
