/**
 * The plan of the house: which room may import which doors.
 *
 * `pnpm check:arrows` holds every package.json and every import to it, and ARCHITECTURE.md is printed from it. A room
 * imports only from its own floor or a lower one; a new line here is a new arrow, so it is reviewed as one.
 */
export interface Room {
  readonly folder: string;
  readonly floor: Floor;
  /** Doors of other rooms its source may import; a star at the end stands for the rest of a name. */
  readonly ours: readonly string[];
  /** Packages from outside its source may import; `node:` stands for everything that comes with Node. */
  readonly others: readonly string[] | 'any';
  /** What only a part of its source may import, by the beginning of the path below `src/`. */
  readonly onlyIn?: Readonly<Record<string, readonly string[]>>;
  /**
   * What of its source its users get, by the beginnings of paths below `src/`; everything when absent. The rest may need what
   * stands in `devDependencies`.
   */
  readonly shipped?: { readonly only: readonly string[] } | { readonly except: readonly string[] };
  /** What its tests may import on top. Every test may also use {@link TEST_TOOLS}. */
  readonly inTests?: readonly string[];
}

/** From the ground up. The rooms `beside` the house are never imported by what is shipped. */
export const FLOORS = ['words', 'decisions', 'adapters', 'doors', 'roof', 'beside'] as const;
export type Floor = (typeof FLOORS)[number];

/** What every test may import. */
export const TEST_TOOLS = [
  'vitest',
  'fast-check',
  'node:',
  '@flovyn/conformance',
  '@flovyn/conformance/stream-suite',
  '@flovyn/events/testing',
] as const;

/** An `import()` of something that only the running program knows; a test may do it anywhere. */
export const COMPUTED = '<computed>';

const EVENTS = ['@flovyn/events', '@flovyn/events/schemas'] as const;

