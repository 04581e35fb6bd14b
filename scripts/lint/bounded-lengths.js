/**
 * A rule for ESLint: whatever becomes a length must be bounded. `new Float32Array(n)`, `new Array(n)`, `Array(n)`
 * (and what fills it), `Array.from({ length: n })` and `text.repeat(n)` take memory for a number that may come from
 * a file, and no file may make the process abort. A length is bounded when it is a literal, the length of something
 * that is there, `checkedLength(n, what)`, or made of such; a comment `bounded: why` says what else bounds it.
 *
 * The one option is a list of words: numbers of these names are bounded in the folder that it is set for, and the
 * configuration says by what.
 */
export const boundedLengths = {
  meta: {
    type: "problem",
    schema: [{ type: "array", items: { type: "string" } }],
    defaultOptions: [[]],
    messages: {
      unbounded:
        "this length may come from a file: give it to checkedLength() (base/checked-length.ts), or say in a comment 'bounded: why' what bounds it",
    },
  },
  create(context) {
    const source = context.sourceCode;
    const words = new Set(context.options[0]);
    const seen = new Set();

    const all = (nodes, scope) => nodes.every((node) => isBounded(node, scope));

    function isBounded(node, scope) {
      switch (node?.type) {
        case "Literal":
          return true;
        case "TSNonNullExpression":
        case "TSAsExpression":
        case "UnaryExpression":
          return isBounded(node.expression ?? node.argument, scope);
        case "MemberExpression":
          return (
            !node.computed &&
            (/^(length|size|byteLength|BYTES_PER_ELEMENT)$/.test(node.property.name) ||
              words.has(node.property.name))
          );
        case "ConditionalExpression":
          return all([node.consequent, node.alternate], scope);
        case "LogicalExpression":
          return all([node.left, node.right], scope);
        case "BinaryExpression":
          if (["&", "%"].includes(node.operator))
            return isBounded(node.left, scope) || isBounded(node.right, scope);
          return all([node.left, node.right], scope);
        case "CallExpression": {
          const name = node.callee.name ?? node.callee.property?.name;
          if (name === "checkedLength") return true;
          if (name === "min") return node.arguments.some((part) => isBounded(part, scope));
          return (
            (["max", "ceil", "floor", "abs", "sqrt"].includes(name) &&
              all(node.arguments, scope)) ||
            words.has(name)
          );
        }
        case "Identifier":
          // A rank is the length of a shape, which is bounded where shapes are made.
          return node.name === "rank" || words.has(node.name) || isBoundedName(node, scope);
        default:
          return false;
      }
    }

    /** A constant that was made of bounded parts; a constant of capital letters is the program's own. */
    function isBoundedName(node, scope) {
      let at = scope;
      let variable;
      while (at && !(variable = at.set.get(node.name))) at = at.upper;
      const [definition] = variable?.defs ?? [];
      if (definition?.type === "ImportBinding") return /^[A-Z_]+$/.test(node.name);
      if (definition?.type !== "Variable" || definition.parent.kind !== "const") return false;
      if (seen.has(variable)) return false;
      seen.add(variable);
      const { id, init } = definition.node;
      const bounded =
        id.type === "Identifier"
          ? isBounded(init, scope)
          : id.type === "ObjectPattern" &&
            id.properties.some(
              ({ key, value }) =>
                key?.name === "length" && (value.name ?? value.left?.name) === node.name,
            );
      seen.delete(variable);
      return bounded;
    }

    function isExplained(node) {
      const lines = [node.loc.start.line, node.loc.start.line - 1, node.loc.end.line];
      return source
        .getAllComments()
        .some(
          (comment) => lines.includes(comment.loc.end.line) && /\bbounded: /.test(comment.value),
        );
    }

    function check(node, length) {
      if (isBounded(length, source.getScope(node)) || isExplained(node)) return;
      context.report({ node, messageId: "unbounded" });
    }

    return {
      NewExpression: checkArray,
      CallExpression(node) {
        // `Array(n)` makes what `new Array(n)` does.
        if (node.callee.name === "Array") checkArray(node);
        const name = node.callee.property?.name;
        const [first] = node.arguments;
        if (/^(repeat|alloc|allocUnsafe)$/.test(name) && first) check(node, first);
        if (/^pad(Start|End)$/.test(name) && first) check(node, first);
        if (name !== "from" || first?.type !== "ObjectExpression") return;
        const length = first.properties.find(({ key }) => key?.name === "length");
        if (length) check(node, length.value);
      },
    };

    function checkArray(node) {
      const { callee } = node;
      const [first, ...more] = node.arguments;
      const name = callee.name ?? callee.property?.name ?? "";
      if (!/^(Array|\w*ArrayBuffer|\w+Array|[cC]onstructor)$/.test(name)) return;
      if (first === undefined || more.length > 0) return;
      const isData = ["ArrayExpression", "SpreadElement"].includes(first.type);
      if (!isData && !isCopy(first, node)) check(node, first);
    }

    /** `new Uint8Array(bytes)`: what is copied is there already. */
    function isCopy(argument, node) {
      if (argument.type === "AwaitExpression") return isCopy(argument.argument, node);
      if (argument.type === "TSNonNullExpression") return isCopy(argument.expression, node);
      // Memory that threads share is called mail; what a body or a blob holds is there as well.
      const name = argument.callee?.property?.name ?? argument.property?.name ?? argument.name;
      if (/^(buffer|arrayBuffer|subarray|slice|mail)$/.test(name)) return true;
      if (argument.object?.name === "mail") return true;
      if (argument.type !== "Identifier" && argument.type !== "MemberExpression") return false;
      const services = source.parserServices;
      if (!services?.program)
        return /^(bytes|data|values|buffer|source)$/.test(argument.name ?? "");
      const type = services.getTypeAtLocation(argument);
      return (type.flags & 296) === 0 && node !== undefined; // no number
    }
  },
};
