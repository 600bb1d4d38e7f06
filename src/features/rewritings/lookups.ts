/** What a logging library makes of lookups. */

const dollar = 0x24;
const brace = 0x7b;
const closingBrace = 0x7d;

/** Times that nested lookups are resolved. */
const lookupRounds = 8;
/** Names of lookups that give back what they are given. */
const plainLookups = new Set(["lower", "upper", "lc", "uc", "base64", "urlencode"]);

/** As a logging library reads lookups: `${lower:j}` and `${env:NONE:-j}` are `j`. */
export function resolveLookups(text: string): string | undefined {
  let current = text;
  for (let round = 0; round < lookupRounds; round++) {
    let out = "";
    let copied = 0;
    let opening = -1;
    for (let i = 0; i < current.length; i++) {
      const code = current.charCodeAt(i);
      if (code === dollar && current.charCodeAt(i + 1) === brace) opening = i;
      else if (code === closingBrace && opening >= 0) {
        const inner = current.slice(opening + 2, i);
        const fallback = inner.indexOf(":-");
        const name = inner.indexOf(":");
        let value: string | undefined;
        if (fallback >= 0) value = inner.slice(fallback + 2);
        else if (name > 0 && plainLookups.has(inner.slice(0, name).toLowerCase()))
          value = inner.slice(name + 1);
        if (value !== undefined) {
          out += current.slice(copied, opening) + value;
          copied = i + 1;
        }
        opening = -1;
      }
    }
    if (copied === 0) return current === text ? undefined : current;
    current = out + current.slice(copied);
  }
  return current;
}
