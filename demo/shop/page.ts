/** The shop's HTML: one frame for every page, and escaping for whatever visitors wrote. */

/** Makes text safe inside HTML text and double-quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Puts HTML content into the frame of the shop. `content` is trusted. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(title)} · Tinker's Yard</title>
<link rel="stylesheet" href="/assets/yard.css"><script src="/assets/yard.js" defer></script></head>
<body>
<p class="warning">A deliberately vulnerable demonstration. Never put it on a network.</p>
<nav><a href="/">Yard</a> <a href="/forum">Forum</a> <a href="/wiki/start">Handbook</a> <a href="/contact">Contact</a>
<a href="/upload">Upload</a> <a href="/login">Log in</a> <a href="/profile">Profile</a></nav>
<form action="/search" class="search"><input name="q" aria-label="Search"><button>Search</button></form>
<main>${content}</main>
</body></html>`;
}

/** A form of labelled inputs; each field is a name, with `*` behind it for a text area. */
export function form(action: string, fields: readonly string[], multipart = false): string {
  const inputs = fields.map((field) => {
    const name = field.replace("*", "");
    return field.endsWith("*")
      ? `<label>${name}<textarea name="${name}"></textarea></label>`
      : `<label>${name}<input name="${name}" type="${inputType(name)}"></label>`;
  });
  const encoding = multipart ? ' enctype="multipart/form-data"' : "";
  return `<form method="post" action="${action}"${encoding}>${inputs.join("")}<button>Send</button></form>`;
}

function inputType(name: string): string {
  if (name === "password") return "password";
  return name === "file" ? "file" : "text";
}
