/** What a browser of old made of UTF-7. */
import { isPrintable } from "./printable.ts";

/** As a browser reads UTF-7 (RFC 2152): `+ADw-script+AD4-` is `<script>`. */
export function decodeUtf7(text: string): string | undefined {
  let out = "";
  let copied = 0;
  for (let i = text.indexOf("+A"); i >= 0; i = text.indexOf("+A", i + 1)) {
    const length = text.slice(i, i + 64).indexOf("-");
    if (length < 4) continue;
    const end = i + length;
    const units = Buffer.from(text.slice(i + 1, end), "base64");
    if (units.length < 2) continue;
    let spelled = "";
    for (let j = 0; j + 1 < units.length; j += 2) spelled += String.fromCharCode(units.readUInt16BE(j));
    if (!isPrintable(spelled)) continue;
    out += text.slice(copied, i) + spelled;
    copied = end + 1;
    i = end;
  }
  return copied === 0 ? undefined : out + text.slice(copied);
}
