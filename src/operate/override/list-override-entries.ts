import {OVERRIDE_KIND} from '../../store/override-document.ts';
import type {Documents} from '../../store/port.ts';
import type {OverrideEntry} from '../../view/model/override-list.ts';
import {type DescribeBucket, overrideEntry} from './override-entry.ts';

export interface ListedOverrides {
  /** By limit and key. */
  readonly entries: readonly OverrideEntry[];
  /** Documents that are no overrides this version can read. */
  readonly unreadable: number;
}

/** The overrides that hold; those that have ended are gone. */
export const listOverrideEntries = async (
  store: Pick<Documents, 'list'>,
  now: number,
  describe: DescribeBucket,
): Promise<ListedOverrides> => {
  const documents = (await store.list(OVERRIDE_KIND)).filter(({expiresAt}) => expiresAt > now);
  const entries = documents
    .map((document) => overrideEntry(document, now, describe))
    .filter((entry) => entry !== undefined);
  entries.sort((a, b) => compare(a.limit, b.limit) || compare(a.key, b.key));
  return {entries, unreadable: documents.length - entries.length};
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
