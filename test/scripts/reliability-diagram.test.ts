import { describe, expect, test } from "vitest";
import { reliabilityDiagram } from "../../scripts/reliability-diagram.ts";

interface Point {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const pointsOf = (svg: string): Point[] =>
  [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)">/g)].map(([, x, y, radius]) => ({
    x: Number(x),
    y: Number(y),
    radius: Number(radius),
  }));

describe("a point", () => {
  const [middle, sure, none] = pointsOf(
    reliabilityDiagram([
      { probability: 0.5, observed: 0.5, count: 100 },
      { probability: 0.99, observed: 0.9, count: 400 },
      { probability: 1e-9, observed: 0, count: 1 },
    ]),
  ) as [Point, Point, Point];

  test("on the diagonal is as far from the left as from the bottom", () => {
    expect(middle.x).toBeCloseTo(420 - middle.y, 5);
  });

  test("below it is less often an attack than it says", () => {
    expect(sure.x).toBeGreaterThan(420 - sure.y);
  });

  test("beyond the axes stands at their end", () => {
    expect(none).toMatchObject({ x: 56, y: 364 });
  });

  test("is larger for more rows", () => {
    expect(sure.radius).toBeGreaterThan(middle.radius);
    expect(middle.radius).toBeGreaterThan(none.radius);
  });
});

test("without bins it is axes and a diagonal, in both colour schemes", () => {
  const svg = reliabilityDiagram([]);
  expect(pointsOf(svg)).toEqual([]);
  expect(svg).toContain('class="diagonal"');
  expect(svg).toContain("prefers-color-scheme: dark");
  expect(svg).not.toContain("NaN");
});
