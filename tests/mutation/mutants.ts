/**
 * A lint plugin that reports each place of a file where one line can be made wrong, with what to write there instead.
 * The parser of Deno thus keeps mutants away from types, comments and texts. A number that a file gives a name is left
 * as it is: most are limits and times that one more or less of does not matter.
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
      if (typeof node.value === "number" && !isNamed(node)) report(node, `(${node.raw} + 1)`);
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

/** Whether a number is part of a constant of its module. */
function isNamed(literal: Deno.lint.Node): boolean {
  let node: { readonly type: string; readonly parent?: unknown } = literal;
  while (/Expression$|^Literal$/.test(node.type)) node = node.parent as typeof node;
  if (node.type !== "VariableDeclarator") return false;
  const { parent } = node.parent as { readonly parent: { readonly type: string } };
  return parent.type === "Program" || parent.type === "ExportNamedDeclaration";
}

const plugin: Deno.lint.Plugin = { name: "mutants", rules: { mutant: { create: mutantsOf } } };
export default plugin;
