/**
 * What a blocked client sees: the id of the verdict, by which an operator finds the reason in the log, and nothing that
 * would help to tune an attack.
 */

/** The page for a verdict id, which consists of letters, digits and dashes. */
export function blockPage(id: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Request blocked</title></head>
<body>
<h1>Request blocked</h1>
<p>This request was not passed on. If you think that this is a mistake, tell the site's operator this number:</p>
<p><code>${id}</code></p>
</body>
</html>
`;
}
