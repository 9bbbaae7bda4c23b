/** How an answer ended: all of it was handed over, its body failed, or nobody reads it any more. */
export type ResponseEnd = 'sent' | 'failed' | 'broken off';

/** Bodies that somebody dropped without a word, neither read nor cancelled. */
const dropped = new FinalizationRegistry<() => void>((end) => end());

/**
 * The same response, which calls `ended` once: when its body was sent, failed or was cancelled, or the client hangs up; at once when it
 * has none. The body of an answer to HEAD is never looked at: servers drop it unread.
 */
export const onResponseEnd = (
  response: Response,
  {method, signal}: Pick<Request, 'method' | 'signal'>,
  ended: (how: ResponseEnd) => void,
): Response => {
  if (response.body === null || method === 'HEAD') {
    ended('sent');
    return response;
  }
  let isOver = false;
  const end = (how: ResponseEnd): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', hungUp);
    ended(how);
  };
  const hungUp = (): void => end('broken off');
  const body = readThrough(response.body as ReadableStream<Uint8Array>, end);
  signal.addEventListener('abort', hungUp, {once: true});
  if (signal.aborted) hungUp();
  dropped.register(body, hungUp);
  return new Response(body, response);
};

const readThrough = (
  source: ReadableStream<Uint8Array>,
  end: (how: ResponseEnd) => void,
): ReadableStream<Uint8Array> => {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const {done, value} = await reader.read();
          if (!done) return controller.enqueue(value);
          end('sent');
          controller.close();
        } catch (error) {
          end('failed');
          throw error;
        }
      },
      cancel: (reason) => {
        end('broken off');
        return reader.cancel(reason);
      },
    },
    {highWaterMark: 0},
  );
};
