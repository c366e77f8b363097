import { expect, test } from 'vitest';
import { diagram, withDiagram } from './diagram.js';
import type { Room } from './house.js';

test('the diagram shows every built room on its floor and every arrow once', () => {
  const house: Record<string, Room> = {
    '@flovyn/events': { folder: 'packages/events', floor: 'words', ours: [], others: [] },
    '@flovyn/client': {
      folder: 'packages/client',
      floor: 'doors',
      ours: ['@flovyn/events', '@flovyn/events/sse'],
      others: [],
    },
    '@flovyn/react': { folder: 'packages/react', floor: 'doors', ours: ['@flovyn/client'], others: [] },
    '@flovyn/bench': { folder: 'tooling/bench', floor: 'beside', ours: ['@flovyn/client'], others: [] },
  };
  const drawn = diagram(house, (folder) => folder !== 'packages/react');
  expect(drawn.match(/client --> events/g)).toHaveLength(1);
  expect(drawn).toMatch(/subgraph doors\n {4}client\["packages\/client"\]\n {2}end/);
  expect(drawn).not.toMatch(/bench|react/);
});

test('a document keeps everything around its diagram', () => {
  const document = 'before\n<!-- house -->\nold\n<!-- /house -->\nafter';
  const drawn = withDiagram(document, 'new $&');
  expect(drawn).toBe('before\n<!-- house -->\n\nnew $&\n\n<!-- /house -->\nafter');
  expect(withDiagram(drawn, 'new $&')).toBe(drawn);
});

test('a document without a place for it is refused', () => {
  expect(() => withDiagram('no marks', 'new')).toThrow('house');
});
