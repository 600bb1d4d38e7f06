import { describe, expect, it } from "vitest";
import { markups } from "../../../corpus/generate/markup.ts";

const post = "Use `a < b` here:\n\n```sql\nSELECT 1;\n\nSELECT 2;\n```\n\nThanks";

describe("a post in another markup", () => {
  it.each([
    [
      "rich",
      '<p>Use <code>a &lt; b</code> here:</p>\n<pre><code class="language-sql">SELECT 1;\n\nSELECT 2;\n</code></pre>\n<p>Thanks</p>\n',
    ],
    ["bbcode", "Use [icode]a < b[/icode] here:\n\n[code=sql]\nSELECT 1;\n\nSELECT 2;\n[/code]\n\n\nThanks"],
    ["wiki", "Use {{a < b}} here:\n\n{code:sql}\nSELECT 1;\n\nSELECT 2;\n{code}\n\n\nThanks"],
    ["indent", "Use `a < b` here:\n\n    SELECT 1;\n    \n    SELECT 2;\n\n\nThanks"],
    ["bare", "Use a < b here:\n\nSELECT 1;\n\nSELECT 2;\n\n\nThanks"],
    ["quote", post.replace(/^/gm, "> ")],
    ["crlf", post.replaceAll("\n", "\r\n")],
  ])("%s", (name, expected) => {
    expect(markups[name]!(post)).toBe(expected);
  });

  it("has no element that somebody typed outside of a sample", () => {
    expect(markups["rich"]!("Put <b>this</b> there.\n\n<script>\n\nand <i>so</i>")).not.toMatch(
      /<(b|i|script)>/,
    );
  });

  it("stays as it is where it is HTML already", () => {
    expect(markups["rich"]!("<p>one</p>")).toBe("<p>one</p>");
  });
});
