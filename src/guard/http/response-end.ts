/** The same response, which calls `ended` when its body was sent, failed or was cancelled; at once when it has none. */
export const onResponseEnd = (response: Response, ended: () => void): Response => {
  if (response.body === null) {
    ended();
    return response;
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const {done, value} = await reader.read();
          if (!done) return controller.enqueue(value);
          ended();
          controller.close();
        } catch (error) {
          ended();
          throw error;
        }
      },
      cancel: (reason) => {
        ended();
        return reader.cancel(reason);
      },
    },
    {highWaterMark: 0},
  );
  return new Response(body, response);
};
