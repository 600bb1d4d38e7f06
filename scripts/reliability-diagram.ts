/** Draws a reliability diagram as SVG: how many of the requests with some probability are attacks. */
import type { ReliabilityBin } from "../src/training/reliability.ts";

const size = 420;
const margin = 56;
/** Both axes are log-odds up to this: what lies beyond, such as a share of none, stands at the edge. */
const farthest = 6;
const ticks = [0.01, 0.1, 0.5, 0.9, 0.99];
const smallestRadius = 3;
const largestRadius = 14;

/** Colours of the text and lines follow the reader's scheme; the points are legible on both. */
const style = `svg { background: #fff; color: #222; font: 12px sans-serif }
@media (prefers-color-scheme: dark) { svg { background: #111; color: #ddd } }
text { fill: currentColor }
line { stroke: currentColor; stroke-opacity: 0.25 }
.diagonal { stroke-opacity: 0.8; stroke-dasharray: 5 4 }
circle { fill: #3b82f6; fill-opacity: 0.7; stroke: currentColor }`;

/** The diagram; a point for each bin, whose area grows with its count. */
export function reliabilityDiagram(bins: readonly ReliabilityBin[]): string {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const low = x(0);
  const high = x(1);
  const points = bins.map(({ probability, observed, count }) => {
    const radius = smallestRadius + (largestRadius - smallestRadius) * Math.sqrt(count / most);
    const title = `${count} rows: mean probability ${probability.toFixed(4)}, share of attacks ${observed.toFixed(4)}`;
    return `<circle cx="${x(probability)}" cy="${y(observed)}" r="${radius.toFixed(1)}"><title>${title}</title></circle>`;
  });
  const grid = ticks.flatMap((tick) => [
    `<line x1="${x(tick)}" y1="${y(0)}" x2="${x(tick)}" y2="${y(1)}"/>`,
    `<line x1="${low}" y1="${y(tick)}" x2="${high}" y2="${y(tick)}"/>`,
    `<text x="${x(tick)}" y="${size - margin + 18}" text-anchor="middle">${tick}</text>`,
    `<text x="${margin - 8}" y="${y(tick)}" text-anchor="end" dominant-baseline="middle">${tick}</text>`,
  ]);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" role="img">`,
    "<title>Reliability of the probabilities</title>",
    `<style>${style}</style>`,
    ...grid,
    `<line class="diagonal" x1="${low}" y1="${y(0)}" x2="${high}" y2="${y(1)}"/>`,
    ...points,
    `<text x="${size / 2}" y="${size - 12}" text-anchor="middle">mean probability</text>`,
    `<text transform="translate(14 ${size / 2}) rotate(-90)" text-anchor="middle">share of attacks</text>`,
    "</svg>",
  ].join("\n")}\n`;
}

/** Where a share lies along an axis, from 0 to 1. */
function along(share: number): number {
  const logit = Math.log(share) - Math.log1p(-share);
  return (Math.max(-farthest, Math.min(farthest, logit)) + farthest) / (2 * farthest);
}

function x(share: number): string {
  return (margin + along(share) * (size - 2 * margin)).toFixed(1);
}

function y(share: number): string {
  return (size - margin - along(share) * (size - 2 * margin)).toFixed(1);
}
