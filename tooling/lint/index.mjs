import { contractRules } from './contract-rules.mjs';

/** `new Date()` reads the clock; `new Date(value)` does not. The rules that come with oxlint cannot tell them apart. */
const noCurrentDate = {
  /** @param {{ report(problem: { node: object, message: string }): void }} context */
  create(context) {
    return {
      /** @param {{ callee: { type: string, name?: string }, arguments: unknown[] }} node */
      NewExpression(node) {
        if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0) {
          context.report({ node, message: 'Take the time from the Clock port: new Date() reads the clock.' });
        }
      },
    };
  },
};

export default { meta: { name: 'flovyn' }, rules: { 'no-current-date': noCurrentDate, ...contractRules } };
