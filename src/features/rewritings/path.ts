/** What a file system makes of a path. */

const dot = 0x2e;
const slash = 0x2f;
const colon = 0x3a;
const semicolon = 0x3b;
const backslash = 0x5c;

/** True for what climbs or stays, and for a path that begins with empty segments: ordinary paths are left as they are. */
function leadsSomewhereElse(text: string): boolean {
  const beginsEmpty = text.length > 2 && isSlash(text.charCodeAt(0)) && isSlash(text.charCodeAt(1));
  return beginsEmpty || text.includes("..") || text.includes("/./") || text.includes("\\.\\");
}

function isSlash(code: number): boolean {
  return code === slash || code === backslash;
}

/** As a file system reads a path: one kind of slash, no empty segments, none that stay where they are. */
export function collapsePath(text: string): string | undefined {
  if (!leadsSomewhereElse(text)) return undefined;
  const collapsed = Buffer.allocUnsafe(text.length);
  let changed = false;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    const last = length > 0 ? collapsed[length - 1] : 0;
    const beforeLast = length > 1 ? collapsed[length - 2] : 0;
    if (code === backslash) {
      code = slash;
      changed = true;
    }
    if (code === slash) {
      const isEmpty = last === slash && beforeLast !== colon;
      // `/./` stays where it is.
      const stays = last === dot && beforeLast === slash;
      if (isEmpty || stays) {
        changed = true;
        if (stays) length--;
        continue;
      }
      // `..;/` climbs on servers that cut the parameters of a segment off.
      if (last === semicolon && beforeLast === dot && collapsed[length - 3] === dot) {
        changed = true;
        length--;
      }
    } else if (code === dot && last === dot && beforeLast === dot) {
      // More than two dots are two, once something has cut `../` out.
      changed = true;
      continue;
    }
    collapsed[length++] = code;
  }
  return changed ? collapsed.toString("latin1", 0, length) : undefined;
}
