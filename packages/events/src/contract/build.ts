import { asyncApiYaml } from './asyncapi.js';
import { eventsTable } from './events-table.js';
import { goldenFiles } from './golden.js';
import { eventsSchema } from './json-schema.js';
import { manifest } from './manifest.js';
import { pythonModule } from './python.js';
import { renderNames, renderShapes } from './tables.js';

/** Everything that is derived from the registry, by path in the package. */
export function buildTables(): Map<string, string> {
  return new Map([
    ['src/names.ts', renderNames()],
    ['src/shapes.ts', renderShapes()],
  ]);
}

/** The documents for tools and other languages. They are made from the tables too, so those come first. */
export function buildContract(): Map<string, string> {
  const schema = eventsSchema();
  return new Map([
    ['contract/events.schema.json', json(schema)],
    ['contract/manifest.json', json(manifest(schema))],
    ['contract/asyncapi.yaml', asyncApiYaml(schema)],
    ['contract/EVENTS.md', eventsTable()],
    ['bindings/python/flovyn_events/__init__.py', pythonModule(schema)],
  ]);
}

/** Golden samples: the writer adds those that are missing and leaves the others as they are. */
export function buildGolden(): Map<string, string> {
  return new Map([...goldenFiles()].map(([path, text]) => [`contract/golden/${path}`, text]));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
