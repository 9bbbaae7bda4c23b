/** The response with these headers; a copy where its own cannot be changed (redirects, answers of `fetch`). */
export const withHeaders = (response: Response, headers: Readonly<Record<string, string>>): Response => {
  let changed = response;
  for (const [name, value] of Object.entries(headers)) {
    try {
      changed.headers.set(name, value);
    } catch (error) {
      // Neither an upgrade (101) nor an error response (0) can be copied: they go as they are.
      if (changed !== response || response.status < 200) return response;
      if (!(error instanceof TypeError)) throw error;
      changed = new Response(response.body, response);
      changed.headers.set(name, value);
    }
  }
  return changed;
};
