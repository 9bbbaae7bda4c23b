import {pipeline} from 'node:stream/promises';
import {setImmediate} from 'node:timers/promises';
import {createGzip, createZstdCompress} from 'node:zlib';
import {openAtomicFile} from '../../base/atomic-file.ts';

/** By the end of the name; anything else is written as it is. */
const compressorFor = (path: string): NodeJS.ReadWriteStream | undefined => {
  if (path.endsWith('.gz')) return createGzip();
  return path.endsWith('.zst') ? createZstdCompress() : undefined;
};

/**
 * Writes chunks to a file that appears whole or not at all, compressed when its name ends in `.gz` or `.zst`.
 * `cleanups` holds its removal while it is unfinished.
 */
export const writeTraceFile = async (
  path: string,
  chunks: Iterable<Uint8Array>,
  cleanups: Set<() => void>,
): Promise<void> => {
  const file = openAtomicFile(path);
  cleanups.add(file.discard);
  const compressor = compressorFor(path);
  try {
    if (compressor === undefined) {
      for (const chunk of chunks) {
        file.write(chunk);
        await setImmediate(); // Writing is synchronous: let signals through.
      }
    } else {
      await pipeline(chunks, compressor, async (source) => {
        for await (const chunk of source) file.write(chunk as Uint8Array);
      });
    }
    file.commit();
  } finally {
    file.discard();
    cleanups.delete(file.discard);
  }
};
