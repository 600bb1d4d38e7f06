/**
 * HOLE, on purpose: the handbook's preview evaluates `{{ … }}` in whatever a visitor typed. Harmless to the machine,
 * since the language has numbers, strings, + and *, and the names below; but `{{ 7 * 6 }}` does come out as 42, which
 * is what a template-injection probe looks for.
 */
const names: Readonly<Record<string, string>> = {
  "shop.name": "Tinker's Yard",
  "shop.database_password": "not-a-real-one",
};

/** Replaces every `{{ expression }}`; what it does not understand stays as it was. */
export function renderTemplate(text: string): string {
  const pieces = text.split("{{");
  return pieces
    .map((piece, index) => {
      const end = piece.indexOf("}}");
      if (index === 0 || end < 0) return index === 0 ? piece : `{{${piece}`;
      const value = evaluate(piece.slice(0, end));
      return value === undefined ? `{{${piece}` : value + piece.slice(end + 2);
    })
    .join("");
}

function evaluate(expression: string): string | undefined {
  const source = expression.trim();
  const named = names[source];
  if (named !== undefined) return named;
  for (const operator of ["*", "+"]) {
    const operands = source.split(operator);
    if (operands.length !== 2) continue;
    const [left, right] = operands.map((operand) => operand.trim());
    if (!left || !right) return undefined;
    if (operator === "*" && /^\d{1,9}$/.test(left) && /^'\d{1,9}'$/.test(right)) {
      return right.slice(1, -1).repeat(Math.min(Number(left), 50));
    }
    const [a, b] = [Number(left), Number(right)];
    if (Number.isNaN(a) || Number.isNaN(b)) return undefined;
    return String(operator === "*" ? a * b : a + b);
  }
  return undefined;
}
