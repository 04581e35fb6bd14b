import type { Rule } from "eslint";

export const boundedLengths: Rule.RuleModule;
