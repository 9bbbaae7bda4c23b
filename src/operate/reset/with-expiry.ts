import type {Rows, StoredRow} from '../../store/port.ts';

/**
 * Rows of a listing as they are read one by one: a store may leave out of a listing when its rows end, and an undo has to
 * know. Rows that are gone meanwhile are left out.
 */
export const withExpiry = async (
  rows: readonly StoredRow[],
  store: Pick<Rows, 'read'>,
): Promise<readonly StoredRow[]> => {
  const open = rows.filter(isEndless);
  if (open.length === 0) return rows;
  const read = await store.read(open.map(({address}) => address));
  let at = 0;
  return rows.map((row) => (isEndless(row) ? read[at++] : row)).filter((row) => row !== undefined);
};

const isEndless = ({expiresAt}: StoredRow): boolean => expiresAt === Number.POSITIVE_INFINITY;
