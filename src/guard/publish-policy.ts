import type {LoadedPolicy} from '../policy/load-policy.ts';
import type {Documents} from '../store/port.ts';

/** Kind and id of the document that tells the commands which policy applications enforce. */
export const POLICY_KIND = 'policy';
export const POLICY_ID = 'current';

/** Writes the policy in force into the store, when it is another than what is there. */
export const publishPolicy = async (
  store: Documents,
  {source, file}: Pick<LoadedPolicy, 'source' | 'file'>,
): Promise<void> => {
  const published = await store.get(POLICY_KIND, POLICY_ID);
  const value = published?.value;
  const same =
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'file' in value &&
    value.source === source &&
    value.file === file;
  if (!same) await store.put(POLICY_KIND, POLICY_ID, {source, file});
};
