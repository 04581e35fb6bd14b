/**
 * A rule for ESLint: a list of a stranger's length becomes no list of arguments. `Math.max(...values)` and
 * `list.push(...items)` end in "Maximum call stack size exceeded" from some 100,000 on; `largest`, `smallest` and
 * `pushAll` (base/extremes.ts) take any number. A comment `bounded: why` says why a list is short.
 */
export const boundedSpreads = {
  meta: {
    type: "problem",
    messages: {
      unbounded:
        "this list may be of any length: take largest, smallest or pushAll (base/extremes.ts), or say in a comment 'bounded: why' why it is short",
    },
  },
  create(context) {
    const comments = context.sourceCode.getAllComments();
    const isExplained = ({ loc }) =>
      comments.some(
        (comment) =>
          [loc.start.line, loc.start.line - 1].includes(comment.loc.end.line) &&
          /\bbounded: /.test(comment.value),
      );
    return {
      CallExpression(node) {
        const name = node.callee.property?.name;
        if (!/^(max|min|hypot|push|unshift|splice|fromCharCode|fromCodePoint)$/.test(name)) return;
        const spread = node.arguments.some(
          ({ type, argument }) => type === "SpreadElement" && argument.type !== "ArrayExpression",
        );
        if (spread && !isExplained(node)) context.report({ node, messageId: "unbounded" });
      },
    };
  },
};
