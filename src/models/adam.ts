/** Steps of Adam (Kingma, Ba: "Adam: A Method for Stochastic Optimization", ICLR 2015), with the paper's own decay rates. */

const firstDecay = 0.9;
const secondDecay = 0.999;
const smallest = 1e-8;

/** Makes an optimizer for `count` parameters. Each step moves the parameters against the gradient, and keeps its moments. */
export function adam(
  count: number,
  learningRate: number,
): (parameters: Float64Array, gradient: Float64Array) => void {
  const first = new Float64Array(count);
  const second = new Float64Array(count);
  let firstPower = 1;
  let secondPower = 1;
  return (parameters, gradient) => {
    firstPower *= firstDecay;
    secondPower *= secondDecay;
    const step = learningRate / (1 - firstPower);
    const scale = 1 / (1 - secondPower);
    for (let i = 0; i < count; i++) {
      const slope = gradient[i]!;
      first[i] = firstDecay * first[i]! + (1 - firstDecay) * slope;
      second[i] = secondDecay * second[i]! + (1 - secondDecay) * slope * slope;
      parameters[i]! -= (step * first[i]!) / (Math.sqrt(second[i]! * scale) + smallest);
    }
  };
}
