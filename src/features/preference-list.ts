/** Lists of what a client prefers to get, which browsers send with every request. */

/** What the characters of a list of preferences are; 0 for all that may not stand in one. */
const preferenceByte = new Uint8Array(256);
const starting = 1;
const following = 2;
const blank = 0x20;
const comma = 0x2c;
const slash = 0x2f;
const semicolon = 0x3b;
const equals = 0x3d;
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z*]/.test(character)) preferenceByte[byte] = starting;
  else if (/[0-9._+-]/.test(character)) preferenceByte[byte] = following;
}

/**
 * True for a list of media types, languages or encodings as clients send it (RFC 9110, section 12.5), such as
 * `text/html,image/*;q=0.8`: words with at most one slash between, and parameters with a value. Nothing in it can be more
 * than a word. Linear.
 */
export function isPreferenceList(value: string): boolean {
  let isEmpty = true;
  let hasSlash = false;
  let inParameter = false;
  let hasValue = true;
  for (let i = 0; i < value.length; i++) {
    const byte = value.charCodeAt(i);
    const kind = preferenceByte[byte];
    if (kind === starting || (kind === following && !isEmpty)) isEmpty = false;
    else if (byte === blank && isEmpty) continue;
    else if (isEmpty) return false;
    else if (byte === slash && !hasSlash && !inParameter) {
      hasSlash = true;
      isEmpty = true;
    } else if (byte === equals && inParameter) hasValue = true;
    else if ((byte === comma || byte === semicolon) && hasValue) {
      inParameter = byte === semicolon;
      hasValue = !inParameter;
      hasSlash = false;
      isEmpty = true;
    } else return false;
  }
  return !isEmpty && hasValue;
}
