/** The markups that posts are written in: a post in Markdown, as other editors, boards and wikis would hold it. */
import { Marked, marked } from "marked";
import type { Encoding } from "./encoding.ts";
import { encodings } from "./encoding.ts";

/** How a markup writes the parts in which code stands. */
interface Markup {
  readonly block: (code: string, language: string) => string;
  readonly inline: (code: string) => string;
}

const indented = (code: string, margin: string): string => code.replace(/^/gm, margin);

/** Writes the samples and the code within lines in another markup and leaves the rest as it is. */
function rewrite({ block, inline }: Markup): Encoding {
  return (post) =>
    marked
      .lexer(post)
      .map((token) =>
        token.type === "code"
          ? `${block(token.text as string, (token.lang as string | undefined) ?? "")}\n`
          : token.raw.replace(/`([^`\n]+)`/g, (_, code: string) => inline(code)),
      )
      .join("");
}

/** Writes HTML; markup within the Markdown becomes text. */
const editor = new Marked({ renderer: { html: ({ text }) => encodings["html"]!(text) } });

/** The markups by the name that grammars use. */
export const markups: Readonly<Record<string, Encoding>> = {
  /** What rich-text editors send: HTML, in which markup that somebody typed is text. Posts that are HTML already stay so. */
  rich: (post) => (post.startsWith("<") ? post : editor.parse(post, { async: false })),
  bbcode: rewrite({
    block: (code, language) => `[code${language === "" ? "" : `=${language}`}]\n${code}\n[/code]`,
    inline: (code) => `[icode]${code}[/icode]`,
  }),
  wiki: rewrite({
    block: (code, language) => `{code${language === "" ? "" : `:${language}`}}\n${code}\n{code}`,
    inline: (code) => `{{${code}}}`,
  }),
  indent: rewrite({ block: (code) => indented(code, "    "), inline: (code) => `\`${code}\`` }),
  /** People who know no markup. */
  bare: rewrite({ block: (code) => code, inline: (code) => code }),
  quote: (post) => indented(post, "> "),
  /** As forms send line ends. */
  crlf: (post) => post.replaceAll("\n", "\r\n"),
};
