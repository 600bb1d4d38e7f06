/**
 * Python's pickle (pickletools, protocols 0 to 5): a program for a machine with a stack. Its instructions are followed
 * without running them, to see whether it names something of a module and calls it.
 */
import { isDigit, isWord } from "../characters.ts";

/** Most instructions that are followed. */
const mostInstructions = 192;
/** Longest line of protocol 0. */
const longestLine = 256;

/** What stands behind an instruction: bytes, lines, or as many bytes as a number in front of them says. */
interface Operands {
  readonly bytes: number;
  readonly lines: number;
  /** Bytes of the length of what follows, or 0. */
  readonly counted: number;
}

const operandsOf: (Operands | undefined)[] = [];
const define = (codes: string, operands: Partial<Operands> = {}): void => {
  for (const code of codes) operandsOf[code.charCodeAt(0)] = { bytes: 0, lines: 0, counted: 0, ...operands };
};
define("(.012NQRabdelostu)}]\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98");
define("FILSVPgp", { lines: 1 });
define("ci", { lines: 2 });
define("Khq\x80\x82", { bytes: 1 });
define("M\x83", { bytes: 2 });
define("Jjr\x84", { bytes: 4 });
define("G\x95", { bytes: 8 });
define("UC\x8a\x8c", { counted: 1 });
define("TXB\x8b", { counted: 4 });
define("\x8d\x8e\x96", { counted: 8 });

const stop = 0x2e;

/** True where the program that a text is, or that begins in it with its protocol, makes an object. Pure; linear. */
export function holdsPickle(text: string): boolean {
  const first = text.charCodeAt(0);
  // c ( \x80: a program without a protocol begins with a name or a mark.
  if ((first === 0x63 || first === 0x28) && makesObject(text, 0)) return true;
  for (let i = text.indexOf("\x80"); i >= 0; i = text.indexOf("\x80", i + 1)) {
    const protocol = text.charCodeAt(i + 1);
    if (protocol >= 2 && protocol <= 5) return makesObject(text, i);
  }
  return false;
}

/** True where the program at `from` names something and makes an object of it, up to its end or to that of the text. */
function makesObject(text: string, from: number): boolean {
  let i = from;
  let isNamed = false;
  let isMarked = false;
  let hasArguments = false;
  let isMade = false;
  for (let instruction = 0; instruction < mostInstructions && i < text.length; instruction++) {
    const code = text.charCodeAt(i);
    if (code === stop) return isMade;
    const operands = operandsOf[code];
    if (operands === undefined) return false;
    let next = i + 1 + operands.bytes;
    for (let line = 0; line < operands.lines; line++) {
      const end = text.slice(next, next + longestLine).indexOf("\n");
      if (end < 0) return isMade && next + longestLine > text.length;
      if (!isLine(text, next, next + end, code)) return false;
      next += end + 1;
    }
    if (operands.counted > 0) next += operands.counted + lengthAt(text, next, operands.counted);
    switch (code) {
      case 0x28: // (
        isMarked = true;
        break;
      case 0x63: // c
      case 0x93:
        isNamed = true;
        break;
      case 0x74: // t
        if (!isMarked) return false;
        hasArguments = true;
        break;
      case 0x29: // )
      case 0x85:
      case 0x86:
      case 0x87:
        hasArguments = true;
        break;
      case 0x69: // i
      case 0x6f: // o
        if (!isMarked) return false;
        isMade = true;
        break;
      case 0x52: // R
      case 0x81:
      case 0x92:
        if (!isNamed || !hasArguments) return false;
        isMade = true;
        break;
      default:
    }
    i = next;
  }
  return isMade;
}

/** True for a line as its instruction has it: names of modules and classes, quoted strings, numbers. */
function isLine(text: string, from: number, until: number, code: number): boolean {
  if (until === from) return code === 0x56;
  const first = text.charCodeAt(from);
  switch (code) {
    case 0x63: // c
    case 0x69: // i
      for (let i = from; i < until; i++)
        if (!isWord(text.charCodeAt(i)) && text.charCodeAt(i) !== 0x2e) return false;
      return true;
    case 0x53: // S
      return (first === 0x27 || first === 0x22) && text.charCodeAt(until - 1) === first;
    case 0x56: // V
    case 0x50: // P
      return true;
    default:
      return isDigit(first) || first === 0x2d;
  }
}

/** The number in `bytes` bytes at `from`, the lowest first; no more than what any text has. */
function lengthAt(text: string, from: number, bytes: number): number {
  let length = 0;
  for (let i = Math.min(bytes, 4) - 1; i >= 0; i--) length = length * 256 + (text.charCodeAt(from + i) || 0);
  return length;
}
