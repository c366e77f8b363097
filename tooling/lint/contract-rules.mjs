// Rules that keep the event contract in one place: subjects have one builder, names one registry, and what handles all
// events really does.

/**
 * @typedef {{ type: string, [key: string]: any }} Node
 * @typedef {{ filename: string, sourceCode: { text: string }, report(problem: { node: object, message: string }): void }} Context
 */

const SUBJECT = /^flovyn\.(streams|events)\./;

/** A subject written by hand can have an empty id in it, or be one that nobody listens to. */
const noSubjectLiteral = {
  /** @param {Context} context */
  create(context) {
    /** @param {Node} node @param {unknown} text */
    const look = (node, text) => {
      if (typeof text !== 'string' || !SUBJECT.test(text)) return;
      context.report({ node, message: 'Subjects have one builder: @flovyn/events/nats.' });
    };
    return {
      /** @param {Node} node */
      Literal: (node) => look(node, node.value),
      /** @param {Node} node */
      TemplateElement: (node) => look(node, node.value.cooked),
    };
  },
};

/** In a file that says it handles every event, the rest may not go one way without a word. */
const noPartialInExhaustive = {
  /** @param {Context} context */
  create(context) {
    if (!context.sourceCode.text.includes('@exhaustive')) return {};
    return {
      /** @param {Node} node */
      CallExpression(node) {
        const { callee } = node;
        const name = callee.type === 'MemberExpression' ? callee.property.name : callee.name;
        if (name !== 'matchPartial') return;
        context.report({
          node,
          message: 'This file is @exhaustive: use match, so that a new event cannot be forgotten.',
        });
      },
    };
  },
};

const PREFIX = /^(WORKFLOW|TASK|TIMER|PROMISE|CHILD_WORKFLOW|CHILD|OPERATION|CANCELLATION|STATE|RETRY)_$/;

/** `CHILD_WORKFLOW_STARTED` is no event of a workflow, and `CANCELLATION_REQUESTED` has no prefix. */
const noEventPrefix = {
  /** @param {Context} context */
  create(context) {
    return {
      /** @param {Node} node */
      CallExpression(node) {
        const { callee, arguments: given } = node;
        if (callee.type !== 'MemberExpression' || callee.property.name !== 'startsWith') return;
        if (typeof given[0]?.value !== 'string' || !PREFIX.test(given[0].value)) return;
        context.report({
          node,
          message: 'Ask what an event is about: entityOf, byEntity or a guard of @flovyn/events.',
        });
      },
    };
  },
};

export const contractRules = {
  'no-subject-literal': noSubjectLiteral,
  'no-partial-in-exhaustive': noPartialInExhaustive,
  'no-event-prefix': noEventPrefix,
};
