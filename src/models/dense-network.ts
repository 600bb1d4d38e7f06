/**
 * A network of dense layers, tanh between them and the last one linear, with its derivatives (Rumelhart, Hinton, Williams:
 * "Learning representations by back-propagating errors", Nature 323, 1986). All numbers of a network stand in one list:
 * for each layer the weights, shape (inputs × units), input by input, and then the biases, shape (units).
 */
import type { Random } from "../random.ts";

/** Units of each layer, the input first. */
export type LayerSizes = ArrayLike<number>;

/** Scratch memory: what the units of each layer say, and how the loss changes with what goes into them. */
export interface Activations {
  /** Shape (layers), each (units); the first is the input. */
  readonly values: readonly Float64Array[];
  readonly slopes: readonly Float64Array[];
}

/** Makes scratch memory for one network. */
export function activationsFor(sizes: LayerSizes): Activations {
  const layers = () => Array.from(sizes, (units) => new Float64Array(units));
  return { values: layers(), slopes: layers() };
}

/** How many numbers a network has. */
export function parameterCount(sizes: LayerSizes): number {
  let count = 0;
  for (let layer = 1; layer < sizes.length; layer++) count += (sizes[layer - 1]! + 1) * sizes[layer]!;
  return count;
}

/** Weights drawn evenly within ±√(6 / (inputs + units)), biases 0 (Glorot, Bengio, AISTATS 2010). Advances `random`. */
export function drawParameters(sizes: LayerSizes, random: Random): Float64Array {
  const parameters = new Float64Array(parameterCount(sizes));
  let at = 0;
  for (let layer = 1; layer < sizes.length; layer++) {
    const inputs = sizes[layer - 1]!;
    const units = sizes[layer]!;
    const reach = Math.sqrt(6 / (inputs + units));
    for (const end = at + inputs * units; at < end; at++) parameters[at] = (2 * random.next() - 1) * reach;
    at += units;
  }
  return parameters;
}

/** Computes all layers from `values[0]`, and returns the last. Overwrites the other values. */
export function runForward(parameters: Float64Array, { values }: Activations): Float64Array {
  let first = 0;
  for (let layer = 1; layer < values.length; layer++) {
    const input = values[layer - 1]!;
    const output = values[layer]!;
    const biases = first + input.length * output.length;
    for (let unit = 0; unit < output.length; unit++) output[unit] = parameters[biases + unit]!;
    for (let i = 0; i < input.length; i++) {
      const value = input[i]!;
      if (value === 0) continue;
      const row = first + i * output.length;
      for (let unit = 0; unit < output.length; unit++) output[unit]! += value * parameters[row + unit]!;
    }
    if (layer + 1 < values.length)
      for (let unit = 0; unit < output.length; unit++) output[unit] = Math.tanh(output[unit]!);
    first = biases + output.length;
  }
  return values.at(-1)!;
}

/**
 * Adds the derivatives of a loss to `gradient`, in the order of the parameters. The caller has run forward and put the
 * derivatives by the output into the last of `slopes`; the others are overwritten.
 */
export function runBackward(
  parameters: Float64Array,
  { values, slopes }: Activations,
  gradient: Float64Array,
): void {
  let end = parameters.length;
  for (let layer = values.length - 1; layer > 0; layer--) {
    const input = values[layer - 1]!;
    const slope = slopes[layer]!;
    const inputSlope = slopes[layer - 1]!;
    const biases = end - slope.length;
    const first = biases - input.length * slope.length;
    for (let unit = 0; unit < slope.length; unit++) gradient[biases + unit]! += slope[unit]!;
    for (let i = 0; i < input.length; i++) {
      const value = input[i]!;
      const row = first + i * slope.length;
      if (value !== 0)
        for (let unit = 0; unit < slope.length; unit++) gradient[row + unit]! += value * slope[unit]!;
      // Nobody asks how the loss changes with the input of the whole.
      if (layer === 1) continue;
      let sum = 0;
      for (let unit = 0; unit < slope.length; unit++) sum += parameters[row + unit]! * slope[unit]!;
      inputSlope[i] = sum * (1 - value * value);
    }
    end = first;
  }
}
