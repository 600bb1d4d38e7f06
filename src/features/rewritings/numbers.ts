/** What a database or a decoder of paths makes of hexadecimal and octal numbers. */
import { hexAt } from "../../transaction/decode.ts";
import { isPrintable } from "./printable.ts";

const blank = 0x20;
const zero = 0x30;
const backslash = 0x5c;
const lowerX = 0x78;

/** As a database or a decoder of paths reads hexadecimal and octal numbers: `0x2e0x2e0x2f`, `0x73656c656374`, `\56\56\57`. */
export function spellNumbers(text: string): string | undefined {
  let out = "";
  let copied = 0;
  for (let i = 0; i + 2 < text.length; i++) {
    const code = text.charCodeAt(i);
    let spelled = "";
    let end = i;
    if (code === zero && (text.charCodeAt(i + 1) | blank) === lowerX) {
      end = i + 2;
      while (hexAt(text, end) >= 0 && hexAt(text, end + 1) >= 0) {
        spelled += String.fromCharCode(hexAt(text, end) * 16 + hexAt(text, end + 1));
        end += 2;
        if (text.charCodeAt(end) === zero && (text.charCodeAt(end + 1) | blank) === lowerX) end += 2;
      }
      if (spelled.length < 2) continue;
    } else if (code === backslash) {
      end = i;
      while (text.charCodeAt(end) === backslash) {
        let value = 0;
        let j = end + 1;
        while (j - end <= 3 && text.charCodeAt(j) >= zero && text.charCodeAt(j) <= 0x37)
          value = value * 8 + text.charCodeAt(j++) - zero;
        if (j - end < 3 || value > 0x7e) break;
        spelled += String.fromCharCode(value);
        end = j;
      }
      if (spelled.length < 2) continue;
    } else continue;
    if (!isPrintable(spelled)) continue;
    out += text.slice(copied, i) + spelled;
    copied = end;
    i = end - 1;
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}
