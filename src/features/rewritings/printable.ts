/** Whether what was spelled out is text at all. */
import { isBlank } from "../characters.ts";

const blank = 0x20;

/** True for printable ASCII, blanks and ends of lines alone. */
export function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < blank && !isBlank(code)) || code > 0x7e) return false;
  }
  return true;
}
