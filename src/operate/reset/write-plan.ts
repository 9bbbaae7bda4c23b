import type {ChangeJob, JobPreview} from './change-job.ts';
import {FirstRows} from './first-rows.ts';
import {RowFile} from './row-file.ts';
import type {RowFileHeader} from './row-file-header.ts';

/** Writes what a job would change into a new file, and changes nothing. The answer is of what is in the file. */
export const writePlan = async (
  job: ChangeJob,
  path: string,
  header: RowFileHeader,
  resolve: (path: string) => string,
): Promise<{readonly preview: JobPreview; readonly file: string}> => {
  const file = RowFile.create(path, resolve, header);
  const first = new FirstRows();
  try {
    for await (const batch of job.batches()) {
      for (const {address, before, after} of batch) {
        file.add({kind: 'change', address, before, after, turn: 'first'});
        if (before !== undefined) first.add({address, ...before});
      }
    }
    file.add({kind: 'end', done: true, keys: first.count, failed: 0});
    file.close();
  } catch (error) {
    file.discard();
    throw error;
  }
  const none = {keptCount: 0, kept: [], already: 0, expired: 0, notes: []};
  return {preview: {keys: first.count, shown: first.rows, ...none}, file: file.path};
};
