import { describe, expect, it } from "vitest";
import { postRules, readPosts } from "../../../corpus/generate/written-posts.ts";

const posts = readPosts();

describe("the hand-written posts", () => {
  it("are many, none twice", () => {
    expect(posts.length).toBeGreaterThanOrEqual(1_500);
    expect(new Set(posts).size).toBe(posts.length);
  });

  it.each([
    ["are whole posts", (post: string) => post.length < 20 || post.length > 8_000],
    ["hold no separator", (post: string) => /^=====\s*$/m.test(post)],
    [
      "close the samples they open",
      (post: string) => (post.match(/^\s*(?:> )*```/gm) ?? []).length % 2 === 1,
    ],
    [
      "are nothing that an application would run or a rule is right about",
      (post: string) =>
        /alert\(1\)|alert\(document|' or '?1'?='?1|\$\{jndi:|\.\.\/\.\.\/\.\.\/etc|\/dev\/tcp\/|\{\{7\*7/i.test(
          post,
        ),
    ],
  ])("%s", (_, isWrong) => {
    expect(posts.filter(isWrong)).toEqual([]);
  });
});

describe("the rules made of posts", () => {
  const post =
    "Some prose.\n\n```sql\nSELECT 1\nFROM t\nWHERE x = 2;\n```\n\n```\nls -l\n```\n\n- an item\n\nMore\nprose.";

  it("are posts, paragraphs, samples of several lines, and pieces of prose without markup", () => {
    const rules = postRules([post, "One two `three`.", "Four five six seven eight."]);
    expect(rules.get("writtenPost")).toContain(post);
    expect(rules.get("writtenProse")).toEqual([
      "Some prose.",
      "More\nprose.",
      "One two `three`.",
      "Four five six seven eight.",
    ]);
    expect(rules.get("writtenWords")).toEqual([
      "Some",
      "prose.",
      "More prose.",
      "Four five six seven eight.",
    ]);
    expect(rules.get("writtenCode")).toEqual(["SELECT 1\nFROM t\nWHERE x = 2;"]);
  });
});
