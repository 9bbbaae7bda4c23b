import {createZstdDecompress, type ZstdDecompress} from 'node:zlib';

const CHUNK = 1 << 20;

/**
 * Decompresses zstd data of one or many frames (`cat a.zst b.zst`). Node's stream stops silently at the end of a frame when
 * the next one begins in the same chunk; what it left of the chunk goes to a new stream here. Bytes that are no frame fail.
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let stream = createZstdDecompress({chunkSize: CHUNK});
  try {
    for await (const chunk of chunks) {
      let rest = chunk;
      while (rest.length > 0) {
        const before = stream.bytesWritten;
        yield* written(stream, rest);
        rest = rest.subarray(stream.bytesWritten - before);
        if (rest.length > 0) {
          stream.destroy();
          stream = createZstdDecompress({chunkSize: CHUNK});
        }
      }
    }
    yield* ended(stream);
  } finally {
    stream.destroy();
  }
}

/** What comes out while `bytes` go in. Pulled, so that data that expands a thousandfold does not pile up. */
async function* written(stream: ZstdDecompress, bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const state: {done: boolean; error?: Error} = {done: false};
  stream.write(bytes, () => {
    state.done = true;
    stream.emit('readable');
  });
  yield* pull(stream, () => state.done);
}

async function* ended(stream: ZstdDecompress): AsyncGenerator<Uint8Array> {
  const state = {done: false};
  stream.once('end', () => {
    state.done = true;
    stream.emit('readable');
  });
  stream.end();
  yield* pull(stream, () => state.done);
}

async function* pull(stream: ZstdDecompress, done: () => boolean): AsyncGenerator<Uint8Array> {
  for (;;) {
    const output = stream.read() as Uint8Array | null;
    if (output !== null) yield output;
    else if (done()) return;
    else
      await new Promise<void>((resolve, reject) => {
        const settle = (then: () => void): void => {
          stream.off('readable', onReadable);
          stream.off('error', onError);
          then();
        };
        const onReadable = (): void => settle(resolve);
        const onError = (error: Error): void => settle(() => reject(error));
        stream.once('readable', onReadable);
        stream.once('error', onError);
      });
  }
}
