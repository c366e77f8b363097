import type { Page } from '@flovyn/engine';

export const firstPage = { limit: 100, offset: 0 };

/** Follows cursors to the end. `between` runs after each page. */
export async function walk<Row>(
  read: (page: { limit: number; offset: number; cursor?: string }) => Promise<Page<Row>>,
  limit: number,
  between: () => Promise<void> = async () => {},
): Promise<Row[]> {
  const rows: Row[] = [];
  let page = await read({ limit, offset: 0 });
  rows.push(...page.rows);
  while (page.nextCursor !== undefined) {
    await between();
    page = await read({ limit, offset: 0, cursor: page.nextCursor });
    rows.push(...page.rows);
  }
  return rows;
}
