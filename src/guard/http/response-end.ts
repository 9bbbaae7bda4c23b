/** The same response, which calls `ended` when its body was sent, failed or was cancelled; at once when it has none. */
export const onResponseEnd = (response: Response, ended: (how: 'sent' | 'broken off') => void): Response => {
  if (response.body === null) {
    ended('sent');
    return response;
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const {done, value} = await reader.read();
          if (!done) return controller.enqueue(value);
          ended('sent');
          controller.close();
        } catch (error) {
          ended('broken off');
          throw error;
        }
      },
      cancel: (reason) => {
        ended('broken off');
        return reader.cancel(reason);
      },
    },
    {highWaterMark: 0},
  );
  return new Response(body, response);
};
