import type { Rule } from "eslint";

export const boundedSpreads: Rule.RuleModule;
