import { type Json, type JsonObject, isObject } from '../json.js';
import { SchemaError } from './document.js';

const isText = (value: Json): boolean => typeof value === 'string';
const isNumber = (value: Json): boolean => typeof value === 'number';
const isFlag = (value: Json): boolean => typeof value === 'boolean';
const isList = (value: Json): boolean => Array.isArray(value);
const isTexts = (value: Json): boolean => Array.isArray(value) && value.every((one: Json) => typeof one === 'string');

/** What the value of a keyword looks like. A keyword of an older draft with another form would be silently misread. */
const FORMS: Readonly<Record<string, (value: Json) => boolean>> = {
  $ref: isText,
  allOf: isList,
  anyOf: isList,
  oneOf: isList,
  enum: isList,
  'x-open-enum': isTexts,
  'x-open-union': isText,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => typeof value === 'number' && value > 0,
  minLength: isNumber,
  maxLength: isNumber,
  minItems: isNumber,
  maxItems: isNumber,
  minProperties: isNumber,
  maxProperties: isNumber,
  pattern: isText,
  format: isText,
  uniqueItems: isFlag,
  prefixItems: isList,
  properties: isObject,
  required: isTexts,
};

/** @throws {SchemaError} if a keyword has a value of another form than draft 2020-12 gives it. */
export function checkForms(schema: JsonObject): void {
  for (const [keyword, value] of Object.entries(schema)) {
    const isRight = Object.hasOwn(FORMS, keyword) ? FORMS[keyword] : undefined;
    if (isRight?.(value) === false) {
      throw new SchemaError(`\`${keyword}\` cannot be ${JSON.stringify(value)} in JSON Schema draft 2020-12.`);
    }
  }
}
