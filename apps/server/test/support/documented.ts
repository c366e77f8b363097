import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: object }>>;

/** The parts of an OpenAPI document that a test looks at. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object; readonly responses: Readonly<Record<string, { content: Content }>> };
}

/** Throws when an answer is not what the document says, or has something in it that the document does not tell of. */
export type CheckAnswer = (method: string, path: string, status: number, type: string, json: unknown) => void;

/** S04 S23 What is served, held to what is documented. */
export function createAnswerCheck(document: OpenApi): CheckAnswer {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(closed({ components: document.components }) as object, 'openapi');
  const checks = new Map<object, ValidateFunction>();
  const checkOf = (schema: object): ValidateFunction => {
    let check = checks.get(schema);
    if (check === undefined) {
      const text = JSON.stringify(closed(schema)).replaceAll('"#/components', '"openapi#/components');
      checks.set(schema, (check = ajv.compile(JSON.parse(text) as object)));
    }
    return check;
  };
  const addresses = Object.entries(document.paths)
    .toSorted(([one], [other]) => one.split('{').length - other.split('{').length)
    .map(([path, operations]) => ({
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
      operations,
    }));

  return (method, path, status, type, json) => {
    const operation = addresses.find(({ pattern }) => pattern.test(path))?.operations[method.toLowerCase()];
    if (operation === undefined) {
      if (status < 400 && /^\/(api|_)\//.test(path)) throw new Error(`${method} ${path} is not documented.`);
      return;
    }
    const response = operation.responses[status] ?? operation.responses['default'];
    if (status < 400 && operation.responses[status] === undefined) {
      throw new Error(`${method} ${path} answers ${status}, which is not documented.`);
    }
    const content =
      response?.$ref === undefined ? response?.content : document.components.responses['Problem']?.content;
    const schema = content?.[type]?.schema;
    if (schema === undefined) {
      if (/json/.test(type) && content !== undefined) throw new Error(`${method} ${path} answers ${type}.`);
      return;
    }
    const check = checkOf(schema);
    if (!check(json)) {
      throw new Error(`${method} ${path} answers ${status} otherwise than documented: ${ajv.errorsText(check.errors)}`);
    }
  };
}

/** The same schemas, with nothing allowed that they do not name. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, closed(value)]));
  const isShape = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  return isShape ? { ...copy, additionalProperties: false } : copy;
}
