import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

interface Descriptor {
  file: {
    package: string;
    messageType?: Message[];
    enumType?: { name: string; value: { name: string; number?: number }[] }[];
    service?: { name: string; method: Method[] }[];
  }[];
}
interface Message {
  name: string;
  field?: Field[];
  oneofDecl?: { name: string }[];
}
interface Field {
  name: string;
  number: number;
  type: string;
  label: string;
  typeName?: string;
  oneofIndex?: number;
  proto3Optional?: boolean;
}
interface Method {
  name: string;
  inputType: string;
  outputType: string;
  clientStreaming?: boolean;
  serverStreaming?: boolean;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const published = readFileSync(here('published-wire.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

let ours: string[];

beforeAll(() => {
  const buf = here('../node_modules/.bin/buf');
  const image = execFileSync(buf, ['build', here('../../../proto'), '-o', '-#format=json'], { encoding: 'utf8' });
  ours = (JSON.parse(image) as Descriptor).file.filter((file) => file.package === 'flovyn.v1').flatMap(linesOf);
});

describe('the published protocol', () => {
  it('stands in our files with every name, number and type', () => {
    const missing = published.filter((line) => !ours.includes(line));
    expect(missing).toEqual([]);
    expect(published.length).toBeGreaterThan(500);
  });

  it('is extended only with numbers from 1000', () => {
    const names = new Set(published.map((line) => line.split(' ').slice(0, 2).join(' ')));
    const additions = ours.filter(
      (line) =>
        !published.includes(line) && !line.startsWith('rpc') && names.has(line.split(' ').slice(0, 2).join(' ')),
    );
    expect(additions.length).toBeGreaterThan(0);
    expect(additions.filter((line) => Number(line.split(' ')[2]) < 1000)).toEqual([]);
  });
});

function linesOf(file: Descriptor['file'][number]): string[] {
  return [
    ...(file.messageType ?? []).flatMap((message) =>
      (message.field ?? []).map(
        (field) => `field ${message.name} ${field.number} ${field.name} ${typeOf(field, message)}`,
      ),
    ),
    ...(file.enumType ?? []).flatMap((words) =>
      words.value.map((value) => `value ${words.name} ${value.number ?? 0} ${value.name}`),
    ),
    ...(file.service ?? []).flatMap((service) =>
      service.method.map((method) => `rpc ${service.name}.${method.name} ${request(method)} -> ${response(method)}`),
    ),
  ];
}

function request({ clientStreaming, inputType }: Method): string {
  return `${clientStreaming ? 'stream ' : ''}${lastPart(inputType)}`;
}

function response({ serverStreaming, outputType }: Method): string {
  return `${serverStreaming ? 'stream ' : ''}${lastPart(outputType)}`;
}

function typeOf(field: Field, message: Message): string {
  const name = field.typeName === undefined ? field.type.replace('TYPE_', '').toLowerCase() : lastPart(field.typeName);
  // The only maps of the protocol are from text to text.
  if (name.endsWith('Entry') && field.typeName?.includes(`.${message.name}.`)) return 'map<string,string>';
  if (field.label === 'LABEL_REPEATED') return `${name}[]`;
  if (field.proto3Optional) return `${name}?`;
  return field.oneofIndex === undefined ? name : `${name} @${message.oneofDecl?.[field.oneofIndex]?.name}`;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
