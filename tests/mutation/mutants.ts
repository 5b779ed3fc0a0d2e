/**
 * A lint plugin that reports each place of a file where one line can be made wrong, with what to write there instead.
 * The parser of Deno thus keeps mutants away from types, comments and texts.
 *
 * @module
 */

/** What is written instead of an operator. */
const SWAPPED: Record<string, string> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "&": "|",
  "|": "&",
};

const DROPPED = ["CallExpression", "AssignmentExpression", "UpdateExpression", "AwaitExpression"];

function mutantsOf(context: Deno.lint.RuleContext): Deno.lint.LintVisitor {
  const textOf = (node: Deno.lint.Node) => context.sourceCode.getText(node);
  const report = (node: Deno.lint.Node, message: string) => context.report({ node, message });
  const negate = ({ test }: { test: Deno.lint.Node | null }) => {
    if (test !== null) report(test, `!(${textOf(test)})`);
  };
  return {
    IfStatement: negate,
    WhileStatement: negate,
    ConditionalExpression: negate,
    LogicalExpression(node) {
      report(node, `(${textOf(node.left)})`);
      report(node, `(${textOf(node.right)})`);
    },
    BinaryExpression(node) {
      const operator = SWAPPED[node.operator];
      if (operator === undefined) return;
      report(node, `${textOf(node.left)} ${operator} ${textOf(node.right)}`);
    },
    UpdateExpression(node) {
      const operator = node.operator === "++" ? "--" : "++";
      report(node, textOf(node).replace(node.operator, operator));
    },
    Literal(node) {
      if (node.parent.type.startsWith("TS")) return;
      if (typeof node.value === "number") report(node, `(${node.raw} + 1)`);
      if (typeof node.value === "boolean") report(node, `${!node.value}`);
    },
    ExpressionStatement(node) {
      if (DROPPED.includes(node.expression.type)) report(node, ";");
    },
    ReturnStatement(node) {
      if (node.argument === null) report(node, ";");
    },
  };
}

const plugin: Deno.lint.Plugin = { name: "mutants", rules: { mutant: { create: mutantsOf } } };
export default plugin;