export const HOUSE: Readonly<Record<string, Room>> = {
  '@flovyn/events': {
    folder: 'packages/events',
    floor: 'words',
    ours: [],
    others: ['@standard-schema/spec', 'zod'],
    // No door leads to `contract/`: it writes the files of the contract.
    shipped: { except: ['contract/'] },
    onlyIn: { 'contract/': ['node:', 'yaml'], 'testing/': ['fast-check'] },
    inTests: ['@flovyn/contract-check', '@flovyn/contract-check/files'],
  },
  '@flovyn/protocol': {
    folder: 'packages/protocol',
    floor: 'words',
    ours: EVENTS,
    others: ['zod'],
    onlyIn: {
      'grpc/': ['@grpc/grpc-js', '@bufbuild/protobuf', 'node:'],
      'gen/': ['@grpc/grpc-js', '@bufbuild/protobuf', 'node:'],
    },
  },
  '@flovyn/engine': {
    folder: 'packages/engine',
    floor: 'decisions',
    ours: ['@flovyn/events', '@flovyn/protocol'],
    others: ['lru-cache'],
    inTests: ['@flovyn/events/schemas'],
  },
  '@flovyn/store-postgres': {
    folder: 'packages/store-postgres',
    floor: 'adapters',
    ours: [...EVENTS, '@flovyn/protocol', '@flovyn/engine'],
    others: ['pg', 'node-pg-migrate', 'node:'],
    // The package with the binaries depends on the platform.
    onlyIn: { 'embedded/': [COMPUTED] },
    inTests: ['@flovyn/engine/memory'],
  },
  '@flovyn/stream-nats': {
    folder: 'packages/stream-nats',
    floor: 'adapters',
    ours: [...EVENTS, '@flovyn/events/nats', '@flovyn/protocol', '@flovyn/engine'],
    others: ['@nats-io/transport-node', '@nats-io/jetstream', 'node:'],
    inTests: ['@flovyn/testing'],
  },
  '@flovyn/client': {
    folder: 'packages/client',
    floor: 'doors',
    ours: [...EVENTS, '@flovyn/events/sse', '@flovyn/protocol', '@flovyn/protocol/http'],
    others: [],
  },
  '@flovyn/react': {
    folder: 'packages/react',
    floor: 'doors',
    ours: ['@flovyn/events', '@flovyn/client'],
    others: ['react', '@tanstack/react-query'],
    // Its tests answer as a server does.
    inTests: ['@flovyn/events/sse'],
  },
  '@flovyn/sdk': {
    folder: 'packages/sdk',
    floor: 'doors',
    ours: [...EVENTS, '@flovyn/protocol', '@flovyn/protocol/http', '@flovyn/protocol/grpc', '@flovyn/client'],
    others: ['@grpc/grpc-js', 'lru-cache', 'uuid', 'node:'],
    onlyIn: { 'testing/': ['@flovyn/engine', '@flovyn/engine/memory', 'vitest'] },
    inTests: ['@flovyn/events/sse', '@flovyn/engine', '@flovyn/engine/memory', '@flovyn/sdk', '@flovyn/sdk/testing'],
  },
  '@flovyn/server': {
    folder: 'apps/server',
    floor: 'roof',
    ours: [
      ...EVENTS,
      '@flovyn/events/sse',
      '@flovyn/events/nats',
      '@flovyn/protocol',
      '@flovyn/protocol/http',
      '@flovyn/protocol/grpc',
      '@flovyn/engine',
      '@flovyn/contract-check',
      '@flovyn/store-postgres',
      '@flovyn/stream-nats',
    ],
    others: 'any',
    inTests: ['@flovyn/engine/memory', '@flovyn/client', '@flovyn/sdk', '@flovyn/testing'],
  },
  '@flovyn/web': {
    folder: 'apps/web',
    floor: 'roof',
    ours: ['@flovyn/events', '@flovyn/client', '@flovyn/react'],
    others: 'any',
    // Its browser tests run against a real server and worker, started by command.
    inTests: ['@flovyn/server', '@flovyn/example-demo-worker', '@flovyn/sdk'],
  },
  flovyn: {
    folder: 'apps/cli',
    floor: 'roof',
    ours: ['@flovyn/events', '@flovyn/client', '@flovyn/protocol/http'],
    others: 'any',
  },
  '@flovyn/conformance': {
    folder: 'packages/conformance',
    floor: 'beside',
    // It is itself a tool of tests: the memory adapters show what an adapter promises.
    ours: [...EVENTS, '@flovyn/events/testing', '@flovyn/protocol', '@flovyn/engine', '@flovyn/engine/memory'],
    others: ['vitest', 'fast-check', 'node:'],
    // A worker of another make: generated stubs, and nothing else of this house.
    onlyIn: {
      'wire/': ['@flovyn/protocol/grpc', '@grpc/grpc-js'],
      // Judges from outside what comes over the wire.
      'stream/': ['@flovyn/events/sse', '@flovyn/protocol/grpc', '@grpc/grpc-js'],
    },
    shipped: { only: ['stream/', 'wire/caller.ts', 'wire/commands.ts', 'wire/json-bytes.ts'] },
  },
  '@flovyn/contract-check': {
    folder: 'packages/contract-check',
    floor: 'words',
    ours: [],
    others: [],
    onlyIn: { 'cli/': ['node:'], 'files/': ['node:', 'zod', COMPUTED] },
  },
  '@flovyn/testing': {
    folder: 'tooling/testing',
    floor: 'beside',
    ours: ['@flovyn/protocol', '@flovyn/protocol/grpc'],
    others: ['@grpc/grpc-js', 'node:'],
  },
  '@flovyn/house-tests': {
    folder: 'tooling/house-tests',
    floor: 'beside',
    ours: ['@flovyn/sdk'],
    others: ['zod', 'node:'],
    // The server is started by command: it is named so that it is built before.
    inTests: [
      '@flovyn/events',
      '@flovyn/events/sse',
      '@flovyn/protocol',
      '@flovyn/client',
      '@flovyn/sdk/testing',
      '@flovyn/server',
      // Several servers share a database that is none of theirs.
      '@flovyn/store-postgres',
      '@flovyn/testing',
    ],
  },
  '@flovyn/faults': {
    folder: 'tooling/faults',
    floor: 'beside',
    ours: [
      '@flovyn/events',
      '@flovyn/events/testing',
      '@flovyn/client',
      '@flovyn/sdk',
      '@flovyn/store-postgres',
      '@flovyn/testing',
    ],
    others: ['pg', 'node:'],
    // The server is started by command: it is named so that it is built before.
    inTests: ['@flovyn/server'],
  },
  '@flovyn/bench': {
    folder: 'tooling/bench',
    floor: 'beside',
    ours: [
      ...EVENTS,
      '@flovyn/events/sse',
      '@flovyn/protocol',
      '@flovyn/protocol/http',
      '@flovyn/protocol/grpc',
      '@flovyn/engine',
      '@flovyn/engine/memory',
      '@flovyn/store-postgres',
      '@flovyn/client',
      '@flovyn/sdk',
    ],
    others: 'any',
  },
};

/** What an example may import: the same as a user, and other examples, which the demo worker gathers. */
export const EXAMPLE: Omit<Room, 'folder'> = {
  floor: 'roof',
  ours: ['@flovyn/events', '@flovyn/client', '@flovyn/react', '@flovyn/sdk', '@flovyn/example-*'],
  others: 'any',
  inTests: ['@flovyn/sdk/testing', '@flovyn/server'],
};
