import type { ErrorObject } from 'ajv';

/**
 * What a schema found wrong, with its place: `input.items[0].price must be number`. Never holds a value of what was checked.
 *
 * @param what - what the whole is called: `input`.
 */
export function describeProblem({ instancePath, keyword, params, message }: ErrorObject, what: string): string {
  const given: Readonly<Record<string, unknown>> = params;
  const steps = instancePath.split('/').slice(1).map(unescaped);
  switch (keyword) {
    case 'required':
      return `${placeOf(what, [...steps, String(given['missingProperty'])])} is missing`;
    case 'additionalProperties':
      return `${placeOf(what, [...steps, String(given['additionalProperty'])])} is not known`;
    case 'unevaluatedProperties':
      return `${placeOf(what, [...steps, String(given['unevaluatedProperty'])])} is not known`;
    case 'enum':
      return `${placeOf(what, steps)} must be one of ${shown(given['allowedValues'])}`;
    case 'const':
      return `${placeOf(what, steps)} must be ${shown(given['allowedValue'])}`;
    default:
      return `${placeOf(what, steps)} ${message ?? 'does not fit'}`;
  }
}

function placeOf(what: string, steps: readonly string[]): string {
  return steps.reduce((place, step) => {
    if (/^\d+$/.test(step)) return `${place}[${step}]`;
    return /^[A-Za-z_$][\w$]*$/.test(step) && step.length <= 64
      ? `${place}.${step}`
      : `${place}[${JSON.stringify(step.slice(0, 64))}]`;
  }, what);
}

/** RFC 6901. */
function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
