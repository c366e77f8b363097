import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Contract, JsonSchema } from '@flovyn/contract-check';

/** What a reader that has only the schemas of a version makes of a frame. */
export type Read = { readonly kind: 'ok' | 'unknown' } | { readonly kind: 'invalid'; readonly problems: string };

interface Entry {
  readonly definition?: string;
}

/** A reader of a released version: until one is published, its schemas stand for its code. */
export function readerOf({ manifest, schema }: Contract): (frame: unknown) => Read {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...(schema as object), $id: 'contract' });
  // The event is read by its name, as a reader does: one big union could not tell an unknown event from an invalid one.
  const frameValidator = ajv.compile(withoutEvent(schema));
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (definition: string): ValidateFunction => {
    const known = validators.get(definition) ?? ajv.compile({ $ref: `contract#/$defs/${definition}` });
    validators.set(definition, known);
    return known;
  };

  return (frame) => {
    if (!frameValidator(frame)) return { kind: 'invalid', problems: ajv.errorsText(frameValidator.errors) };
    const { event } = frame as { readonly event: { readonly type?: unknown; readonly event?: unknown } };
    const isNews = event.type === 'Event';
    const names: Readonly<Record<string, Entry>> = (isNews ? manifest.events : manifest.streamEvents) ?? {};
    const name = String(isNews ? event.event : event.type);
    if (!Object.hasOwn(names, name)) return { kind: 'unknown' };
    const validate = validatorOf(names[name]?.definition ?? name);
    return validate(event) ? { kind: 'ok' } : { kind: 'invalid', problems: ajv.errorsText(validate.errors) };
  };
}

function withoutEvent(schema: JsonSchema): object {
  const { $defs } = schema as unknown as { readonly $defs: { readonly Frame: { readonly properties: object } } };
  const { Frame } = $defs;
  return { ...Frame, properties: { ...Frame.properties, event: { type: 'object' } } };
}
